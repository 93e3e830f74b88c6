package auth

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
)

// errCAFile is a Provider.CAFile that cannot be used.
var errCAFile = errors.New("ca_file")

// certificateAuthorities are the system's and those of a PEM file. "" is nil:
// the system's alone.
func certificateAuthorities(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: reading the certificate authorities: %w", errCAFile, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("%w: reading the system's certificate authorities: %w", errCAFile, err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%w: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in it", errCAFile)
	}
	return pool, nil
}

// failing is the transport of a provider that cannot be reached safely.
type failing struct{ err error }

func (f failing) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req.Body.Close()
	}
	return nil, f.err
}
