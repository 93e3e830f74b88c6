package auth

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"app.latchkey/auth/flow"
	"app.latchkey/auth/loopback"
)

// SignInOptions are the optional parts of a sign-in.
type SignInOptions struct {
	LoginHint string        // e-mail address or subject the provider should offer first
	Prompt    string        // "", "login", "consent" or "select_account"
	Observer  flow.Observer // told of each step; may be nil
}

// SignIn runs a whole sign-in: Begin, Open, Wait. A browser that does not open
// ends it; a program that can offer the link should call the three itself.
func (c *Client) SignIn(ctx context.Context, p Provider, o SignInOptions) (*Pending, error) {
	attempt, err := c.Begin(ctx, p, o)
	if err != nil {
		return nil, err
	}
	if err := attempt.Open(ctx); err != nil {
		_ = attempt.Close()
		return nil, err
	}
	return attempt.Wait(ctx)
}

// Begin prepares a sign-in: the provider's metadata is read and checked, the
// store is made ready (its unlock dialog comes before the browser, not after a
// good sign-in), the redirect receiver listens. Nothing is open yet; call Open,
// then Wait, which ends the attempt; one that is not waited for must be closed.
func (c *Client) Begin(ctx context.Context, p Provider, o SignInOptions) (*Attempt, error) {
	if err := p.Validate(); err != nil {
		return nil, problem(PhaseConfiguration, CodeConfigInvalid, NextOpenConfig, err).With("Provider", p.Name)
	}
	if !interactive(o.Prompt) {
		return nil, problem(PhaseConfiguration, CodeConfigInvalid, NextOpenConfig, errNotInteractive).With("Provider", p.Name)
	}
	a := &Attempt{client: c, site: c.site(p), limit: limit{at: c.config.Now().Add(c.config.Timeout)},
		recorder: flow.NewRecorder(p.Name, p.Issuer, c.config.Now, o.Observer)}
	var err error
	if a.meta, err = a.readMetadata(ctx); err != nil {
		return nil, err
	}
	if err := a.readyStore(ctx); err != nil {
		return nil, err
	}
	if err := a.listen(ctx); err != nil {
		return nil, err
	}
	a.buildRequest(o)
	a.receiver.Arm(loopback.Attempt{State: a.request.state.Reveal(), AuthorizationURL: a.request.url.Reveal(), ProviderName: p.Name})
	a.startPrefetch(ctx)
	return a, nil
}

func (a *Attempt) listen(ctx context.Context) (err error) {
	redirect := a.site.provider.Redirect
	step := a.recorder.Start(flow.KindListen, flow.RoleClient, flow.RoleClient)
	a.receiver, err = loopback.Listen(ctx, loopback.Config{
		Host: redirect.Host, Path: redirect.Path, Ports: redirect.Ports, Product: a.client.config.Application, Language: a.client.language()})
	if err != nil {
		return a.fail(step, listenProblem(err))
	}
	step.Params(flow.Public("redirect_uri", a.receiver.RedirectURI()))
	step.Done()
	return nil
}

func (a *Attempt) buildRequest(o SignInOptions) {
	step := a.recorder.Start(flow.KindRequest, flow.RoleClient, flow.RoleAuthorizationServer)
	p := a.site.provider
	a.request = newAuthorizationRequest(p, a.meta, a.receiver.RedirectURI(), requestOptions{o.LoginHint, o.Prompt, a.client.language()})
	r := a.request
	a.recorder.Veil().Hide(r.state.Reveal(), r.nonce.Reveal(), r.verifier.Reveal(), p.ClientSecret.Reveal())
	step.Params(r.params()...)
	step.Done()
}

func (a *Attempt) readMetadata(ctx context.Context) (Metadata, error) {
	step := a.recorder.Start(flow.KindMetadata, flow.RoleClient, flow.RoleAuthorizationServer)
	step.Params(flow.Public("issuer", a.site.provider.Issuer))
	m, cached, err := a.site.metadataYoungerThan(ctx, metadataUsableFor)
	if err != nil {
		return Metadata{}, a.fail(step, err)
	}
	told := flow.Passed
	if a.site.provider.Plain != nil {
		told = flow.Skipped // there is no discovery document
	}
	a.cached = cached
	step.Params(flow.Public("source", metadataSource(a.site.provider, cached)))
	step.Checks(
		flow.Check{Name: "issuer", Verdict: told, Spec: "OpenID Connect Discovery §4.3", Expected: a.site.provider.documentIssuer(), Got: m.Issuer},
		flow.Check{Name: "S256", Verdict: told, Spec: "RFC 7636 §4.2", Got: strings.Join(m.ChallengeMethods, " ")})
	step.Done()
	return m, nil
}

// metadataSource says where metadata come from, for the record.
func metadataSource(p Provider, cached bool) string {
	switch {
	case p.Plain != nil:
		return "configuration"
	case cached:
		return "cache"
	}
	return "provider"
}

