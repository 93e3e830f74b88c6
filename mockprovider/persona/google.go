package persona

// Google plays Google as a client of type "Desktop app" meets it: Google's
// paths (all below one address here, on several hosts in reality), its long
// scope names, its client secret that is required and not secret, its error
// texts, and iss in the authorization response without advertising it.
//
// It differs from Google in three points, always towards more strictness:
// PKCE with S256 is required, the redirect path is compared, and refresh
// tokens rotate (turn that off with mockprovider.WithRotation(false)).
func Google() Persona {
	return Persona{
		Name:  "google",
		Title: "Google (mock)",
		Paths: Paths{
			Authorization: "/o/oauth2/v2/auth",
			Token:         "/token",
			Userinfo:      "/v1/userinfo",
			Revocation:    "/revoke",
			JWKS:          "/oauth2/v3/certs",
			People:        "/v1/people/me",
		},
		Algorithm: "RS256",
		Client: Client{
			ID:     "407408718192-latchkeymock.apps.googleusercontent.com",
			Secret: "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",
			Name:   "Latchkey",
			RedirectURIs: []string{
				"http://127.0.0.1/callback",
				"http://[::1]/callback",
			},
		},
		Scopes:              googleScopes(),
		RefuseUnknownScopes: true,
		LongScopeNames:      true,
		ErrorsOnPage:        true,
		Refresh:             RefreshAccessType,
		MaxRefreshTokens:    100,
		AlwaysChoose:        true,
		LooseEscaping:       true,
		EchoScope:           true,
		ClaimsInIDToken:     true,
		UserinfoNeeds:       []string{"openid", "email", "profile"},
		RevokeAll:           true,
		RevokeUnknownFails:  true,
		RevokeWithoutClient: true,
		ExpiresIn:           3599,
		CodeExpiresIn:       600,
		Tokens:              Prefixes{Code: "4/0A", Access: "ya29.", Refresh: "1//0"},
		Errors:              googleErrors(),
	}
}

func googleScopes() []Scope {
	const auth = "https://www.googleapis.com/auth/"
	return []Scope{
		{
			Name: "openid", Required: true,
			Title:  "Know that you are you",
			Claims: []string{"sub"},
		},
		{
			Name: "email", Long: auth + "userinfo.email",
			Title:        "See your e-mail address",
			Claims:       []string{"email", "email_verified"},
			PersonFields: []string{"emailAddresses"},
		},
		{
			Name: "profile", Long: auth + "userinfo.profile",
			Title:        "See your name, picture and language",
			Claims:       []string{"name", "given_name", "family_name", "picture", "locale"},
			PersonFields: []string{"names", "photos", "locales"},
		},
		{
			Name:         auth + "user.birthday.read",
			Title:        "See your full date of birth",
			PersonFields: []string{"birthdays"},
		},
		{
			Name:         auth + "user.organization.read",
			Title:        "See your organization and job title",
			PersonFields: []string{"organizations"},
		},
		{
			Name:         auth + "user.emails.read",
			Title:        "See all your e-mail addresses",
			PersonFields: []string{"emailAddresses"},
		},
	}
}

// googleErrors are the words in which Google refuses, keyed by check.
func googleErrors() map[string]Error {
	return map[string]Error{
		"client_known":            {Code: "invalid_client", Description: "The OAuth client was not found."},
		"client_secret":           {Code: "invalid_client", Description: "Unauthorized"},
		"client_secret_present":   {Code: "invalid_request", Description: "client_secret is missing.", Status: 400},
		"redirect_uri_registered": {Code: "redirect_uri_mismatch"},
		"grant_type":              {Description: "Invalid grant_type."},
		"code_known":              {Description: "Malformed auth code."},
		"code_unused":             {Description: "Bad Request"},
		"code_fresh":              {Description: "Bad Request"},
		"code_client":             {Description: "Bad Request"},
		"code_redirect_uri":       {Description: "Bad Request"},
		"code_verifier_present":   {Code: "invalid_grant", Description: "Missing code verifier."},
		"code_verifier":           {Description: "Invalid code verifier."},
		"refresh_known":           {Description: "Token has been expired or revoked."},
		"refresh_unused":          {Description: "Token has been expired or revoked."},
		"refresh_fresh":           {Description: "Token has been expired or revoked."},
		"refresh_client":          {Code: "unauthorized_client", Description: "Unauthorized", Status: 401},
		"bearer_known":            {Code: "invalid_request", Description: "Invalid Credentials"},
		"bearer_present":          {Code: "invalid_request", Description: "Invalid Credentials"},
		"revoke_known":            {Code: "invalid_token", Description: "Token expired or revoked"},
	}
}
