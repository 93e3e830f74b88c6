package persona

// Plain plays OpenID Connect by the book, with a public client: claims are
// found at userinfo, a refresh token needs the scope offline_access, iss is
// sent and advertised, and errors say what was wrong.
func Plain() Persona {
	return Persona{
		Name:  "plain",
		Title: "Plain OpenID (mock)",
		Paths: Paths{
			Authorization: "/authorize",
			Token:         "/token",
			Userinfo:      "/userinfo",
			Revocation:    "/revoke",
			JWKS:          "/jwks",
		},
		Algorithm: "RS256",
		Client: Client{
			ID:   "latchkey-mock",
			Name: "Latchkey",
			RedirectURIs: []string{
				"http://127.0.0.1/callback",
				"http://[::1]/callback",
			},
		},
		Scopes: []Scope{
			{
				Name: "openid", Required: true,
				Title:  "Know that you are you",
				Claims: []string{"sub"},
			},
			{
				Name:   "email",
				Title:  "See your e-mail address",
				Claims: []string{"email", "email_verified"},
			},
			{
				Name:   "profile",
				Title:  "See your name, picture, language and birthday",
				Claims: []string{"name", "given_name", "family_name", "picture", "locale", "birthdate"},
			},
			{
				Name:  "offline_access",
				Title: "Stay signed in until you sign out",
			},
		},
		Refresh:       RefreshOfflineScope,
		AdvertiseIss:  true,
		UserinfoNeeds: []string{"openid"},
		ExpiresIn:     3600,
		CodeExpiresIn: 60,
	}
}
