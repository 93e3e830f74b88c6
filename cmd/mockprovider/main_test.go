package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"app.latchkey/mockprovider/persona"
)

// running is the program, started in the test's process.
type running struct {
	announcement
	stop func()
}

// start runs the program and returns once it announced itself.
func start(t *testing.T, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append(args, "--json"), writer, io.Discard)
		writer.CloseWithError(io.EOF)
		ended <- err
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatalf("it said nothing: %v", <-ended)
	}
	var r running
	if err := json.Unmarshal([]byte(line), &r.announcement); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("it ended with %v", err)
			}
		case <-time.After(time.Minute):
			t.Error("it goes on after its context ended")
		}
	}
	t.Cleanup(r.stop)
	return r
}

// TestAnnouncement checks the line that --json prints, for each persona.
func TestAnnouncement(t *testing.T) {
	for _, name := range persona.Names() {
		t.Run(name, func(t *testing.T) {
			r := start(t, "--persona", name, "--signing", "ES256")
			var config struct {
				Provider []map[string]any `toml:"provider"`
			}
			if _, err := toml.Decode(r.ProvidersTOML, &config); err != nil || len(config.Provider) != 1 {
				t.Fatalf("%v in %s", err, r.ProvidersTOML)
			}
			entry := config.Provider[0]
			for key, want := range map[string]string{"id": name + "-mock", "issuer": r.Issuer, "client_id": r.ClientID} {
				if entry[key] != want {
					t.Errorf("%s = %v, want %q", key, entry[key], want)
				}
			}
			if plays, _ := persona.ByName(name); !plays.OpenID {
				answersThere(t, entry)
				return
			}
			response, err := http.Get(r.Issuer + "/.well-known/openid-configuration")
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != 200 {
				t.Errorf("discovery: %d", response.StatusCode)
			}
		})
	}
}

// answersThere checks that a provider without metadata is told with endpoints,
// and that something answers at each.
func answersThere(t *testing.T, entry map[string]any) {
	t.Helper()
	for _, key := range []string{"authorization_endpoint", "token_endpoint", "user_endpoint", "emails_endpoint", "token_deletion"} {
		address, _ := entry[key].(string)
		response, err := http.Get(address)
		if err != nil {
			t.Errorf("%s = %q: %v", key, address, err)
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusNotFound {
			t.Errorf("%s = %q: nothing is there", key, address)
		}
	}
	for key, want := range map[string]any{"user_subject": "id", "login_hint": "login", "no_expiry": true, "comma_scopes": true} {
		if entry[key] != want {
			t.Errorf("%s = %v, want %v", key, entry[key], want)
		}
	}
}

// TestText checks that the text for people says what they need.
func TestText(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--signing", "ES256"}, writer, io.Discard)
		writer.Close()
	}()
	scanner := bufio.NewScanner(reader)
	var text strings.Builder
	for scanner.Scan() {
		text.WriteString(scanner.Text() + "\n")
		if strings.HasPrefix(scanner.Text(), "Press") {
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, want := range []string{"issuer", "client ID", "control token", "Ada Lovelace <ada@example.com>", "[[provider]]", "preset = \"google\""} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, text.String())
		}
	}
}

// TestState checks that port and keys stay the same from one run to the next.
func TestState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	keys := func(r running) string {
		response, err := http.Get(r.Issuer + "/oauth2/v3/certs")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	first := start(t, "--state", file, "--signing", "ES256")
	before := keys(first)
	first.stop()
	second := start(t, "--state", file, "--signing", "ES256")
	if second.Issuer != first.Issuer {
		t.Errorf("issuer %s after %s", second.Issuer, first.Issuer)
	}
	if after := keys(second); after != before {
		t.Errorf("keys %s after %s", after, before)
	}
}

