package e2e_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// binary is the program that is tried.
func binary(t *testing.T) string {
	t.Helper()
	built, err := stage.Built()
	try(t, "finding the program", err)
	return filepath.Join(built, "latchkey")
}

// run runs the program without a display and a bus and returns what it wrote.
func run(t *testing.T, env []string, args ...string) (out, written string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}, env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("latchkey %q: %v\n%s", args, err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

func TestVersion(t *testing.T) {
	source, err := os.ReadFile("../FyneApp.toml")
	try(t, "FyneApp.toml", err)
	version := regexp.MustCompile(`(?m)^Version = "(.+)"`).FindSubmatch(source)
	if version == nil {
		t.Fatal("FyneApp.toml has no version")
	}
	out, _ := run(t, nil, "--version")
	if !strings.Contains(out, string(version[1])) {
		t.Errorf("--version prints %q, want %s in it", out, version[1])
	}
}

// TestInitOrder wants busguard to be ready before the keychain library dials
// the session bus, which it does while it is initialised.
func TestInitOrder(t *testing.T) {
	_, trace := run(t, []string{"GODEBUG=inittrace=1"}, "--version")
	guard := strings.Index(trace, "init app.latchkey/auth/busguard @")
	keyring := strings.Index(trace, "init github.com/99designs/keyring @")
	if guard < 0 || keyring < 0 {
		t.Fatalf("busguard is at %d, keyring at %d of the trace:\n%s", guard, keyring, trace)
	}
	if guard > keyring {
		t.Error("the keychain library is initialised before busguard")
	}
}

// TestNoDisplay starts the program where no window can be: it says so, as
// programs do, instead of breaking down.
func TestNoDisplay(t *testing.T) {
	for name, display := range map[string]string{"none": "", "not there": "DISPLAY=:64999"} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, binary(t), "--config", t.TempDir())
			cmd.Env = []string{"HOME=" + t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", display}
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 3 {
				t.Errorf("ended with %v, want exit code 3", err)
			}
			if text := string(out); !strings.Contains(text, "latchkey: no window could be opened: is there a display?") ||
				strings.Contains(text, "goroutine") {
				t.Errorf("it wrote:\n%s", text)
			}
		})
	}
}

// TestDemoMode signs in at the provider inside the program, which must not ask
// for a password: a demo must not teach anybody to type one.
func TestDemoMode(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	program, err := s.StartProgram(ctx, "--demo")
	try(t, "start", err)
	state, err := program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "sign-in screen", err)
	if !state.Demo {
		t.Error("no ribbon says that this is the demo")
	}
	try(t, "Enter", program.Press(ctx, "Return"))
	page, err := s.Page(ctx)
	try(t, "page", err)
	try(t, "login page", page.Await(ctx, mainjob.Ada.Element))
	if present, err := page.Has(ctx, "input[type=password]"); err != nil || present {
		t.Errorf("the demo's page has a password field: %t, error = %v", present, err)
	}
	try(t, "choose", page.Click(ctx, mainjob.Ada.Element))
	try(t, "allow", page.Click(ctx, "#allow"))
	try(t, "verdict", page.Await(ctx, "main#latchkey[data-verdict=success]"))
	loaded := func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && !s.Profile.Updated.IsZero() && !s.Profile.Refreshing && !s.Profile.Offline
	}
	state, err = program.Await(ctx, "the profile", loaded)
	try(t, "profile", err)
	if state.Profile.Person.Name != mainjob.Ada.Name {
		t.Errorf("signed in as %q", state.Profile.Person.Name)
	}
	leavesNoCoreDump(t, program)

	// The demo keeps its keys and grants, so its sessions outlive it.
	try(t, "quit", program.Quit(ctx))
	began := time.Now()
	program, err = s.StartProgram(ctx, "--demo")
	try(t, "second start", err)
	state, err = program.Await(ctx, "the profile of the second start", func(s presenter.State) bool {
		return loaded(s) && s.Profile.Updated.After(began)
	})
	try(t, "second start", err)
	if state.Problem != nil || state.Profile.Person.Name != mainjob.Ada.Name {
		t.Errorf("the second start shows %q, problem = %+v", state.Profile.Person.Name, state.Problem)
	}
}

