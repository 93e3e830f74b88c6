package mockprovider

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// userAgentPresent is GitHub's demand on every request to its API.
var userAgentPresent = []check[*bearer]{
	{"user_agent_present", "GitHub REST API: User agent required", func(_ *Provider, b *bearer) *refusal {
		if b.header.Get("User-Agent") == "" {
			return refuse("forbidden", "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.").
				withStatus(http.StatusForbidden)
		}
		return nil
	}},
}

// emailsScope hides the addresses from tokens that do not open them: GitHub
// answers as if there were no such resource.
var emailsScope = []check[*bearer]{
	{"emails_scope", "GitHub REST API: List email addresses", func(_ *Provider, b *bearer) *refusal {
		if !opensEmails(b.access.Scopes) {
			return refuse("not_found", "Not Found").withStatus(http.StatusNotFound)
		}
		return nil
	}},
}

func opensEmails(scopes []string) bool {
	return slices.Contains(scopes, "user:email") || slices.Contains(scopes, "user")
}

// serveUser is GitHub's "get the authenticated user". Without scopes it tells
// what is public.
func (p *Provider) serveUser(x *exchange) {
	b, f := p.checkGitHub(x, nil)
	if f != nil {
		p.githubError(x, f)
		return
	}
	p.githubScopes(x, b, "")
	p.sendObject(x, StageUserAPI, http.StatusOK, p.githubUser(b.user, b.access.Scopes))
}

// serveEmails is GitHub's "list email addresses".
func (p *Provider) serveEmails(x *exchange) {
	b, f := p.checkGitHub(x, emailsScope)
	if f != nil {
		p.githubError(x, f)
		return
	}
	p.githubScopes(x, b, "user, user:email")
	list := []any{}
	if b.user.Email != "" {
		list = append(list, new(Object).Set("email", b.user.Email).Set("primary", true).
			Set("verified", b.user.EmailVerified).Set("visibility", "private"))
	}
	body, err := json.Marshal(list)
	if err != nil {
		p.internalError(x, err)
		return
	}
	p.send(x, http.StatusOK, "application/json; charset=utf-8", body)
}

// checkGitHub runs the checks of an API request. GitHub knows the scheme
// "token" beside "Bearer".
func (p *Provider) checkGitHub(x *exchange, more []check[*bearer]) (*bearer, *refusal) {
	header := x.r.Header.Clone()
	if values := header.Values("Authorization"); len(values) == 1 {
		if scheme, token, ok := strings.Cut(values[0], " "); ok && strings.EqualFold(scheme, "token") {
			header.Set("Authorization", "Bearer "+token)
		}
	}
	b := &bearer{header: header, query: x.r.URL.RawQuery}
	f := runChecks(p, b, userAgentPresent)
	if f == nil {
		f = runChecks(p, b, bearerChecks)
	}
	if f == nil {
		x.entry.User = b.user.Subject
		f = runChecks(p, b, more)
	}
	return b, f
}

// githubScopes tells what the token opens and what would do here.
func (p *Provider) githubScopes(x *exchange, b *bearer, accepted string) {
	x.w.Header().Set("X-OAuth-Scopes", strings.Join(b.access.Scopes, ", "))
	x.w.Header().Set("X-Accepted-OAuth-Scopes", accepted)
}

// githubError answers in GitHub's form.
func (p *Provider) githubError(x *exchange, f *refusal) {
	x.refused(f)
	status, message := f.status, f.description
	if status == 0 {
		status = http.StatusBadRequest
	}
	switch {
	case f.check == "bearer_present":
		message = "Requires authentication"
	case status == http.StatusUnauthorized:
		message = "Bad credentials"
	}
	p.sendObject(x, StageUserAPI, status, new(Object).Set("message", message).
		Set("documentation_url", "https://docs.github.com/rest").Set("status", strconv.Itoa(status)))
}

// githubID makes GitHub's number out of a subject.
func githubID(u User) int {
	sum := sha256.Sum256([]byte(u.Subject))
	return int(binary.BigEndian.Uint32(sum[:4]) % 100_000_000)
}

// githubUser is a user as GitHub's API describes one.
func (p *Provider) githubUser(u User, scopes []string) *Object {
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	id := githubID(u)
	picture := any("")
	if u.Portrait != nil {
		picture = p.url(picturePath(u))
	}
	created := time.Date(2011, 1, 25, 18, 44, 36, 0, time.UTC).Format(time.RFC3339)
	o := new(Object).
		Set("login", u.Key).
		Set("id", id).
		Set("node_id", base64.StdEncoding.EncodeToString([]byte("04:User"+strconv.Itoa(id)))).
		Set("avatar_url", picture).
		Set("url", p.url(p.persona.Paths.User)+"s/"+u.Key).
		Set("html_url", p.Issuer()+"/"+u.Key).
		Set("type", "User").
		Set("site_admin", false).
		Set("name", orNull(u.Name)).
		Set("company", orNull(u.Organization)).
		Set("blog", "").
		Set("location", nil).
		Set("email", nil). // public addresses only; the rest is at /user/emails
		Set("bio", orNull(u.JobTitle)).
		Set("created_at", created).
		Set("updated_at", created)
	if slices.Contains(scopes, "user") || slices.Contains(scopes, "read:user") {
		o.Set("two_factor_authentication", true)
	}
	return o
}

// serveApplication ends a token, or with /grant all tokens of its user, as
// GitHub's "delete an app token" and "delete an app authorization".
func (p *Provider) serveApplication(x *exchange) {
	t := &tokenRequest{header: x.r.Header, query: x.r.URL.RawQuery}
	f := runChecks(p, t, clientAuthChecks)
	x.entry.ClientID = clip(t.clientID, 100)
	if f != nil || !t.basic || t.clientID != x.r.PathValue("client") {
		if f == nil {
			f = refuse("not_found", "Not Found").at("application_client", "GitHub REST API: Apps/OAuth applications")
		}
		p.githubError(x, f.withStatus(http.StatusNotFound))
		return
	}
	var body struct {
		Token string `json:"access_token"`
	}
	data, err := io.ReadAll(x.r.Body)
	if err == nil {
		err = json.Unmarshal(data, &body)
	}
	if err != nil || body.Token == "" {
		p.githubError(x, refuse("unprocessable", "access_token is missing").
			at("application_token_present", "GitHub REST API: Apps/OAuth applications").withStatus(http.StatusUnprocessableEntity))
		return
	}
	if !p.endApplicationToken(t.client.ID, body.Token, strings.HasSuffix(x.r.URL.Path, "/grant")) {
		p.githubError(x, refuse("not_found", "Not Found").
			at("application_token", "GitHub REST API: Apps/OAuth applications").withStatus(http.StatusNotFound))
		return
	}
	x.w.WriteHeader(http.StatusNoContent)
}

// endApplicationToken ends a client's token, or everything that its user
// granted that client.
func (p *Provider) endApplicationToken(client, token string, all bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, g := p.state.findAccess(token, p.nowLocked())
	if g == nil || g.Client != client {
		return false
	}
	p.state.drop(g)
	if all {
		delete(p.state.consents, pair{g.User, g.Client})
		p.state.dropAll(func(other *grant) bool { return other.User == g.User && other.Client == g.Client })
	}
	return true
}
