package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// TestProcessListHoldsNoSecrets reads the arguments and environments of all
// processes while the browser stands at the provider, and again when the person
// is signed in, as another user reads the list of processes.
func TestProcessListHoldsNoSecrets(t *testing.T) {
	ctx, p := waiting(t)
	look := func(when string) {
		t.Helper()
		secrets := secretsOfRun(ctx, t, p.Provider)
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if secrets[name] == "" {
				t.Fatalf("%s the journal has no %s: the test proves nothing", when, name)
			}
		}
		for pid, text := range processes(t) {
			for name, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%s process %d shows the %s", when, pid, name)
				}
			}
		}
	}
	look("while the browser is at the provider")
	try(t, "user", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "consent", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
	look("after the sign-in")
	trace, err := p.Program.Trace()
	try(t, "trace", err)
	written := p.Stage.Log("latchkey")
	for name, secret := range secretsOfRun(ctx, t, p.Provider) {
		if strings.Contains(trace, secret) || strings.Contains(written, secret) {
			t.Errorf("the program tells the %s", name)
		}
	}
}

// secretsOfRun are the values that passed through the provider and that nobody
// else may see, by what they are.
func secretsOfRun(ctx context.Context, t *testing.T, p *stage.Provider) map[string]string {
	t.Helper()
	entries, err := p.Journal(ctx)
	try(t, "journal", err)
	secrets := map[string]string{"client secret": p.ClientSecret}
	for _, e := range entries {
		for name, value := range e.Sent() {
			switch name {
			case "state", "nonce", "code_challenge", "code", "code_verifier", "refresh_token":
				if len(value) >= 8 {
					secrets[name] = value
				}
			}
		}
	}
	return secrets
}

// processes are the arguments and environments of all processes but this one,
// which knows the secrets, by number.
func processes(t *testing.T) map[int]string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	try(t, "processes", err)
	texts := map[int]string{}
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() {
			continue
		}
		// Processes end while they are listed; what cannot be read, others
		// cannot read either.
		arguments, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
		texts[pid] = string(arguments) + "\x00" + string(environment)
	}
	return texts
}
