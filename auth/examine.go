package auth

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"app.latchkey/auth/backchannel"
)

// Fault says why nobody can sign in at an issuer.
type Fault string

// The faults: first those of the address itself, then of the way there, then of
// what came back.
const (
	FaultAddress Fault = "address" // no absolute https address
	FaultHTTP    Fault = "http"    // http to another computer

	FaultUnknownHost Fault = "unknown_host" // there is no such host: a typo, or no network
	FaultUnreachable Fault = "unreachable"  // the host does not answer
	FaultTimeout     Fault = "timeout"
	FaultTLS         Fault = "tls"
	FaultClock       Fault = "clock"  // this computer's clock refuses the certificate
	FaultCAFile      Fault = "cafile" // Provider.CAFile cannot be used

	FaultRedirect   Fault = "redirect" // Got: where it leads
	FaultNothing    Fault = "nothing"  // there is no discovery document
	FaultStatus     Fault = "status"   // the server is busy or broken
	FaultHTML       Fault = "html"     // a web page in place of data
	FaultDamaged    Fault = "damaged"
	FaultIssuer     Fault = "issuer"     // the document names another issuer; Got: which
	FaultIncomplete Fault = "incomplete" // Got: the member that is missing or cannot be used
	FaultEndpoint   Fault = "endpoint"   // Got: the member whose address is not https
	FaultPKCE       Fault = "pkce"       // no S256 (RFC 7636)
	FaultKeys       Fault = "keys"       // no key that could verify anything
)

// IssuerError is every error of [ReadIssuer] and, except for a context's end,
// of [Client.Examine].
type IssuerError struct {
	Fault Fault
	Host  string // that was asked
	Got   string // what was there in place of what was expected; cleaned, may be ""
	// Suggest is another way to write the same issuer that the document itself
	// uses: on the same host, such as with a slash more. "" if there is none.
	Suggest string
	Err     error
}

// Error implements error.
func (e *IssuerError) Error() string {
	s := "issuer: " + string(e.Fault)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *IssuerError) Unwrap() error { return e.Err }

// Detail is the text for whoever reports it: at most 500 characters, without
// control characters and secrets.
func (e *IssuerError) Detail() string { return CleanText(e.Error(), 500) }

// Examination is what was found at a provider.
type Examination struct {
	Issuer   string
	Host     string // of the issuer, as a person is shown it
	Metadata Metadata
	// Keys is how many keys can verify an ID token; -1 where there is no such
	// thing: plain OAuth 2.0.
	Keys int
	// Skew is the provider's clock minus this computer's; below 5 seconds it is 0.
	Skew time.Duration
	Took time.Duration
}

// S256Listed reports whether the provider says that it supports PKCE by S256
// (RFC 8414 §2). One that says nothing of PKCE may support it all the same.
func (e Examination) S256Listed() bool { return e.Metadata.ChallengeMethods != nil }

// Examine asks a provider what it says about itself, and for its keys, as a
// sign-in would, but keeps and caches nothing. p needs no client ID. Where p is
// plain OAuth 2.0, which has no discovery, it asks only whether the
// authorization server answers at all. The error is an [*IssuerError], or that
// of ctx when it was cancelled.
func (c *Client) Examine(ctx context.Context, p Provider) (Examination, error) {
	begin := c.config.Now()
	s := newSite(p, c.config.Transport, "", c.config.Application+"/"+c.config.Version, c.config.Now)
	defer s.channel.CloseIdle()
	e := Examination{Issuer: p.Issuer, Host: p.Host(), Keys: -1}
	var err error
	if p.Plain != nil {
		e.Metadata = p.Plain.metadata(p.Issuer)
		err = s.answers(ctx, e.Metadata.TokenEndpoint)
	} else {
		e.Metadata, e.Keys, err = s.examine(ctx)
	}
	e.Skew, e.Took = s.channel.Skew(), c.config.Now().Sub(begin)
	if off, ok := backchannel.ClockOff(err); ok {
		e.Skew = off
	}
	if errors.Is(err, context.Canceled) {
		return e, context.Canceled
	}
	if err != nil {
		return e, issuerError(p, err)
	}
	return e, nil
}

func (s *site) examine(ctx context.Context) (Metadata, int, error) {
	m, _, err := s.readMetadata(ctx)
	if err != nil {
		return Metadata{}, 0, err
	}
	body, err := s.get(ctx, PhaseIdentity, m.JWKSURI)
	if err != nil {
		return m, 0, err
	}
	keys, err := parseKeys(body)
	if err != nil || len(keys) == 0 {
		return m, 0, problem(PhaseIdentity, CodeJWKSEmpty, NextRetry, cmp.Or(err, errors.New("the key set is empty")))
	}
	return m, len(keys), nil
}

// answers reports whether a server says anything at all.
func (s *site) answers(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return err
	}
	_, err = s.channel.Do(ctx, req, 0)
	if redirect := (*backchannel.RedirectError)(nil); errors.As(err, &redirect) {
		return nil
	}
	return err
}

// faults maps what metadata are refused for.
var faults = map[Code]Fault{
	CodeMetadataIssuerMismatch: FaultIssuer, CodeMetadataInvalid: FaultDamaged, CodeMetadataNoS256: FaultPKCE,
	CodeMetadataInsecureEndpoint: FaultEndpoint, CodeServerBusy: FaultStatus, CodeJWKSEmpty: FaultKeys,
}

func issuerError(p Provider, err error) *IssuerError {
	e := &IssuerError{Fault: FaultUnreachable, Host: p.Host(), Err: err}
	var redirect *backchannel.RedirectError
	var dns *net.DNSError
	switch {
	case errors.As(err, &redirect):
		e.Fault, e.Got = FaultRedirect, CleanText(redirect.Leads(), 200)
	case errors.Is(err, errCAFile):
		e.Fault = FaultCAFile
	case backchannel.IsCertificateTime(err):
		e.Fault = FaultClock
	case backchannel.IsTLS(err):
		e.Fault = FaultTLS
	case errors.Is(err, backchannel.ErrWebPage):
		e.Fault = FaultHTML
	case errors.Is(err, backchannel.ErrNotJSON), errors.Is(err, backchannel.ErrTooLarge):
		e.Fault = FaultDamaged
	case errors.As(err, &dns) && dns.IsNotFound:
		e.Fault = FaultUnknownHost
	case backchannel.IsTimeout(err):
		e.Fault = FaultTimeout
	default:
		e.blame(p, AsProblem(err))
	}
	return e
}

// blame reads what a Problem of the metadata tells.
func (e *IssuerError) blame(p Provider, problem *Problem) {
	if fault, ok := faults[problem.Code]; ok {
		e.Fault = fault
	}
	switch {
	case e.Fault == FaultIssuer:
		e.Got = problem.Values["Issuer"]
		if p.Quirks.IssuerTemplate == "" && sameSite(e.Got, p.Issuer) {
			e.Suggest = e.Got
		}
	case problem.Values["Member"] != "":
		e.Got = problem.Values["Member"]
		if e.Fault == FaultDamaged {
			e.Fault = FaultIncomplete
		}
	case problem.Values["Status"] != "" && e.Fault == FaultUnreachable:
		e.Fault = FaultNothing
	}
}

// sameSite reports whether two addresses are of one scheme, host and port, so
// that whoever answers for one may say how the other is written.
func sameSite(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && x.Scheme == y.Scheme && strings.EqualFold(x.Host, y.Host) &&
		x.User == nil && x.RawQuery == "" && x.Fragment == ""
}
