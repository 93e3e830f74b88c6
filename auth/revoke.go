package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"app.latchkey/auth/backchannel"
)

// removeAccess has the provider forget what the person allowed, where it can do
// more than forget one token.
func (s *site) removeAccess(ctx context.Context, secret Secret) error {
	if plain := s.provider.Plain; plain != nil && plain.TokenDeletion != "" && !secret.IsZero() {
		return s.deleteToken(ctx, secret, true)
	}
	return s.revoke(ctx, secret)
}

// revoke tells the provider to forget a token (RFC 7009). A provider without a
// revocation endpoint gives errNoRevocation.
func (s *site) revoke(ctx context.Context, secret Secret) error {
	if secret.IsZero() {
		return errors.New("there is no token to revoke")
	}
	if plain := s.provider.Plain; plain != nil && plain.TokenDeletion != "" {
		return s.deleteToken(ctx, secret, false)
	}
	m, err := s.metadata(ctx)
	if err != nil {
		return err
	}
	if m.RevocationEndpoint == "" {
		return errNoRevocation
	}
	form := url.Values{"token": {secret.Reveal()}}
	config := oauthConfig(s.provider, m, "", nil)
	if config.Endpoint.AuthStyle == oauth2.AuthStyleInParams {
		form.Set("client_id", config.ClientID)
		if config.ClientSecret != "" {
			form.Set("client_secret", config.ClientSecret)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.RevocationEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("the revocation endpoint's address is malformed")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if config.Endpoint.AuthStyle == oauth2.AuthStyleInHeader {
		req.SetBasicAuth(url.QueryEscape(config.ClientID), url.QueryEscape(config.ClientSecret)) // RFC 6749 §2.3.1
	}
	resp, err := s.channel.Do(ctx, req, metadataLimit)
	if err != nil {
		return fmt.Errorf("revoking: %w", err)
	}
	var answer struct {
		Error string `json:"error"`
	}
	if resp.Status == http.StatusBadRequest && backchannel.DecodeJSON(resp, &answer) == nil && answer.Error == "invalid_token" {
		return nil // Google's word for a token that is revoked already; RFC 7009 §2.2 would say 200
	}
	if resp.Status != http.StatusOK {
		return fmt.Errorf("revoking: the provider answered with status %d", resp.Status)
	}
	return nil
}

var errNoRevocation = errors.New("the provider offers no revocation")
