package auth_test

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// office is a provider behind a certificate authority of its own, as in a
// company's network, and a file with that authority.
func office(t *testing.T) (provider auth.Provider, caFile string) {
	t.Helper()
	var issuer string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"issuer":"`+issuer+`","authorization_endpoint":"`+issuer+`/a","token_endpoint":"`+issuer+`/t","jwks_uri":"`+issuer+`/k"}`)
	}))
	s.TLS = &tls.Config{}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	issuer = s.URL
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(caFile, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return auth.Provider{ID: "office", Name: "Office", Issuer: issuer, ClientID: "client"}, caFile
}

func beginAt(t *testing.T, p auth.Provider, now func() time.Time) error {
	t.Helper()
	client, err := auth.New(auth.Config{Store: store.NewMemory(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := client.Begin(t.Context(), p, auth.SignInOptions{})
	if err == nil {
		_ = a.Close()
	}
	return err
}

// A company's own certificate authority is trusted where the provider's
// configuration names it, and only there; without it the error names TLS.
func TestExtraCertificateAuthority(t *testing.T) {
	p, file := office(t)
	err := beginAt(t, p, nil)
	wantCode(t, err, auth.CodeTLSFailed)
	contains(t, "the error", err.Error(), "certificate")

	p.CAFile = file
	if err := beginAt(t, p, nil); err != nil {
		t.Errorf("with its authority: %v", err)
	}
	other, _ := office(t) // the same test certificate, another provider without the file
	wantCode(t, beginAt(t, other, nil), auth.CodeTLSFailed)
}

// A file that cannot be used is a mistake in the configuration, and one that is
// mended is read without a restart.
func TestCertificateAuthorityFileThatCannotBeUsed(t *testing.T) {
	p, file := office(t)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	client, err := auth.New(auth.Config{Store: store.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	p.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	begin := func() error {
		a, err := client.Begin(t.Context(), p, auth.SignInOptions{})
		if err == nil {
			_ = a.Close()
		}
		return err
	}
	err = begin()
	wantCode(t, err, auth.CodeConfigInvalid)
	contains(t, "the error", err.Error(), "ca_file")
	for _, content := range [][]byte{[]byte("not PEM"), nil, good} {
		if err := os.WriteFile(p.CAFile, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err = begin(); len(content) < 100 {
			wantCode(t, err, auth.CodeConfigInvalid)
		}
	}
	if err != nil {
		t.Errorf("the mended file: %v", err)
	}
}

// A wrong clock makes the certificate look bad: the problem says that it is the
// clock, and how far it is off.
func TestWrongClockAtTLS(t *testing.T) {
	p, file := office(t)
	p.CAFile = file
	const off = 200 * 365 * 24 * time.Hour
	err := beginAt(t, p, func() time.Time { return time.Now().Add(off) })
	wantCode(t, err, auth.CodeClockSkew)
	skew, convErr := strconv.Atoi(auth.AsProblem(err).Values["Skew"])
	if convErr != nil || (time.Duration(skew)*time.Second+off).Abs() > time.Hour {
		t.Errorf("the problem tells a skew of %q s, want %v", auth.AsProblem(err).Values["Skew"], -off)
	}
}
