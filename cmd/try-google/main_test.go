package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

// tryAt takes the walk at a mock in Google's place.
func tryAt(t *testing.T, revoke, answer string, options ...mockprovider.Option) (said, file string, server *mocktest.Server) {
	t.Helper()
	server = mocktest.Start(t, append([]mockprovider.Option{mockprovider.WithSigning(mockprovider.RS256), mockprovider.WithRotation(false)}, options...)...)
	o := optionsFor(t, server)
	o.revoke = revoke
	var out strings.Builder
	if err := run(t.Context(), o, strings.NewReader(answer), &out, scripted(t.Context())); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	data, err := os.ReadFile(o.out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), string(data), server
}

func optionsFor(t *testing.T, server *mocktest.Server) options {
	return options{issuer: server.Issuer(), people: server.PeopleAPI(), out: filepath.Join(t.TempDir(), "deep", "google.json"),
		clientID: server.ClientID(), clientSecret: server.ClientSecret()}
}

func TestWalk(t *testing.T) {
	said, file, server := tryAt(t, "ask", "y\n")
	if !strings.HasSuffix(said, "\ndifferences: 0\n") {
		t.Errorf("the persona differs from itself:\n%s", said)
	}
	for _, name := range []string{"discovery", "jwks", "authorization-response", "token", "id-token-header of token", "id-token-claims of token",
		"token-refreshed", "userinfo", "people", "token-refused", "userinfo-refused", "revocation"} {
		if !strings.Contains(file, `"name": "`+name+`"`) {
			t.Errorf("the recording has no %s", name)
		}
	}
	if server.Grants("ada") != 0 {
		t.Error("the access was not revoked although that was allowed")
	}
	for _, secret := range []string{server.ClientID(), server.ClientSecret(), "ya29.", "1//0", "4/0A", "eyJ", "Lovelace", "ada@example.com", "108204268033311374519"} {
		if strings.Contains(file, secret) {
			t.Errorf("the recording holds %q", secret)
		}
		if strings.Contains(said, secret) {
			t.Errorf("what is printed holds %q", secret)
		}
	}
}

func TestRevocationIsAskedFor(t *testing.T) {
	said, file, server := tryAt(t, "ask", "\n")
	if server.Grants("ada") == 0 || strings.Contains(file, "revocation\",") && !strings.Contains(said, "Not revoked") {
		t.Errorf("revoked without a yes:\n%s", said)
	}
	if !strings.Contains(said, "revocation: only the mock has it") {
		t.Errorf("the walk that was shorter is not told from the mock's:\n%s", said)
	}
}

func TestDifferencesArePrinted(t *testing.T) {
	said, _, _ := tryAt(t, "yes", "",
		mockprovider.WithHook(mockprovider.StageToken, func(e *mockprovider.Event) { e.Object.Set("refresh_token_expires_in", 604799) }),
		mockprovider.WithHook(mockprovider.StageUserinfo, func(e *mockprovider.Event) { e.Object.Set("email_verified", "true") }),
		mockprovider.WithHook(mockprovider.StageDiscovery, func(e *mockprovider.Event) {
			e.Object.Set("subject_types_supported", []string{"public", "pairwise"})
		}),
		mockprovider.WithHook(mockprovider.StageIDTokenClaims, func(e *mockprovider.Event) { e.Object.Delete("picture") }))
	for _, want := range []string{
		"token.refresh_token_expires_in: the mock lacks it",
		"userinfo.email_verified: a text, the mock's true or false",
		"discovery.subject_types_supported: [pairwise public], the mock's [public]",
		"id-token-claims of token.picture: only the mock has it",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not told: %s\n%s", want, said)
		}
	}
}

func TestWithoutAClient(t *testing.T) {
	err := run(context.Background(), options{}, strings.NewReader(""), &strings.Builder{}, nil)
	if err == nil || !strings.Contains(err.Error(), "GOOGLE_CLIENT_ID") {
		t.Errorf("got %v", err)
	}
}

// TestNoSecretIsWritten: the last look before the file is written.
func TestNoSecretIsWritten(t *testing.T) {
	r := &recording{secrets: []string{"ya29.token"}, exchanges: []exchange{{Name: "x", Body: map[string]any{"message": "your token ya29.token is bad"}}}}
	path := filepath.Join(t.TempDir(), "x.json")
	if err := r.write(path); err == nil {
		t.Error("a token was written")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("there is a file")
	}
}

// TestPersonaIsLikeTheRecording compares the google persona with what was
// recorded at the real Google, once somebody has.
func TestPersonaIsLikeTheRecording(t *testing.T) {
	data, err := os.ReadFile("testdata/google.json")
	if os.IsNotExist(err) {
		t.Skip("NOT RUN: nobody has recorded the real Google yet; make try-google does")
	}
	if err != nil {
		t.Fatal(err)
	}
	real, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	mock, err := walkPersona(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range compare(real, mock) {
		if !strings.HasPrefix(d, "revocation: only") { // whoever walked may have kept the access
			t.Error(d)
		}
	}
}
