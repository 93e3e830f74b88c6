package rpcheck_test

import (
	"context"
	"os"
	"strings"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider/rpcheck"
	"app.latchkey/resources"
)

// latchkey is our own client, used as any program uses it.
func latchkey(ctx context.Context, s rpcheck.Setup, open func(address string)) (*rpcheck.Session, error) {
	dir, err := os.MkdirTemp("", "latchkey-rpcheck-")
	if err != nil {
		return nil, err
	}
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: func(_ context.Context, address string) error {
		open(address)
		return nil
	}})
	if err != nil {
		return nil, err
	}
	pending, err := client.SignIn(ctx, latchkeyProvider(s), auth.SignInOptions{})
	if err != nil {
		return nil, refusal(err)
	}
	session, err := pending.Commit(ctx)
	if err != nil {
		return nil, refusal(err)
	}
	fetcher := resources.New(resources.Config{CacheDir: dir})
	return &rpcheck.Session{
		Subject: session.Identity().Subject, Scopes: session.Scopes(),
		Refresh: func(ctx context.Context) error {
			now, err := session.Token(ctx)
			if err != nil {
				return refusal(err)
			}
			session.Expire(now)
			_, err = session.Token(ctx)
			return refusal(err)
		},
		Profile: func(ctx context.Context) (string, error) {
			profile, err := fetcher.Profile(ctx, session, nil)
			return profile.Subject, refusal(err)
		},
		Picture: func(ctx context.Context) ([]byte, error) {
			profile, err := fetcher.Profile(ctx, session, nil)
			if err != nil {
				return nil, refusal(err)
			}
			path, err := fetcher.Picture(ctx, session, profile, nil)
			if err != nil {
				return nil, refusal(err)
			}
			return os.ReadFile(path)
		},
		EndSession: func(ctx context.Context, open func(address string)) error {
			logout, err := session.Logout(ctx)
			if err != nil {
				return refusal(err)
			}
			defer logout.Close()
			link, err := logout.Link()
			if err != nil {
				return refusal(err)
			}
			open(link)
			return refusal(logout.Wait(ctx))
		},
		Revoke: func(ctx context.Context) error { return refusal(session.SignOut(ctx)) },
		Close: func() {
			_ = client.Close(context.Background())
			_ = os.RemoveAll(dir)
		},
	}, nil
}

// latchkeyProvider is the configuration of a provider.
func latchkeyProvider(s rpcheck.Setup) auth.Provider {
	if api, ok := strings.CutSuffix(s.Endpoints.User, "/user"); ok {
		return auth.GitHubAt(s.Issuer, api, s.ClientID, s.ClientSecret)
	}
	if s.Endpoints.People != "" {
		return auth.GoogleAt(s.Issuer, s.Endpoints.People, s.ClientID, s.ClientSecret)
	}
	return auth.Provider{ID: "mock", Name: "Mock", Issuer: s.Issuer, ClientID: s.ClientID, ClientSecret: auth.NewSecret(s.ClientSecret),
		Scopes: s.Scopes, Quirks: auth.Quirks{AuthParams: s.Parameters, FormPost: s.FormPost},
		Redirect: auth.Redirect{LogoutPath: s.PostLogoutPath}}
}

// refusal gives an error its stable code.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	return &rpcheck.Refusal{Code: string(auth.CodeOf(err)), Err: err}
}
