package counterpart

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider/opsuite/panva"
)

const opsuite = "../../mockprovider/opsuite"

// server is a certified provider that runs, and what differs between the two.
type server struct {
	name   string
	issuer string
	// prompt is what asks for a refresh token beside offline_access.
	prompt string
	// logoutPath is of the address to which a logout comes back; "" where the
	// provider lets no port vary there, as neither specification says it must.
	logoutPath string
	// person is what somebody does on the provider's pages: JavaScript that looks
	// at the page, does what is to be done there and says what that was.
	person string
}

// servers start the two providers; each is a function so that one that cannot
// run skips its own tests only.
var servers = map[string]func(*testing.T) server{"oidc-provider": startPanva, "luikyv": startLuikyv}

func startPanva(t *testing.T) server {
	dir := filepath.Join(opsuite, "panva")
	if err := panva.Install(t.Context(), dir); errors.Is(err, panva.ErrNoNode) {
		t.Skipf("NOT RUN: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return server{name: "oidc-provider", issuer: run(t, dir, "node", "op.mjs", "ES256", "browser"), prompt: "consent", logoutPath: "/signed-out", person: `
		const form = document.querySelector("form");
		if (!form) return "";
		const kind = (form.querySelector("[name=prompt]") || {}).value || form.id;
		if (kind === "login") { form.login.value = "ada@example.com"; form.password.value = "any"; }
		const button = form.querySelector("button[name=logout], button, [type=submit]") || document.querySelector("button[form='" + form.id + "'][value=yes]");
		if (!button) return "";
		button.click();
		return kind;`}
}

func startLuikyv(t *testing.T) server {
	dir := filepath.Join(opsuite, "luikyv")
	program := filepath.Join(t.TempDir(), "serve")
	build := exec.Command("go", "build", "-o", program, "./serve")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false -trimpath -mod=mod", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building luikyv's program: %v\n%s", err, out)
	}
	return server{name: "luikyv", issuer: run(t, dir, program), person: `
		const button = document.querySelector("#login-yes, #consent-yes");
		if (!button) return "";
		const user = document.querySelector("[name=user]");
		if (user) user.value = "ada@example.com";
		button.click();
		return button.id.replace("-yes", "");`}
}

// run starts a provider's program, which says its issuer in one line of JSON,
// and ends it with the test by ending its input.
func run(t *testing.T, dir, name string, arguments ...string) (issuer string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir, c.WaitDelay = dir, 5*time.Second
	c.Env = append(os.Environ(), "NODE_NO_WARNINGS=1", "NODE_ENV=test")
	var stderr strings.Builder
	c.Stderr = &stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		late := time.AfterFunc(5*time.Second, cancel)
		_ = c.Wait()
		late.Stop()
		cancel()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, stderr.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var ready struct{ Issuer string }
		if json.Unmarshal(lines.Bytes(), &ready) == nil && ready.Issuer != "" {
			go func() {
				for lines.Scan() { // so that it never waits for us to read
				}
			}()
			return ready.Issuer
		}
	}
	t.Fatalf("%s ended without saying its issuer: %v", name, lines.Err())
	return ""
}
