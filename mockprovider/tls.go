package mockprovider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"time"
)

// certificateLifetime is how long certificates are valid, from a day before
// they are made so that a clock that is off by a time zone does no harm. They
// go by the real clock: the provider's is for tokens.
const certificateLifetime = 365 * 24 * time.Hour

// authority is a certificate authority of the provider's own, and the
// certificate that it made. Its key is not kept: who trusts it trusts nothing
// but this one certificate.
type authority struct {
	ca   []byte // DER
	leaf tls.Certificate
}

// tlsData is an authority in a snapshot.
type tlsData struct {
	CA   []byte `json:"ca"`
	Cert []byte `json:"cert"`
	Key  []byte `json:"key"`
}

// newAuthority makes an authority for loopback names and host, which may be "".
func newAuthority(host string) (*authority, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the authority's key: %w", err)
	}
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: "Mock provider's test authority"},
		NotBefore:             now.Add(-24 * time.Hour),
		NotAfter:              now.Add(certificateLifetime),
		KeyUsage:              x509.KeyUsageCertSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		// Trusting this authority by mistake gives no power over other names.
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
			{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: "Mock provider"},
		NotBefore:    ca.NotBefore,
		NotAfter:     ca.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback},
	}
	permit(ca, leaf, host)
	return sign(ca, leaf, caKey)
}

// permit adds a host name or address to what is certified.
func permit(ca, leaf *x509.Certificate, host string) {
	ip := net.ParseIP(host)
	switch {
	case host == "" || host == "localhost":
	case ip == nil:
		ca.PermittedDNSDomains = append(ca.PermittedDNSDomains, host)
		leaf.DNSNames = append(leaf.DNSNames, host)
	default:
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		bits := 8 * len(ip)
		ca.PermittedIPRanges = append(ca.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(bits, bits)})
		leaf.IPAddresses = append(leaf.IPAddresses, ip)
	}
}

// sign signs both certificates by the authority's key.
func sign(ca, leaf *x509.Certificate, caKey *ecdsa.PrivateKey) (*authority, error) {
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("making the authority: %w", err)
	}
	parent, err := x509.ParseCertificate(caDER)
	if err != nil {
		return nil, fmt.Errorf("reading the authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the certificate's key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parent, key.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("making the certificate: %w", err)
	}
	return &authority{ca: caDER, leaf: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}, nil
}

// serial returns a random serial number (RFC 5280 §4.1.2.2).
func serial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b)
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

// config is what the server listens with. HTTP/2 is left out: its
// connections could not be taken over, which transport faults do.
func (a *authority) config() *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{a.leaf}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
	}
}

// pem returns the authority's certificate.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.ca})
}

// export returns the authority for a snapshot; a nil one is nil.
func (a *authority) export() *tlsData {
	if a == nil {
		return nil
	}
	key, err := x509.MarshalPKCS8PrivateKey(a.leaf.PrivateKey)
	if err != nil {
		return nil // it then is made anew
	}
	return &tlsData{CA: a.ca, Cert: a.leaf.Certificate[0], Key: key}
}

// restore takes over a snapshot's authority, unless it is about to expire.
func (a *authority) restore(d *tlsData) error {
	leaf, err := x509.ParseCertificate(d.Cert)
	if err != nil {
		return fmt.Errorf("reading the certificate: %w", err)
	}
	if _, err := x509.ParseCertificate(d.CA); err != nil {
		return fmt.Errorf("reading the authority: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(d.Key)
	if err != nil {
		return fmt.Errorf("reading the certificate's key: %w", err)
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok || !private.PublicKey.Equal(leaf.PublicKey) {
		return errors.New("the certificate's key is another's")
	}
	if time.Until(leaf.NotAfter) > 24*time.Hour {
		a.ca, a.leaf = d.CA, tls.Certificate{Certificate: [][]byte{d.Cert}, PrivateKey: private}
	}
	return nil
}

// CACertPEM returns the certificate of the authority that clients must trust,
// nil without WithTLS. A tenant's is its parent's.
func (p *Provider) CACertPEM() []byte {
	if p.parent != nil {
		return p.parent.CACertPEM()
	}
	if p.tls == nil {
		return nil
	}
	return p.tls.pem()
}

// HTTPClient returns a client that trusts the provider's authority and no
// other, and uses no proxy. It follows redirects like any client; its
// connections are not kept.
func (p *Provider) HTTPClient() *http.Client {
	transport := &http.Transport{DisableKeepAlives: true}
	if ca := p.CACertPEM(); ca != nil {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}
