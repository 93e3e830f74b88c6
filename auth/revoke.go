package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// revoke tells the provider to forget a token (RFC 7009). A provider without a
// revocation endpoint gives errNoRevocation.
func (s *site) revoke(ctx context.Context, secret Secret) error {
	if secret.IsZero() {
		return errors.New("there is no token to revoke")
	}
	m, err := s.metadata(ctx)
	if err != nil {
		return err
	}
	if m.RevocationEndpoint == "" {
		return errNoRevocation
	}
	form := url.Values{"token": {secret.Reveal()}, "client_id": {s.provider.ClientID}}
	if !s.provider.ClientSecret.IsZero() {
		form.Set("client_secret", s.provider.ClientSecret.Reveal())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.RevocationEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("the revocation endpoint's address is malformed")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.channel.Do(ctx, req, metadataLimit)
	if err != nil {
		return fmt.Errorf("revoking: %w", err)
	}
	if resp.Status != http.StatusOK {
		return fmt.Errorf("revoking: the provider answered with status %d", resp.Status)
	}
	return nil
}

var errNoRevocation = errors.New("the provider offers no revocation")
