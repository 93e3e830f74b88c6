package mocktest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"app.latchkey/mockprovider/persona"
)

// redirectURI is where SignIn's client would listen if it did. Port 9 is
// reserved for discarding, so nobody else is met there.
const redirectURI = "http://127.0.0.1:9/callback"

func signIn(ctx context.Context, person *Person, srv *Server) (Tokens, error) {
	if !slices.Contains(srv.Clients()[0].RedirectURIs, "http://127.0.0.1/callback") {
		return Tokens{}, errors.New("SignIn needs the redirect URI http://127.0.0.1/callback to be registered")
	}
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	scope := "openid email profile"
	if srv.Persona().Refresh == persona.RefreshOfflineScope {
		scope += " offline_access"
	}
	if !srv.Persona().OpenID {
		scope = "" // there is nothing that all such providers know
	}
	query := url.Values{
		"client_id": {srv.ClientID()}, "redirect_uri": {redirectURI}, "response_type": {"code"}, "scope": {scope},
		"state": {rand.Text()}, "code_challenge_method": {"S256"}, "access_type": {"offline"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	person.RoundTripper() // from now on it has a browser, which the copy shares
	there := *person
	there.Stop = func(next *http.Request) bool { return strings.HasPrefix(next.URL.String(), redirectURI) }
	visit, err := there.Open(ctx, srv.Issuer()+srv.Persona().Paths.Authorization+"?"+query.Encode())
	if err != nil {
		return Tokens{}, err
	}
	back := &url.URL{}
	if visit.Next != nil {
		back = visit.Next.URL
	}
	if back.Query().Get("code") == "" {
		return Tokens{}, fmt.Errorf("no code: ended with %d, error %q", visit.Status, back.Query().Get("error"))
	}
	if back.Query().Get("state") != query.Get("state") {
		return Tokens{}, errors.New("the state is not the one that was sent")
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirectURI},
		"code_verifier": {verifier}, "client_id": {srv.ClientID()},
	}
	if s := srv.ClientSecret(); s != "" {
		form.Set("client_secret", s)
	}
	return redeem(ctx, person, srv, form)
}

// redeem sends the token request.
func redeem(ctx context.Context, person *Person, srv *Server, form url.Values) (Tokens, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.Issuer()+srv.Persona().Paths.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return Tokens{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	response, err := person.RoundTripper().RoundTrip(request)
	if err != nil {
		return Tokens{}, fmt.Errorf("token request: %w", err)
	}
	defer response.Body.Close()
	var body struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		ID      string `json:"id_token"`
		Error   string `json:"error"`
		Reason  string `json:"error_description"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return Tokens{}, fmt.Errorf("token response: %w", err)
	}
	if response.StatusCode != http.StatusOK || body.Error != "" {
		return Tokens{}, fmt.Errorf("token response: %d %s: %s", response.StatusCode, body.Error, body.Reason)
	}
	return Tokens{Access: body.Access, Refresh: body.Refresh, ID: body.ID}, nil
}
