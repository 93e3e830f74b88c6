package presenter

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

// IssuerCheck is what the provider that is being entered says about itself.
type IssuerCheck struct {
	State CheckState `json:"state"`
	// Issuer is what would be saved, Host what a person will be shown.
	Issuer string `json:"issuer,omitempty"`
	Host   string `json:"host,omitempty"`
	// Endpoints are what was found and where it is, Missing what was not.
	Endpoints []FoundEndpoint `json:"endpoints,omitempty"`
	Missing   []EndpointID    `json:"missing,omitempty"`
	// S256: the provider says that it supports PKCE by S256.
	S256  bool `json:"s256,omitempty"`
	Plain bool `json:"plain,omitempty"` // plain OAuth 2.0: there is nothing to discover

	// Of a check that failed: why (an auth.Fault), what was there in place of
	// what was expected, and another way to write the issuer.
	Fault   string `json:"fault,omitempty"`
	Got     string `json:"got,omitempty"`
	Suggest string `json:"suggest,omitempty"`
	Detail  string `json:"detail,omitempty"` // redacted
	// Passing: it may be otherwise in a minute, so the provider can be saved.
	Passing bool `json:"passing,omitempty"`
}

// CheckState is how far a check is.
type CheckState string

// The states of a check.
const (
	CheckRunning CheckState = "running" // or waits for the person to stop typing
	CheckGood    CheckState = "good"
	CheckWrong   CheckState = "wrong"
)

// FoundEndpoint is an endpoint and the host it is at.
type FoundEndpoint struct {
	ID   EndpointID `json:"id"`
	Host string     `json:"host"`
}

// EndpointID names an endpoint, or what else a provider may lack.
type EndpointID string

// The endpoints, in the order of a session's life.
const (
	EndpointSignIn  EndpointID = "authorization"
	EndpointToken   EndpointID = "token"
	EndpointKeys    EndpointID = "keys"
	EndpointProfile EndpointID = "profile"
	EndpointRevoke  EndpointID = "revocation"
	EndpointLogout  EndpointID = "logout"
)

// maxName is how many characters a provider's name may have.
const maxName = 100

const (
	checkAfter   = 400 * time.Millisecond // of no typing
	checkTimeout = 15 * time.Second
)

// entering is what the page "Use another provider" needs and no State holds.
type entering struct {
	secret auth.Secret        // of an imported client
	cancel context.CancelFunc // of the check under way; nil: there is none
	number int                // of the latest check: a late answer of an earlier one is dropped
	save   func()             // what waits for the check; nil: nothing
}

// checkIssuer begins a check after a pause, in place of the one under way.
func (p *Presenter) checkIssuer(after time.Duration) {
	e, v := &p.enter, &p.pages.newProvider
	if e.cancel != nil {
		e.cancel()
	}
	e.number++
	e.cancel, v.Check = nil, nil
	if !v.Draft.Preset.checked() || v.Draft.Preset.Has(DraftIssuer) && strings.TrimSpace(v.Draft.Issuer) == "" {
		return
	}
	v.Check = &IssuerCheck{State: CheckRunning}
	ctx, cancel := context.WithTimeout(p.ctx, checkTimeout+after)
	e.cancel = cancel
	number, draft := e.number, v.Draft
	p.work(func() {
		defer cancel()
		if !wait(ctx, after) {
			return
		}
		check := p.examine(ctx, draft)
		p.post(func() {
			if e.number != number {
				return
			}
			p.pages.newProvider.Check, e.cancel = &check, nil
			save := e.save
			e.save = nil
			if save != nil {
				save()
			}
			p.show(func(*State) {})
		})
	})
}

// wait returns false if ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// examine asks the provider. It runs in the background.
func (p *Presenter) examine(ctx context.Context, d ProviderDraft) IssuerCheck {
	provider, err := probe(d)
	if err != nil {
		return failedCheck(provider, err)
	}
	found, err := p.config.Auth.Examine(ctx, provider)
	if err != nil {
		return failedCheck(provider, err)
	}
	c := IssuerCheck{State: CheckGood, Issuer: provider.Issuer, Host: found.Host, S256: found.S256Listed(), Plain: provider.Plain != nil}
	for _, e := range []struct {
		id      EndpointID
		address string
	}{
		{EndpointSignIn, found.Metadata.AuthorizationEndpoint}, {EndpointToken, found.Metadata.TokenEndpoint},
		{EndpointKeys, found.Metadata.JWKSURI}, {EndpointProfile, found.Metadata.UserinfoEndpoint},
		{EndpointRevoke, found.Metadata.RevocationEndpoint}, {EndpointLogout, found.Metadata.EndSessionEndpoint},
	} {
		if u, err := url.Parse(e.address); e.address != "" && err == nil {
			c.Endpoints = append(c.Endpoints, FoundEndpoint{e.id, auth.CleanText(u.Host, 200)})
		} else if !c.Plain {
			c.Missing = append(c.Missing, e.id)
		}
	}
	return c
}

func failedCheck(provider auth.Provider, err error) IssuerCheck {
	c := IssuerCheck{State: CheckWrong, Issuer: provider.Issuer, Host: provider.Host(), Fault: string(auth.FaultUnreachable), Passing: true}
	var e *auth.IssuerError
	if !errors.As(err, &e) {
		c.Detail = auth.CleanText(err.Error(), 500)
		return c
	}
	c.Fault, c.Host, c.Got, c.Suggest, c.Detail = string(e.Fault), cmp.Or(e.Host, c.Host), e.Got, e.Suggest, e.Detail()
	switch e.Fault {
	case auth.FaultUnknownHost, auth.FaultUnreachable, auth.FaultTimeout, auth.FaultTLS, auth.FaultClock, auth.FaultStatus:
	default:
		c.Passing = false
	}
	return c
}

// probe is the provider of a draft as far as the check needs it: client and name
// need not be there yet.
func probe(d ProviderDraft) (auth.Provider, error) {
	d.Name, d.ClientID = cmp.Or(strings.TrimSpace(d.Name), "-"), "-"
	d.Scopes = d.Preset.scopes()
	n, err := entry(d, auth.NewSecret("-"))
	if err != nil {
		return auth.Provider{}, err
	}
	p, err := n.Provider("check")
	if err != nil {
		return auth.Provider{}, &auth.IssuerError{Fault: auth.FaultAddress, Err: err}
	}
	return p, nil
}

// entry is a draft as it is written into providers.toml. The error is an
// *auth.IssuerError.
func entry(d ProviderDraft, secret auth.Secret) (settings.NewProvider, error) {
	n := settings.NewProvider{Preset: string(d.Preset), ClientID: strings.TrimSpace(d.ClientID)}
	if d.Preset.Has(DraftSecret) {
		n.ClientSecret = secret
	}
	if d.Scopes != d.Preset.scopes() {
		n.Scopes = strings.FieldsFunc(d.Scopes, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	}
	if d.Preset.Has(DraftTenant) {
		n.Tenant = strings.TrimSpace(d.Tenant)
	}
	if d.Preset.Has(DraftName) {
		n.Preset, n.Name = "", auth.CleanText(d.Name, maxName-1) // an ellipsis may follow
	}
	if d.Preset.Has(DraftIssuer) {
		issuer, err := auth.ReadIssuer(d.Issuer)
		if err != nil {
			return n, err
		}
		if n.Issuer = issuer; n.Preset != "" && issuer == gitlabIssuer {
			n.Issuer = "" // the preset's own
		}
	}
	return n, nil
}
