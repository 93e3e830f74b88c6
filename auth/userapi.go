package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/flow"
)

// User is what a [UserAPI] says of its user. Texts are cleaned and capped, but
// otherwise the provider's word; Picture is an unchecked address.
type User struct {
	Subject, Login, Name, Email, Picture, Organization string
}

// Parse reads an answer. A user without a usable subject is an error; any other
// member that is missing or of the wrong type is "". The error quotes nothing.
func (a UserAPI) Parse(resp *backchannel.Response) (User, error) {
	var members map[string]json.RawMessage
	if err := backchannel.DecodeJSON(resp, &members); err != nil {
		return User{}, err
	}
	u := User{
		Subject: subjectOf(member(members, a.Subject)),
		Login:   CleanText(text(member(members, a.Login)), 100), Name: CleanText(text(member(members, a.Name)), 200),
		Email: CleanText(text(member(members, a.Email)), 254), Picture: text(member(members, a.Picture)),
		Organization: CleanText(text(member(members, a.Organization)), 200),
	}
	if u.Subject == "" {
		return User{}, fmt.Errorf("%w: the user has no usable %q", backchannel.ErrNotJSON, a.Subject)
	}
	if u.Name == "" {
		u.Name = u.Login
	}
	return u, nil
}

// member returns the member at a path with dots, nil if there is none. Names
// are compared exactly.
func member(members map[string]json.RawMessage, path string) json.RawMessage {
	for {
		name, rest, nested := strings.Cut(path, ".")
		raw := members[name]
		if !nested {
			return raw
		}
		members, path = nil, rest
		if json.Unmarshal(raw, &members) != nil {
			return nil
		}
	}
}

func text(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// numericSubject is a whole number as it must be written: 1e3 and 1000.0 would
// make two accounts of one.
var numericSubject = regexp.MustCompile(`^[1-9][0-9]{0,29}$`)

// subjectOf returns a subject that is a number or a text, "" if it is neither.
func subjectOf(raw json.RawMessage) string {
	if raw = bytes.TrimSpace(raw); numericSubject.Match(raw) {
		return string(raw)
	}
	if s := text(raw); validSubject(s) {
		return s
	}
	return ""
}

// askUser proves who signed in where there is no ID token: the user API is asked
// with the access token that was fetched over TLS for the code that PKCE and
// state tied to this attempt. Nothing in its answer says for which client or
// when it was made; the record and the Identity say so.
func (a *Attempt) askUser(ctx context.Context, tokens tokenResponse) (Identity, error) {
	api := a.site.provider.Plain.User
	step := a.recorder.Start(flow.KindIdentity, flow.RoleClient, flow.RoleResourceServer)
	step.Params(flow.Public("user_endpoint", hostOf(api.Endpoint)), flow.Hidden("access_token"))
	user, err := a.site.user(ctx, tokens.token)
	if err != nil {
		return Identity{}, a.fail(step, err)
	}
	step.Checks(
		flow.Check{Name: "signature", Verdict: flow.Skipped, Spec: "RFC 6749: plain OAuth 2.0 signs nothing", Got: "the word of " + hostOf(api.Endpoint)},
		flow.Check{Name: api.Subject, Verdict: flow.Passed, Spec: "user API", Got: CleanText(user.Subject, 100)})
	id := Identity{Issuer: a.site.provider.Issuer, Subject: user.Subject, Proof: ProofUserAPI,
		Email: user.Email, Name: user.Name, Picture: user.Picture}
	if address, verified := a.site.primaryEmail(ctx, tokens.token); address != "" {
		id.Email, id.EmailVerified = address, verified
	}
	step.Done()
	return id, nil
}

// user asks the user API.
func (s *site) user(ctx context.Context, token Token) (User, error) {
	api := s.provider.Plain.User
	resp, err := s.ask(ctx, api.Endpoint, token)
	if err != nil {
		return User{}, TransportProblem(PhaseIdentity, hostOf(api.Endpoint), err)
	}
	if resp.Status != http.StatusOK {
		return User{}, userProblem(api, fmt.Errorf("the user API answered with status %d", resp.Status))
	}
	u, err := api.Parse(resp)
	if err != nil {
		return User{}, userProblem(api, err)
	}
	return u, nil
}

func userProblem(api UserAPI, err error) *Problem {
	return problem(PhaseIdentity, CodeUserUnknown, NextRetry, err).With("Host", hostOf(api.Endpoint))
}

// primaryEmail is the user's address and whether the provider has verified it.
// Not being told is no failed sign-in: the address is for show.
func (s *site) primaryEmail(ctx context.Context, token Token) (address string, verified bool) {
	endpoint := s.provider.Plain.User.EmailsEndpoint
	if endpoint == "" {
		return "", false
	}
	resp, err := s.ask(ctx, endpoint, token)
	if err != nil || resp.Status != http.StatusOK {
		return "", false
	}
	var list []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if json.Unmarshal(resp.Body, &list) != nil {
		return "", false
	}
	for _, e := range list {
		if e.Primary {
			return CleanText(e.Email, 254), e.Verified && e.Email != ""
		}
	}
	return "", false
}

func (s *site) ask(ctx context.Context, address string, token Token) (*backchannel.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("the user API's address is malformed")
	}
	req.Header.Set("Accept", "application/json")
	token.Authorize(req)
	return s.channel.Do(ctx, req, metadataLimit)
}

// deleteToken revokes an access token at a provider with GitHub's API for that;
// everywhere takes back all that its user allowed this client.
// GitHub answers 404 for a token that it does not know and for a client that it
// does not know; the token itself tells which.
func (s *site) deleteToken(ctx context.Context, secret Secret, everywhere bool) error {
	address := strings.Replace(s.provider.Plain.TokenDeletion, deletionPlaceholder, url.PathEscape(s.provider.ClientID), 1)
	if everywhere {
		address = strings.TrimSuffix(address, deletionSuffix) + "/grant"
	}
	body, err := json.Marshal(map[string]string{"access_token": secret.Reveal()})
	if err != nil {
		return errors.New("the token cannot be sent")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address for deleting tokens is malformed")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(s.provider.ClientID, s.provider.ClientSecret.Reveal())
	resp, err := s.channel.Do(ctx, req, metadataLimit)
	if err != nil {
		return fmt.Errorf("deleting the token: %w", err)
	}
	switch resp.Status {
	case http.StatusOK, http.StatusNoContent:
		return nil
	case http.StatusNotFound:
		if known, err := s.ask(ctx, s.provider.Plain.User.Endpoint, Token{access: secret}); err == nil && known.Status == http.StatusUnauthorized {
			return nil // it is deleted already
		}
	}
	return fmt.Errorf("deleting the token: the provider answered with status %d", resp.Status)
}
