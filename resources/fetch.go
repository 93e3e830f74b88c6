package resources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/flow"
)

// Limits of one Profile call.
const (
	documentLimit = 1 << 20 // bytes of an answer
	maxRepeats    = 2       // requests repeated because a server was busy
	maxWait       = 5 * time.Second
	firstWait     = 500 * time.Millisecond // doubled with each repeat, where the server names no time
)

// Profile fetches the profile of the account and caches it. The step is
// recorded in r, which may be nil.
//
// A refused access token (401) is refreshed once. A busy server (429, 5xx) is
// asked again up to twice, after the time it names, if all waiting is at most
// five seconds; else the Problem is [auth.CodeServerBusy] with the seconds to
// wait, where known, under "Seconds" in its Values. A People API that is
// switched off for the client (403) is no error: userinfo alone must do.
func (c *Client) Profile(ctx context.Context, s Session, r *flow.Recorder) (Profile, error) {
	step := r.Start(flow.KindProfile, flow.RoleClient, flow.RoleResourceServer)
	f := &fetch{client: c, session: s, step: step, host: s.Provider().Host()}
	p, err := f.profile(ctx)
	if err != nil {
		code := auth.CodeOf(err)
		step.Fail(string(code))
		c.log.WarnContext(ctx, "profile not fetched", "provider", s.Provider().ID, "code", code)
		return Profile{}, err
	}
	step.Done()
	if ctx.Err() != nil {
		// Signing out cancels what is under way, and forgets; it must stay forgotten.
		return Profile{}, auth.TransportProblem(auth.PhaseProfile, f.host, ctx.Err())
	}
	if err := c.cache.writeProfile(s.Account().Key, p); err != nil {
		c.log.WarnContext(ctx, "profile not cached", "error", err)
	}
	c.log.InfoContext(ctx, "profile fetched", "provider", s.Provider().ID, "source", p.Source)
	return p, nil
}

// fetch is one Profile call: its limits hold for all its requests together.
type fetch struct {
	client    *Client
	session   Session
	step      *flow.Active
	host      string // in the words a person reads
	refreshed bool
	repeats   int
	waited    time.Duration
}

func (f *fetch) profile(ctx context.Context) (Profile, error) {
	p := FromIdentity(f.session.Identity())
	p.Source = f.host
	f.step.Params(flow.Hidden("access_token"))

	endpoint, err := f.session.UserinfoEndpoint(ctx)
	if err != nil {
		return Profile{}, f.unreachable(err)
	}
	if endpoint != "" {
		said, err := f.userinfo(ctx, endpoint, p.Subject)
		if err != nil {
			return Profile{}, err
		}
		p = said.over(p)
	}
	mask := personFields(f.session.Scopes())
	if api := f.session.Provider().ProfileAPI; api != "" && len(mask) > 0 {
		said, err := f.people(ctx, api, mask, p.Subject)
		if err != nil {
			return Profile{}, err
		}
		p = said.over(p)
	}
	p.Fetched = f.client.now().Round(0)
	return p, nil
}

// unreachable says "offline" instead of "sign in later" when it was the metadata
// that could not be read: to whoever waits for a profile it is the same.
func (f *fetch) unreachable(err error) error {
	if p := auth.AsProblem(err); p.Code == auth.CodeProviderUnreachable {
		return auth.TransportProblem(auth.PhaseProfile, f.host, p.Err)
	}
	return err
}

// get asks one endpoint with the access token in the header and records the
// outcome under name. The answer has status 200, or one that the caller has to
// judge.
func (f *fetch) get(ctx context.Context, name, address string) (*backchannel.Response, error) {
	u, err := f.checkAddress(address)
	if err != nil {
		return nil, err
	}
	f.host = u.Host
	f.step.Params(flow.Public(name+"_endpoint", u.Host+u.Path))
	for {
		resp, err := f.once(ctx, u)
		if err != nil {
			if r := (*backchannel.RedirectError)(nil); errors.As(err, &r) {
				f.record(name, r.Status)
			}
			return nil, err
		}
		switch resp.Status {
		case http.StatusUnauthorized:
			if f.refreshed {
				f.record(name, resp.Status)
				return resp, nil
			}
			f.refreshed = true
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			if err := f.wait(ctx, resp); err != nil {
				f.record(name, resp.Status)
				return nil, err
			}
		default:
			f.record(name, resp.Status)
			return resp, nil
		}
	}
}

