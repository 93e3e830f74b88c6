package auth

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// PlainOAuth describes a provider of plain OAuth 2.0 (RFC 6749): no discovery
// document, so its endpoints are written down; no ID token, so who signed in is
// what an API answers to the access token. That is a weaker proof than OpenID
// Connect's, and every [Identity] won this way says so ([ProofUserAPI]). A
// provider is of one kind or the other: there is no falling back.
//
// PKCE with S256 is sent all the same. It protects only at servers that check
// it, and no metadata says whether they do.
type PlainOAuth struct {
	AuthorizationEndpoint string
	TokenEndpoint         string
	// RevocationEndpoint is that of RFC 7009, "" if there is none.
	RevocationEndpoint string
	// TokenDeletion is GitHub's way to revoke: an address with {client_id} in
	// its place, to which the token is sent as JSON by DELETE, authenticated
	// with client ID and client secret. It ends in /token; the same with /grant
	// takes back all that the user allowed. "" if there is none.
	TokenDeletion string
	// User says who signed in.
	User UserAPI
}

// UserAPI is an endpoint that answers an access token with a JSON object about
// its user. Subject and the texts after it are the names of members, with dots
// between the names of nested ones ("data.id"); "" where there is none.
type UserAPI struct {
	Endpoint string
	// Subject is mandatory: a number or text that never changes and is never
	// given to anybody else. A user name is neither.
	Subject      string
	Login        string // the user name
	Name         string
	Email        string // counts as unverified
	Picture      string
	Organization string
	// EmailsEndpoint lists e-mail addresses as GitHub does, with "primary" and
	// "verified"; "" if there is none.
	EmailsEndpoint string
}

// The form of PlainOAuth.TokenDeletion: what stands for the client ID, and its end.
const (
	deletionPlaceholder = "{client_id}"
	deletionSuffix      = "/token"
)

// validate reports what is wrong, in the words of providers.toml.
func (o PlainOAuth) validate(p Provider) error {
	if slices.Contains(p.Scopes, "openid") {
		return errors.New(`scopes: "openid" is OpenID Connect's; leave the endpoints out and name the issuer, or leave "openid" out`)
	}
	if p.ProfileAPI != "" {
		return errors.New("profile_api: it is Google's and needs OpenID Connect")
	}
	for _, e := range []struct {
		key, address string
		required     bool
	}{
		{"authorization_endpoint", o.AuthorizationEndpoint, true},
		{"token_endpoint", o.TokenEndpoint, true},
		{"user_endpoint", o.User.Endpoint, true},
		{"emails_endpoint", o.User.EmailsEndpoint, false},
		{"revocation_endpoint", o.RevocationEndpoint, false},
		{"token_deletion", strings.Replace(o.TokenDeletion, deletionPlaceholder, "c", 1), false},
	} {
		if e.address == "" && !e.required {
			continue
		}
		if err := CheckEndpoint(e.address, IsLoopbackURL(p.Issuer)); err != nil {
			return fmt.Errorf("%s: %w", e.key, err)
		}
		if u, _ := url.Parse(e.address); u.Fragment != "" {
			return fmt.Errorf("%s: expected an address without fragment (RFC 6749 §3.1, §3.2)", e.key)
		}
	}
	switch {
	case hostOf(o.AuthorizationEndpoint) != hostOf(p.Issuer):
		// Otherwise it could enter accounts under another provider's name.
		return fmt.Errorf("issuer: it names the authorization server, so expected an address of %s", hostOf(o.AuthorizationEndpoint))
	case o.TokenDeletion != "" && (strings.Count(o.TokenDeletion, deletionPlaceholder) != 1 || !strings.HasSuffix(o.TokenDeletion, deletionSuffix)):
		return fmt.Errorf("token_deletion: expected %s in the place of the client ID, and %s at the end", deletionPlaceholder, deletionSuffix)
	case o.TokenDeletion != "" && p.ClientSecret.IsZero():
		return errors.New("client_secret is missing: deleting tokens needs it")
	case o.User.Subject == "":
		return errors.New(`user_subject is missing: the member that never changes, such as user_subject = "id"`)
	}
	return nil
}

// metadata is what discovery would say.
func (o PlainOAuth) metadata(issuer string) Metadata {
	return Metadata{Issuer: issuer, AuthorizationEndpoint: o.AuthorizationEndpoint,
		TokenEndpoint: o.TokenEndpoint, RevocationEndpoint: o.RevocationEndpoint}
}