// Wait returns when the one response has come back that belongs to this
// attempt, and its code was exchanged and its ID token checked. Strays and
// forgeries do not end it; ctx, Close and the deadline do. It is called once.
func (a *Attempt) Wait(ctx context.Context) (*Pending, error) {
	if !a.waited.CompareAndSwap(false, true) {
		return nil, problem(PhaseAuthorization, CodeInternal, NextRetry, errors.New("Wait was called before: an attempt ends once"))
	}
	defer a.stopPrefetch()
	q, err := a.receive(ctx)
	if err != nil {
		_ = a.Close() // nobody came, so no page waits for a verdict
		return nil, err
	}
	pending, err := a.finish(ctx, q)
	if err != nil {
		a.receiver.Tell(failureVerdict(err))
		return nil, err
	}
	return pending, nil
}

// finish is the way from the response to the proven identity.
func (a *Attempt) finish(ctx context.Context, r response) (*Pending, error) {
	code, err := a.validate(r)
	if err != nil {
		return nil, err
	}
	a.meta = a.site.latest(a.meta) // read again meanwhile: the token endpoint may have moved
	tokens, err := a.redeem(ctx, code)
	if err != nil {
		return nil, err
	}
	// A provider is of one kind or the other. Without an ID token OpenID Connect
	// fails; it never falls back to the weaker proof.
	prove := a.identify
	if a.site.provider.Plain != nil {
		prove = a.askUser
	}
	identity, err := prove(ctx, tokens)
	if err != nil {
		return nil, err
	}
	return newPending(a, tokens, identity), nil
}

// response is what came back, and the step that is open for it.
type response struct {
	query url.Values
	step  *flow.Active
}

func (a *Attempt) receive(ctx context.Context) (response, error) {
	step := a.recorder.Start(flow.KindAuthorization, flow.RoleUser, flow.RoleAuthorizationServer)
	ctx, stop := a.limited(ctx)
	defer stop()
	q, err := a.receiver.Wait(ctx)
	if err == nil {
		return response{q, step}, nil
	}
	step.Params(flow.Public("strays", strconv.Itoa(a.receiver.Strays())))
	p := problem(PhaseAuthorization, CodeCanceled, NextDismiss, err)
	if errors.Is(context.Cause(ctx), errTimeout) || errors.Is(err, context.DeadlineExceeded) {
		p = problem(PhaseAuthorization, CodeSignInTimeout, NextRetry, errTimeout).With("Host", a.Host())
	}
	return response{}, a.fail(step, p)
}

func (a *Attempt) validate(r response) (authorizationCode, error) {
	a.recorder.Veil().Hide(r.query["code"]...) // also where it is refused
	r.step.Params(responseParams(r.query)...)
	r.step.Params(flow.Public("strays", strconv.Itoa(a.receiver.Strays())))
	code, checks, err := validateAuthorizationResponse(r.query, a.request, a.site.provider, a.meta)
	r.step.Checks(checks...)
	if err != nil {
		return authorizationCode{}, a.fail(r.step, err)
	}
	if a.receiver.Pasted() {
		r.step.Params(flow.Public("came", "as a pasted address"))
	}
	r.step.Done()
	return code, nil
}

func (a *Attempt) redeem(ctx context.Context, code authorizationCode) (tokenResponse, error) {
	step := a.recorder.Start(flow.KindToken, flow.RoleClient, flow.RoleAuthorizationServer)
	step.Params(exchangeParams(a.site.provider, a.meta, code, a.request)...)
	step.Checks(a.request.challengeCheck())
	tokens, err := a.site.exchange(ctx, a.meta, code, a.request)
	if err != nil {
		return tokenResponse{}, a.fail(step, err)
	}
	a.recorder.Veil().Hide(tokens.token.access.Reveal(), tokens.refresh.Reveal(), tokens.idToken.Reveal())
	step.Params(tokens.params()...)
	step.Checks(flow.Check{Name: "token_type", Verdict: flow.Passed, Spec: "RFC 6749 §5.1", Expected: "Bearer"})
	step.Done()
	return tokens, nil
}

func (a *Attempt) identify(ctx context.Context, tokens tokenResponse) (Identity, error) {
	step := a.recorder.Start(flow.KindIdentity, flow.RoleClient, flow.RoleClient)
	if tokens.idToken.IsZero() {
		return Identity{}, a.fail(step, problem(PhaseIdentity, CodeIDTokenMissing, NextRetry,
			errors.New("the token response has no id_token although openid was asked for (OpenID Connect Core §3.1.3.3)")).With("Host", a.Host()))
	}
	identity, checks, err := verifyIDToken(ctx, tokens.idToken.Reveal(), a.site.keys, expectation{
		provider: a.site.provider, metadata: a.meta, nonce: a.request.nonce.Reveal(),
		accessToken: tokens.token.access.Reveal(), now: a.site.channel.Now()})
	step.Params(idTokenParams(tokens.idToken.Reveal(), a.meta)...)
	step.Checks(checks...)
	if err != nil {
		return Identity{}, a.fail(step, err)
	}
	step.Done()
	return identity, nil
}

// failureVerdict is what the browser's page says. It holds no remote text.
func failureVerdict(err error) loopback.Verdict {
	switch CodeOf(err) {
	case CodeCanceled:
		return loopback.Cancelled()
	case CodeAccessDenied:
		return loopback.Denied()
	default:
		return loopback.Failed()
	}
}