// once sends one request. A refused token is given up, so that the next
// request comes with another.
func (f *fetch) once(ctx context.Context, u *url.URL) (*backchannel.Response, error) {
	token, err := f.session.Token(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, f.problem(auth.CodeProfileUnavailable, auth.NextRefresh, errors.New("the endpoint's address is malformed"))
	}
	req.Header.Set("Accept", "application/json")
	token.Authorize(req)
	resp, err := f.session.Backchannel().Do(ctx, req, documentLimit)
	redirect := (*backchannel.RedirectError)(nil)
	switch {
	case errors.Is(err, backchannel.ErrTooLarge), errors.Is(err, backchannel.ErrInsecure), errors.As(err, &redirect):
		return nil, f.problem(auth.CodeProfileUnavailable, auth.NextRefresh, err)
	case err != nil:
		return nil, auth.TransportProblem(auth.PhaseProfile, f.host, err)
	case resp.Status == http.StatusUnauthorized && !f.refreshed:
		f.session.Expire(token)
	}
	return resp, nil
}

// checkAddress refuses to send a token anywhere but over TLS, or within this
// computer for a provider that lives there (RFC 6750 §5.3).
func (f *fetch) checkAddress(address string) (*url.URL, error) {
	issuer := f.session.Provider().Issuer
	if err := auth.CheckEndpoint(address, auth.IsLoopbackURL(issuer)); err != nil {
		return nil, f.problem(auth.CodeProfileUnavailable, auth.NextDismiss, fmt.Errorf("the token is not sent there: %w", err))
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, f.problem(auth.CodeProfileUnavailable, auth.NextDismiss, errors.New("the endpoint's address is malformed"))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// wait waits until a busy server may be asked again, or says that it is busy.
func (f *fetch) wait(ctx context.Context, resp *backchannel.Response) error {
	d, told := backchannel.RetryAfter(resp.Header, f.session.Backchannel().Now())
	if !told {
		d = firstWait << f.repeats
	}
	if f.repeats >= maxRepeats || f.waited+d > maxWait {
		p := f.problem(auth.CodeServerBusy, auth.NextRefresh, fmt.Errorf("the server answered with status %d", resp.Status))
		if told {
			p = p.With("Seconds", strconv.Itoa(int((d+time.Second-1)/time.Second)))
		}
		return p
	}
	f.repeats, f.waited = f.repeats+1, f.waited+d
	if err := f.client.sleep(ctx, d); err != nil {
		return auth.TransportProblem(auth.PhaseProfile, f.host, err)
	}
	return nil
}

func (f *fetch) record(name string, status int) {
	f.step.Params(flow.Public(name+"_status", strconv.Itoa(status)))
}

// refused is the Problem of an answer with another status than 200.
func (f *fetch) refused(resp *backchannel.Response) error {
	code, next := auth.CodeProfileUnavailable, auth.NextRefresh
	if resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden {
		code, next = auth.CodeProfileForbidden, auth.NextSignIn
	}
	err := fmt.Errorf("the server answered with status %d", resp.Status)
	remote := bearerError(resp.Header)
	if remote != "" {
		err = fmt.Errorf("%w, error %q", err, remote)
	}
	return f.problem(code, next, err).With("Error", remote)
}

// decode reads the members of a JSON object. Names are compared exactly, which
// decoding into a struct would not.
func (f *fetch) decode(resp *backchannel.Response) (object, error) {
	var o object
	err := backchannel.DecodeJSON(resp, &o)
	switch {
	case err == nil:
		return o, nil
	case isPage(resp): // a proxy's, a captive portal's
		return nil, auth.TransportProblem(auth.PhaseProfile, f.host, err)
	}
	return nil, f.problem(auth.CodeProfileUnavailable, auth.NextRefresh, err)
}

func isPage(resp *backchannel.Response) bool {
	media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return strings.Contains(strings.ToLower(media), "html") || bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("<"))
}

// sameSubject records whether an answer speaks of the subject that signed in
// (OpenID Connect Core §5.3.2) and refuses it if not: the token may have been
// exchanged for another person's.
func (f *fetch) sameSubject(check flow.Check) error {
	check.Expected, check.Got = auth.CleanText(check.Expected, 100), auth.CleanText(check.Got, 100)
	f.step.Checks(check)
	if check.Verdict != flow.Failed {
		return nil
	}
	return f.problem(auth.CodeUserinfoSubject, auth.NextSignIn,
		fmt.Errorf("%s of the answer (%s): expected %q, got %q", check.Name, check.Spec, check.Expected, check.Got))
}

func verdict(ok bool) flow.Verdict {
	if ok {
		return flow.Passed
	}
	return flow.Failed
}

func (f *fetch) problem(code auth.Code, next auth.Next, err error) *auth.Problem {
	return (&auth.Problem{Phase: auth.PhaseProfile, Code: code, Next: next, Err: err}).With("Host", f.host)
}

// bearerError is the error code of a WWW-Authenticate header (RFC 6750 §3).
func bearerError(h http.Header) string {
	_, rest, ok := strings.Cut(h.Get("WWW-Authenticate"), `error="`)
	if !ok {
		return ""
	}
	code, _, _ := strings.Cut(rest, `"`)
	return auth.CleanText(code, 60)
}