// TestNoKeychain signs in where nobody keeps secrets: it works until the
// program is quit, and the window says so.
func TestNoKeychain(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	_, err := s.StartProvider(ctx)
	try(t, "provider", err)
	p := &mainjob.Play{Stage: s}
	p.Program, err = s.StartProgram(ctx)
	try(t, "start", err)
	state, err := p.Program.Await(ctx, "the line about the keychain", func(s presenter.State) bool { return s.SignIn.Keep.Known })
	try(t, "sign-in screen", err)
	if state.SignIn.Keep.Persistent {
		t.Errorf("a keychain is promised: %+v", state.SignIn.Keep)
	}
	// The person is asked, once on this computer, and Enter takes the choice
	// that asks for no passphrase.
	try(t, "sign in", p.Program.Press(ctx, "Return"))
	_, err = p.Program.Await(ctx, "the question", func(s presenter.State) bool {
		return s.Confirm != nil && s.Confirm.Kind == presenter.ConfirmVault
	})
	try(t, "question", err)
	try(t, "answer", answer(ctx, p.Program))
	try(t, "begin", p.AwaitBrowser(ctx))
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
	state, err = p.Program.Await(ctx, "the words “until you quit”", func(s presenter.State) bool { return s.Profile.Until != "" })
	try(t, "profile", err)
	if state.Problem != nil {
		t.Errorf("problem = %+v", state.Problem)
	}
}

// answer presses Enter until the question is gone: a State is in the trace
// before the window has drawn it.
func answer(ctx context.Context, program *stage.Program) error {
	for {
		if err := program.Press(ctx, "Return"); err != nil {
			return err
		}
		soon, cancel := context.WithTimeout(ctx, 5*time.Second)
		_, err := program.Await(soon, "the end of the question", func(s presenter.State) bool {
			return s.Screen == presenter.ScreenWaiting && s.Confirm == nil
		})
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// TestBrokenConfiguration starts with a providers.toml that cannot be read:
// the window says where the mistake is, and nothing is lost.
func TestBrokenConfiguration(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	const broken = "[[provider]]\nid = \"x\"\nissuer = no quotes\n"
	path := filepath.Join(s.Config, "providers.toml")
	try(t, "configuration", os.WriteFile(path, []byte(broken), 0o600))
	program, err := s.StartProgram(ctx)
	try(t, "start", err)
	state, err := program.Await(ctx, "the problem", func(s presenter.State) bool { return s.Problem != nil })
	try(t, "problem", err)
	if !strings.HasPrefix(state.Problem.Values["Error"], "providers.toml:3:10: ") {
		t.Errorf("line 3, column 10 are not in what is shown: %+v", state.Problem)
	}
	if state.Problem.Next == "" {
		t.Error("there is no next step")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != broken {
		t.Errorf("the file was changed to %q, error = %v", after, err)
	}
}

// leavesNoCoreDump wants a program that holds tokens to leave nothing of its
// memory behind, should it crash.
func leavesNoCoreDump(t *testing.T, program *stage.Program) {
	t.Helper()
	trace, err := program.Trace()
	try(t, "trace", err)
	pid := regexp.MustCompile(`"pid":(\d+)`).FindStringSubmatch(trace)
	if pid == nil {
		t.Fatal("the trace does not tell the program's number")
	}
	limits, err := os.ReadFile("/proc/" + pid[1] + "/limits")
	try(t, "limits", err)
	if !regexp.MustCompile(`(?m)^Max core file size +0 `).Match(limits) {
		t.Errorf("core dumps are allowed:\n%s", limits)
	}
	filter, err := os.ReadFile("/proc/" + pid[1] + "/coredump_filter")
	if err == nil && strings.Trim(string(filter), "0\n") != "" { // a kernel may have none
		t.Errorf("a core dump would hold memory: filter %s", filter)
	}
}
