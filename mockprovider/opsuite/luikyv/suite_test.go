package luikyv

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"app.latchkey/mockprovider/opsuite"
)

// start serves the provider on a loopback address until the test ends.
func start(t testing.TB, algorithm string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	issuer := "http://" + listener.Addr().String()
	handler, err := NewHandler(issuer, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler}}
	server.Start()
	t.Cleanup(server.Close)
	return issuer
}

// TestSuite runs every case.
func TestSuite(t *testing.T) {
	table, err := opsuite.Differences()
	if err != nil {
		t.Fatal(err)
	}
	op := target{start(t, "ES256")}
	for _, c := range opsuite.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if wrong := opsuite.Compare(op.Name(), c.Run(t.Context(), op), table); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}
