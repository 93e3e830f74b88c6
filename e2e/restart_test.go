package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// TestRestartForALateKeychain starts the program before its session bus, as at
// some log-ins: once the bus is there the program offers to start anew, and does
// so in its own process, and then has the keychain.
func TestRestartForALateKeychain(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	run := filepath.Join(s.Dir, "run")
	program, err := s.StartWith(ctx, []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + run + "/late"}, "--demo")
	try(t, "start", err)
	state, err := program.Await(ctx, "a word of where sign-ins are kept", func(st presenter.State) bool { return st.SignIn.Keep.Known })
	try(t, "start", err)
	if state.SignIn.Keep.Persistent || state.Restart {
		t.Errorf("without a bus: %+v", state)
	}
	try(t, "the bus comes up", os.Symlink(run+"/bus", run+"/late"))
	_, err = program.Await(ctx, "the offer to start anew", func(st presenter.State) bool { return st.Restart })
	try(t, "offer", err)
	try(t, "to the button", program.Press(ctx, "Tab", "Tab", "Return"))
	try(t, "restart", program.AwaitRestart(ctx))
	_, err = program.Await(ctx, "the keychain", func(st presenter.State) bool { return st.SignIn.Keep.Persistent })
	try(t, "after the restart", err)
	if state, err := program.AwaitScreen(ctx, presenter.ScreenSignIn); err != nil || state.Restart || state.Crashed {
		t.Errorf("after the restart: %+v, error %v", state, err)
	}
	try(t, "quit", program.Quit(ctx))
}
