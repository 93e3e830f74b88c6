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
	"sync"
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
// switched off for the client (403) is no error: userinfo alone must do. Both
// are asked at the same time, so a profile costs one round trip.
func (c *Client) Profile(ctx context.Context, s Session, r *flow.Recorder) (Profile, error) {
	step := r.Start(flow.KindProfile, flow.RoleClient, flow.RoleResourceServer)
	f := &fetch{client: c, session: s, host: s.Provider().Host()}
	p, err := f.profile(ctx, step)
	if err != nil {
		err = f.veiled(err)
		code := auth.CodeOf(err)
		step.Fail(string(code))
		c.log.WarnContext(ctx, "profile not fetched", "provider", s.Provider().ID, "code", code)
		return Profile{}, err
	}
	step.Done()
	if ctx.Err() != nil {
		// Signing out cancels what is under way, and forgets; it must stay forgotten.
		return Profile{}, auth.TransportProblem(auth.PhaseProfile, s.Provider().Host(), ctx.Err())
	}
	if err := c.cache.writeProfile(s.Account().Key, p); err != nil {
		c.log.WarnContext(ctx, "profile not cached", "error", err)
	}
	c.log.InfoContext(ctx, "profile fetched", "provider", s.Provider().ID, "source", p.Source)
	return p, nil
}

// fetch is one Profile call: its limits hold for all its requests together.
type fetch struct {
	client  *Client
	session Session
	host    string // of the issuer

	mu      sync.Mutex
	used    []auth.Token
	renewed bool // the access token was refused once and is another since then
	repeats int
	waited  time.Duration
}

// source is one endpoint that is asked.
type source struct {
	*fetch
	host   string // in the words a person reads
	params []flow.Param
	checks []flow.Check
}

// said is what a source answered.
type said struct {
	claims claims
	err    error
}