// write puts text into a file of the test's own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestConfig runs a configuration file with a persona of one's own beside it,
// and checks that the command line counts more.
func TestConfig(t *testing.T) {
	file := write(t, "mock.toml", `
persona = "acme.toml"
signing = "EdDSA"
[[user]]
email = "grace@example.com"
[[client]]
id = "my-client"
redirect_uris = ["http://127.0.0.1/back"]
[tenant.red]
persona = "google"
`)
	own := "extends = \"plain\"\nname = \"acme\"\ntitle = \"ACME\"\n[paths]\njwks = \"/keys\"\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "acme.toml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	get := func(address string) string {
		response, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%s: %d %v", address, response.StatusCode, err)
		}
		return string(body)
	}
	r := start(t, "--config", file)
	if r.ClientID != "my-client" || !strings.Contains(get(r.Issuer+"/keys"), "Ed25519") || !strings.Contains(get(r.Issuer), "grace@example.com") {
		t.Errorf("%+v", r.announcement)
	}
	if want := r.Issuer + "/t/red"; r.Tenants["red"] != want || !strings.Contains(get(want+"/.well-known/openid-configuration"), "/o/oauth2/v2/auth") {
		t.Errorf("tenants %v", r.Tenants)
	}
	r.stop()
	r = start(t, "--config", file, "--signing", "ES256", "--persona", "plain")
	if !strings.Contains(get(r.Issuer+"/jwks"), "P-256") {
		t.Error("the command line counts less")
	}
}

// TestPersonaFile checks --persona with a file.
func TestPersonaFile(t *testing.T) {
	r := start(t, "--persona", write(t, "acme.toml", "extends = \"github\"\nname = \"acme\"\n"))
	if !strings.Contains(r.ProvidersTOML, "acme-mock") {
		t.Error(r.ProvidersTOML)
	}
}

// TestTLS checks that the authority's certificate, printed and written, is the
// one that makes the provider trustworthy.
func TestTLS(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	r := start(t, "--tls-ca", file, "--persona", "plain", "--signing", "ES256")
	data, err := os.ReadFile(file)
	if err != nil || string(data) != r.CA {
		t.Fatalf("%v: %s", err, data)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(data)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	response, err := transport.RoundTrip(httptest.NewRequest("GET", r.Issuer+"/healthz", nil))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 || !strings.HasPrefix(r.Issuer, "https://") {
		t.Errorf("%s: %d", r.Issuer, response.StatusCode)
	}
}

// TestPort checks --port.
func TestPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	if r := start(t, "--port", port, "--signing", "ES256"); r.Issuer != "http://127.0.0.1:"+port {
		t.Errorf("issuer %s", r.Issuer)
	}
}

// TestRefuses checks that a wrong command line ends with a reason.
func TestRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"persona":     {[]string{"--persona", "goggle"}, "google"},
		"address":     {[]string{"--addr", "0.0.0.0:0"}, "loopback"},
		"unspecified": {[]string{"--addr", "0.0.0.0:0", "--allow-non-loopback"}, "issuer"},
		"argument":    {[]string{"serve"}, "serve"},
		"flag":        {[]string{"--nonsense"}, "nonsense"},
		"signing":     {[]string{"--signing", "none"}, "RS256"},
		"port twice":  {[]string{"--port", "1", "--addr", "127.0.0.1:0"}, "--addr"},
		"port":        {[]string{"--port", "70000"}, "65535"},
		"persona file": {[]string{"--persona", write(t, "x.toml", "extends = \"plain\"\nname = \"acme\"\nexpires_in = -1\n")},
			"x.toml:3:1: expires_in: "},
		"missing persona file": {[]string{"--persona", "/nonexistent/x.toml"}, "no such file"},
		"configuration":        {[]string{"--config", write(t, "mock.toml", "port = 1\npersona = 3\n")}, "mock.toml:2:1: persona: "},
		"missing file":         {[]string{"--config", "/nonexistent/mock.toml"}, "no such file"},
		"authority":            {[]string{"--tls-ca", "/nonexistent/dir/ca.pem", "--signing", "ES256"}, "certificate"},
		"state":                {[]string{"--state", "/nonexistent/dir/state.json", "--signing", "ES256"}, "state"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := run(ctx, tt.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
