package backchannel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// askTimeout limits the question for the time.
const askTimeout = 5 * time.Second

// certificateTime is a TLS handshake that failed since the certificate is
// expired or not yet valid by this computer's clock, and what the server's own
// clock says about that.
type certificateTime struct {
	err     error
	skew    time.Duration // server minus local
	expired bool          // by the server's own clock too: it is the certificate that is wrong
}

func (e *certificateTime) Error() string { return e.err.Error() }
func (e *certificateTime) Unwrap() error { return e.err }

// ClockOff is how far the provider's clock is from this computer's (its minus
// ours) where err is a certificate that only our clock refuses. false: err is
// something else, or the provider could not be asked.
func ClockOff(err error) (time.Duration, bool) {
	var c *certificateTime
	if !errors.As(err, &c) || c.expired {
		return 0, false
	}
	return c.skew, true
}

// askTime finds out whose fault an "expired" certificate is: it asks the same
// server for the time, over a connection that differs from any other in one
// thing: the certificate's chain is verified for the middle of its own life. So
// the answer comes from whom the certificate names, though perhaps with a
// certificate that has run out. Nothing is sent but the question, and the
// answer serves for words only: no request goes through for it.
func (g *guard) askTime(ctx context.Context, u *url.URL, failed error) error {
	base, ok := g.next.(*http.Transport)
	if !ok || !IsCertificateTime(failed) || u.Scheme != "https" {
		return failed
	}
	var leaf *x509.Certificate
	t := base.Clone()
	t.DisableKeepAlives = true
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{}
	}
	roots := t.TLSClientConfig.RootCAs
	t.TLSClientConfig.InsecureSkipVerify = true // VerifyConnection does it
	t.TLSClientConfig.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("no certificate")
		}
		leaf = s.PeerCertificates[0]
		intermediates := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			intermediates.AddCert(c)
		}
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, DNSName: s.ServerName,
			CurrentTime: leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)}); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, (&url.URL{Scheme: "https", Host: u.Host, Path: "/"}).String(), nil)
	if err != nil {
		return failed
	}
	req.Header.Set("User-Agent", g.agent)
	res, err := t.RoundTrip(req)
	if IsTLS(err) {
		return err // not even in its time is the certificate a good one
	}
	if err != nil {
		return failed
	}
	res.Body.Close()
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil || leaf == nil {
		return failed
	}
	expired := date.Before(leaf.NotBefore) || date.After(leaf.NotAfter)
	if expired {
		failed = fmt.Errorf("the certificate is not valid at the server's own time: %w", failed)
	}
	return &certificateTime{err: failed, skew: date.Sub(g.clock.local()).Round(time.Second), expired: expired}
}
