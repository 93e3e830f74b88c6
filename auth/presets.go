package auth

import (
	"reflect"
	"strings"
)

// GoogleIssuer is Google's issuer identifier.
const GoogleIssuer = "https://accounts.google.com"

// Google is the preset for Google. Its desktop clients have a client secret
// that the token endpoint demands although PKCE is used and that is not
// confidential: https://developers.google.com/identity/protocols/oauth2/native-app.
func Google(clientID, clientSecret string) Provider {
	return GoogleAt(GoogleIssuer, "https://people.googleapis.com/v1/people/me", clientID, clientSecret)
}

// GoogleAt is Google's preset at another address: a mock of Google.
func GoogleAt(issuer, profileAPI, clientID, clientSecret string) Provider {
	p := Provider{
		ID: "google", Name: "Google", Issuer: issuer, Google: true,
		ClientID: clientID, ClientSecret: NewSecret(clientSecret), ProfileAPI: profileAPI,
		Quirks: Quirks{
			RevocationEndsGrant: true,
			// Without it Google sends no refresh token to some client types.
			AuthParams:     map[string]string{"access_type": "offline"},
			SecretRequired: true,
		},
	}
	if issuer == GoogleIssuer {
		p.Quirks.IssuerAliases = []string{"accounts.google.com"}
	}
	return p
}

// microsoftHost is Microsoft's authority in its public cloud.
const microsoftHost = "https://login.microsoftonline.com"

// Microsoft is the preset for Microsoft Entra ID and personal Microsoft
// accounts. tenant says who may sign in: "common" (anybody), "organizations"
// (work and school accounts), "consumers" (personal accounts), or the ID (a
// GUID) of one tenant; a tenant's domain name is no issuer. The client is a
// public one of the platform "Mobile and desktop applications" with the
// redirect URI http://localhost/callback: Microsoft ignores the port of
// localhost and compares the path.
func Microsoft(tenant, clientID string) Provider {
	return MicrosoftAt(microsoftHost, tenant, clientID)
}

// MicrosoftAt is Microsoft's preset at another address: a national cloud
// (https://login.microsoftonline.us), or a mock.
func MicrosoftAt(authority, tenant, clientID string) Provider {
	p := Provider{
		ID: "microsoft", Name: "Microsoft", Issuer: authority + "/" + tenant + "/v2.0", ClientID: clientID,
		// Without offline_access there is no refresh token.
		Scopes:   append(DefaultScopes(), "offline_access"),
		Redirect: Redirect{Host: "localhost"},
	}
	switch tenant {
	case "common", "organizations":
		// The discovery document's issuer is a template; each ID token names
		// its own tenant in tid and carries the issuer of that.
		p.Quirks.IssuerTemplate = authority + "/{tenantid}/v2.0"
	case "consumers":
		// All personal accounts live in one tenant, whose issuer the discovery
		// document at /consumers names.
		p.Issuer = authority + "/" + microsoftConsumers + "/v2.0"
	}
	return p
}

// microsoftConsumers is the tenant of personal Microsoft accounts.
const microsoftConsumers = "9188040d-6c67-4c5b-b112-36a304b66dad"

// GitLab is the preset for gitlab.com. The client is an application that is not
// confidential, with the scopes openid, email and profile.
func GitLab(clientID string) Provider { return GitLabAt("https://gitlab.com", clientID) }

// GitLabAt is GitLab's preset at another address: a GitLab of one's own.
func GitLabAt(issuer, clientID string) Provider {
	return Provider{ID: "gitlab", Name: "GitLab", Issuer: strings.TrimSuffix(issuer, "/"), ClientID: clientID}
}

// GitHub is the preset for GitHub, which speaks plain OAuth 2.0: there is no ID
// token, and who signed in is what GitHub's API answers to the access token.
// The client is an OAuth app with the callback URL http://127.0.0.1/callback;
// GitHub ignores the port of a loopback address. Its secret is demanded although
// PKCE is used, and is as little confidential as Google's.
func GitHub(clientID, clientSecret string) Provider {
	return GitHubAt("https://github.com", "https://api.github.com", clientID, clientSecret)
}

// GitHubAt is GitHub's preset at another address: a GitHub Enterprise Server
// (its API is at https://HOST/api/v3), or a mock.
func GitHubAt(site, api, clientID, clientSecret string) Provider {
	return Provider{
		// The value of iss in GitHub's authorization responses (RFC 9207).
		ID: "github", Name: "GitHub", Issuer: site + "/login/oauth",
		ClientID: clientID, ClientSecret: NewSecret(clientSecret),
		Scopes: []string{"read:user", "user:email"},
		Plain: &PlainOAuth{
			AuthorizationEndpoint: site + "/login/oauth/authorize",
			TokenEndpoint:         site + "/login/oauth/access_token",
			TokenDeletion:         api + "/applications/{client_id}/token",
			User: UserAPI{
				Endpoint: api + "/user", EmailsEndpoint: api + "/user/emails",
				Subject: "id", Login: "login", Name: "name", Email: "email", Picture: "avatar_url", Organization: "company",
			},
		},
		Quirks: Quirks{
			NoExpiry:       true, // an OAuth app's tokens live until they are revoked
			SecretRequired: true,
			LoginHint:      "login",
			CommaScopes:    true,
		},
	}
}

// Genuine reports whether p is what its name says: one of the presets, by its
// own name, at that provider's own addresses. Whatever else stands on a button
// is a name that somebody made up, so its host must be shown beside it.
func (p Provider) Genuine() bool {
	var own Provider
	switch p.Name {
	case "Google":
		own = Google("", "")
	case "GitLab":
		own = GitLab("")
	case "GitHub":
		own = GitHub("", "")
	case "Microsoft":
		tenant := strings.TrimSuffix(strings.TrimPrefix(p.Issuer, microsoftHost+"/"), "/v2.0")
		if tenant != "common" && tenant != "organizations" && !tenantPattern.MatchString(tenant) {
			return false
		}
		own = Microsoft(tenant, "")
	default:
		return false
	}
	return p.Issuer == own.Issuer && p.Quirks.IssuerTemplate == own.Quirks.IssuerTemplate &&
		p.ProfileAPI == own.ProfileAPI && reflect.DeepEqual(p.Plain, own.Plain)
}
