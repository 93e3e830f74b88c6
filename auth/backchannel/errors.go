package backchannel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
)

// Errors to compare with errors.Is.
var (
	// ErrTooLarge: an answer had more bytes than its limit.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrInsecure: a URL that is neither https nor an allowed loopback http.
	ErrInsecure = errors.New("the connection would not be protected: https is needed")
	// ErrNotJSON: an answer is not the JSON that was expected.
	ErrNotJSON = errors.New("the answer is not the JSON that was expected")
	// ErrWebPage is the ErrNotJSON that is HTML.
	ErrWebPage = fmt.Errorf("%w: it is a web page", ErrNotJSON)
)

// RedirectError says that a server answered with a redirect, which the back
// channel never follows. Its text does not tell where it leads: Location may
// hold whatever was in the request.
type RedirectError struct {
	Status int
	Host   string // that answered

	location string
}

// Leads is where the redirect leads: an absolute address without query and
// fragment, or "". It is for requests that held no secret.
func (e *RedirectError) Leads() string { return e.location }

func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s answered with a redirect (status %d), which is not followed", e.Host, e.Status)
}

type schemeError struct{ scheme, host string }

func (e *schemeError) Error() string {
	return fmt.Sprintf("%s://%s: %v", clip(e.scheme), clip(e.host), ErrInsecure)
}
func (e *schemeError) Unwrap() error { return ErrInsecure }

type tooLarge struct {
	host  string
	limit int64
}

func (e *tooLarge) Error() string {
	return fmt.Sprintf("%s: %v (over %d bytes)", e.host, ErrTooLarge, e.limit)
}
func (e *tooLarge) Unwrap() error { return ErrTooLarge }

// connectionError is everything that went wrong between us and the server.
type connectionError struct {
	host string
	err  error
}

func (e *connectionError) Error() string {
	return e.host + ": " + clip(e.err.Error())
}
func (e *connectionError) Unwrap() error { return e.err }

// Timeout lets net/http and others see a timeout through the wrapping.
func (e *connectionError) Timeout() bool { return IsTimeout(e.err) }

// IsTimeout says whether err is a time limit that ran out: this package's, the
// context's deadline, or the system's.
func IsTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	var t interface{ Timeout() bool }
	for err != nil && errors.As(err, &t) {
		if t.Timeout() {
			return true
		}
		err = errors.Unwrap(t.(error))
	}
	return false
}

// IsNetwork says whether err means that the server could not be reached or the
// connection broke, so that the same request may well succeed later. It is
// false for what a later try does not mend (certificates, redirects, sizes,
// insecure URLs) and for a request that the caller cancelled.
func IsNetwork(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, ErrInsecure) || IsTLS(err) {
		return false
	}
	if IsTimeout(err) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	var broken *connectionError
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &broken) || errors.As(err, &op) || errors.As(err, &dns)
}

// IsTLS says whether the two sides reached each other and TLS failed: a
// certificate that is not accepted, a version or cipher that only one of them
// knows, or something that is not TLS at all.
func IsTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	if errors.As(err, &verification) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	// crypto/tls has no exported types for the rest: alerts come as OpErrors
	// with these words for Op, and what it cannot agree on as plain text.
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") {
		return true
	}
	var broken *connectionError
	return errors.As(err, &broken) && strings.HasPrefix(broken.err.Error(), "tls: ")
}

// IsCertificateTime says whether err is a TLS certificate that has expired or is
// not valid yet, unless the server's own clock says the same: by far most often,
// this computer's clock is wrong.
func IsCertificateTime(err error) bool {
	var asked *certificateTime
	if errors.As(err, &asked) {
		return !asked.expired
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) {
		return invalid.Reason == x509.Expired // "not yet valid" has the same reason
	}
	// macOS reports "not yet valid" without a type of its own.
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return false
	}
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	if errors.As(failed.Err, &authority) || errors.As(failed.Err, &name) {
		return false
	}
	now := time.Now()
	leaf := failed.UnverifiedCertificates[0]
	return now.Before(leaf.NotBefore) || now.After(leaf.NotAfter)
}

// Redact returns err without the query and the user information of the URL that
// net/http puts into its errors. errors.Is and errors.As see what the *url.Error
// wraps, but neither it nor what was around it.
func Redact(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	place := "a request"
	if parsed, e := url.Parse(u.URL); e == nil && parsed.Host != "" {
		place = (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: parsed.Path}).String()
	}
	text := fmt.Sprintf("%s %s: %v", u.Op, place, u.Err)
	// Keep what others put around it, unless they changed its text.
	if before, after, ok := strings.Cut(err.Error(), u.Error()); ok {
		text = before + text + after
	}
	return &redacted{text: text, err: u.Err, timeout: u.Timeout()}
}

type redacted struct {
	text    string
	err     error
	timeout bool
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.err }
func (e *redacted) Timeout() bool { return e.timeout }

// clip makes text that may come from the other side fit for one line.
func clip(s string) string {
	const most = 200
	var b strings.Builder
	n := 0
	for _, r := range s {
		if !unicode.IsGraphic(r) {
			continue
		}
		if n++; n > most {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}
