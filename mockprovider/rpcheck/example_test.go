package rpcheck_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"app.latchkey/mockprovider/rpcheck"
)

// signInWithGoLibraries is the sign-in that most Go programs have: x/oauth2 and
// go-oidc, doing what they do by themselves and nothing more.
func signInWithGoLibraries(ctx context.Context, s rpcheck.Setup, open func(address string)) (*rpcheck.Session, error) {
	if s.Endpoints.User != "" { // no OpenID Connect
		return nil, rpcheck.ErrUnable
	}
	provider, err := oidc.NewProvider(ctx, s.Issuer)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	config := oauth2.Config{ClientID: s.ClientID, ClientSecret: s.ClientSecret, Endpoint: provider.Endpoint(), Scopes: s.Scopes,
		RedirectURL: "http://" + listener.Addr().String() + rpcheck.RedirectPath}
	verifier := oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for name, value := range s.Parameters {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	if s.FormPost {
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	open(config.AuthCodeURL("state", options...))

	codes := make(chan string, 1)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case codes <- r.FormValue("code"):
		default:
		}
		fmt.Fprintln(w, "You can close this window.")
	}))
	var code string
	select {
	case code = <-codes:
	case <-ctx.Done():
		return nil, ctx.Err()
	}

	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("no ID token")
	}
	idToken, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: s.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	return &rpcheck.Session{
		Subject: idToken.Subject,
		Refresh: func(ctx context.Context) error {
			fresh, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
			if err == nil {
				token = fresh
			}
			return err
		},
		Profile: func(ctx context.Context) (string, error) {
			info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
			if err != nil {
				return "", err
			}
			return info.Subject, nil
		},
	}, nil
}

// A client is put before the cases by one function; here it is a bare one, and
// these are the modules of the OpenID suite that its libraries leave to the program.
func Example() {
	suite := rpcheck.NewSuite(rpcheck.ClientFunc(signInWithGoLibraries))
	for _, c := range rpcheck.Cases() {
		if c.Kind != rpcheck.Module {
			continue
		}
		if r := suite.Run(context.Background(), c); r.Wrong() != "" {
			fmt.Printf("%s: must %s (%s)\n", c.Name, c.Want, c.Spec)
		}
	}
	// Output:
	// oidcc-client-test-missing-sub: must refuse (OpenID Connect Core §2)
	// oidcc-client-test-missing-iat: must refuse (OpenID Connect Core §2)
	// oidcc-client-test-userinfo-invalid-sub: must refuse (OpenID Connect Core §5.3.2)
	// oidcc-client-test-nonce-invalid: must refuse (OpenID Connect Core §3.1.3.7)
	// oidcc-client-test-refresh-token-invalid-issuer: must refuse (OpenID Connect Core §12.2)
	// oidcc-client-test-refresh-token-invalid-sub: must refuse (OpenID Connect Core §12.2)
	// oidcc-client-test-invalid-athash: must refuse (OpenID Connect Core §3.1.3.8)
	// fapi2-security-profile-final-client-test-remove-authorization-response-iss: must refuse (RFC 9207 §2.4, RFC 9700 §4.4)
	// fapi2-security-profile-final-client-test-invalid-authorization-response-iss: must refuse (RFC 9207 §2.4, RFC 9700 §4.4)
	// fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails: must refuse (RFC 6749 §10.12, RFC 9700 §4.7)
	// fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails: must refuse (RFC 6749 §10.12, RFC 9700 §4.7)
	// fapi2-security-profile-final-client-test-invalid-secondary-aud: must refuse (OpenID Connect Core §3.1.3.7)
	// fapi2-security-profile-final-client-test-invalid-missing-nonce: must refuse (OpenID Connect Core §3.1.3.7)
	// fapi1-advanced-final-client-test-iat-is-week-in-past: must refuse (OpenID Connect Core §3.1.3.7)
	// oidcc-client-test-missing-sub (form_post): must refuse (OpenID Connect Core §2)
	// oidcc-client-test-missing-iat (form_post): must refuse (OpenID Connect Core §2)
	// oidcc-client-test-userinfo-invalid-sub (form_post): must refuse (OpenID Connect Core §5.3.2)
	// oidcc-client-test-nonce-invalid (form_post): must refuse (OpenID Connect Core §3.1.3.7)
}