func (f *fetch) profile(ctx context.Context, step *flow.Active) (Profile, error) {
	p := FromIdentity(f.session.Identity())
	p.Source = f.host
	step.Params(flow.Hidden("access_token"))
	userinfo, people := f.source(), f.source()
	endpoint, err := f.session.UserinfoEndpoint(ctx)
	if err != nil {
		return Profile{}, userinfo.unreachable(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	other := make(chan said, 1)
	go func() {
		c, err := people.people(ctx, p.Subject)
		other <- said{c, err}
	}()
	var first said
	if plain := f.session.Provider().Plain; plain != nil {
		first.claims, first.err = userinfo.userAPI(ctx, plain.User, p)
	} else if endpoint != "" {
		first.claims, first.err = userinfo.userinfo(ctx, endpoint, p.Subject)
	}
	if first.err != nil {
		cancel() // without userinfo there is no profile
	}
	second := <-other
	for _, s := range []*source{userinfo, people} { // in this order, whoever was quicker
		step.Params(s.params...)
		step.Checks(s.checks...)
	}
	for _, s := range []said{first, second} {
		if s.err != nil {
			return Profile{}, s.err
		}
		p = s.claims.over(p)
	}
	p.Fetched = f.client.now().Round(0)
	return p, nil
}

// veiled takes the access tokens out of an error, in which servers may echo them.
func (f *fetch) veiled(err error) error {
	p := auth.AsProblem(err)
	for _, token := range f.used {
		p = token.Veiled(p)
	}
	return p
}

func (f *fetch) source() *source { return &source{fetch: f, host: f.host} }

// unreachable says "offline" instead of "sign in later" when it was the metadata
// that could not be read: to whoever waits for a profile it is the same.
func (s *source) unreachable(err error) error {
	if p := auth.AsProblem(err); p.Code == auth.CodeProviderUnreachable {
		return auth.TransportProblem(auth.PhaseProfile, s.host, p.Err)
	}
	return err
}

// get asks one endpoint with the access token in the header and records the
// outcome under name. The answer has status 200, or one that the caller has to
// judge.
func (s *source) get(ctx context.Context, name, address string) (*backchannel.Response, error) {
	u, err := s.checkAddress(address)
	if err != nil {
		return nil, err
	}
	s.host = u.Host
	s.params = append(s.params, flow.Public(name+"_endpoint", u.Host+u.Path))
	for {
		resp, again, err := s.once(ctx, u)
		if err != nil {
			if r := (*backchannel.RedirectError)(nil); errors.As(err, &r) {
				s.record(name, r.Status)
			}
			return nil, err
		}
		switch resp.Status {
		case http.StatusUnauthorized:
			if !again {
				s.record(name, resp.Status)
				return resp, nil
			}
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			if err := s.wait(ctx, resp); err != nil {
				s.record(name, resp.Status)
				return nil, err
			}
		default:
			s.record(name, resp.Status)
			return resp, nil
		}
	}
}

// once sends one request. again says that the token was refused and that the
// next request comes with another.
func (s *source) once(ctx context.Context, u *url.URL) (resp *backchannel.Response, again bool, err error) {
	s.mu.Lock()
	last := s.renewed // the token that is taken now is the last one that is tried
	s.mu.Unlock()
	token, err := s.session.Token(ctx)
	if err != nil {
		return nil, false, err
	}
	s.mu.Lock()
	s.used = append(s.used, token)
	s.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, false, s.problem(auth.CodeProfileUnavailable, auth.NextRefresh, errors.New("the endpoint's address is malformed"))
	}
	req.Header.Set("Accept", "application/json")
	token.Authorize(req)
	resp, err = s.session.Backchannel().Do(ctx, req, documentLimit)
	redirect := (*backchannel.RedirectError)(nil)
	switch {
	case errors.Is(err, backchannel.ErrTooLarge), errors.Is(err, backchannel.ErrInsecure), errors.As(err, &redirect):
		return nil, false, s.problem(auth.CodeProfileUnavailable, auth.NextRefresh, err)
	case err != nil:
		return nil, false, auth.TransportProblem(auth.PhaseProfile, s.host, err)
	case resp.Status == http.StatusUnauthorized && !last:
		s.expire(token)
		return resp, true, nil
	}
	return resp, false, nil
}

// expire gives a refused token up. Both sources may be refused the same one; it
// is renewed once.
func (f *fetch) expire(token auth.Token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.renewed {
		f.renewed = true
		f.session.Expire(token)
	}
}

// checkAddress refuses to send a token anywhere but over TLS, or within this
// computer for a provider that lives there (RFC 6750 §5.3).
func (s *source) checkAddress(address string) (*url.URL, error) {
	issuer := s.session.Provider().Issuer
	if err := auth.CheckEndpoint(address, auth.IsLoopbackURL(issuer)); err != nil {
		return nil, s.problem(auth.CodeProfileUnavailable, auth.NextDismiss, fmt.Errorf("the token is not sent there: %w", err))
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, s.problem(auth.CodeProfileUnavailable, auth.NextDismiss, errors.New("the endpoint's address is malformed"))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// wait waits until a busy server may be asked again, or says that it is busy.
func (s *source) wait(ctx context.Context, resp *backchannel.Response) error {
	d, told := backchannel.RetryAfter(resp.Header, s.session.Backchannel().Now())
	if !s.mayWait(&d, told) {
		p := s.problem(auth.CodeServerBusy, auth.NextRefresh, fmt.Errorf("the server answered with status %d", resp.Status))
		if told {
			p = p.With("Seconds", strconv.Itoa(int((d+time.Second-1)/time.Second)))
		}
		return p
	}
	if err := s.client.sleep(ctx, d); err != nil {
		return auth.TransportProblem(auth.PhaseProfile, s.host, err)
	}
	return nil
}

// mayWait takes a wait of d off what is left; where nobody told how long, it
// sets d.
func (f *fetch) mayWait(d *time.Duration, told bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !told {
		*d = firstWait << f.repeats
	}
	if f.repeats >= maxRepeats || f.waited+*d > maxWait {
		return false
	}
	f.repeats, f.waited = f.repeats+1, f.waited+*d
	return true
}

func (s *source) record(name string, status int) {
	s.params = append(s.params, flow.Public(name+"_status", strconv.Itoa(status)))
}

// refused is the Problem of an answer with another status than 200.
func (s *source) refused(resp *backchannel.Response) error {
	code, next := auth.CodeProfileUnavailable, auth.NextRefresh
	if resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden {
		code, next = auth.CodeProfileForbidden, auth.NextSignIn
	}
	err := fmt.Errorf("the server answered with status %d", resp.Status)
	remote := bearerError(resp.Header)
	if remote != "" {
		err = fmt.Errorf("%w, error %q", err, remote)
	}
	return s.problem(code, next, err).With("Error", remote)
}

// decode reads the members of a JSON object. Names are compared exactly, which
// decoding into a struct would not.
func (s *source) decode(resp *backchannel.Response) (object, error) {
	var o object
	err := backchannel.DecodeJSON(resp, &o)
	switch {
	case err == nil:
		return o, nil
	case isPage(resp): // a proxy's, a captive portal's
		return nil, auth.TransportProblem(auth.PhaseProfile, s.host, err)
	}
	return nil, s.problem(auth.CodeProfileUnavailable, auth.NextRefresh, err)
}

func isPage(resp *backchannel.Response) bool {
	media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return strings.Contains(strings.ToLower(media), "html") || bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("<"))
}

// sameSubject records whether an answer speaks of the subject that signed in
// (OpenID Connect Core §5.3.2) and refuses it if not: the token may have been
// exchanged for another person's.
func (s *source) sameSubject(check flow.Check) error {
	check.Expected, check.Got = auth.CleanText(check.Expected, 100), auth.CleanText(check.Got, 100)
	s.checks = append(s.checks, check)
	if check.Verdict != flow.Failed {
		return nil
	}
	return s.problem(auth.CodeUserinfoSubject, auth.NextSignIn,
		fmt.Errorf("%s of the answer (%s): expected %q, got %q", check.Name, check.Spec, check.Expected, check.Got))
}

func verdict(ok bool) flow.Verdict {
	if ok {
		return flow.Passed
	}
	return flow.Failed
}

func (s *source) problem(code auth.Code, next auth.Next, err error) *auth.Problem {
	return (&auth.Problem{Phase: auth.PhaseProfile, Code: code, Next: next, Err: err}).With("Host", s.host)
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
