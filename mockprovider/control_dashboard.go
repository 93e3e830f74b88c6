package mockprovider

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"app.latchkey/mockprovider/dashboard"
	"app.latchkey/mockprovider/journal"
)

// dashboardPath is where the journal is shown as a page.
const dashboardPath = "/_mock/dashboard"

// Bounds of the page's links and cookies.
const (
	maxLinks       = 16
	linkLifetime   = time.Hour
	viewerLifetime = 24 * time.Hour
	maxViewers     = 64
)

// viewers are who may look at the journal page: links that were not opened
// yet, and the cookies that opened ones became. It is guarded by Provider.mu.
type viewers struct {
	links, cookies map[string]time.Time // until when
}

// DashboardLink returns an address that shows the journal as a page. It can be
// opened once, within an hour, and leaves a cookie in that browser; the
// control token is not in it.
func (p *Provider) DashboardLink() string {
	p.mu.Lock()
	token := randomString(24)
	p.viewers.links = remember(p.viewers.links, token, p.nowReal().Add(linkLifetime), maxLinks)
	p.mu.Unlock()
	return p.url(dashboardPath) + "?token=" + token
}

// nowReal is the machine's time: moving the provider's clock must not shut the
// person out who watches what it does.
func (p *Provider) nowReal() time.Time { return time.Now() }

// remember adds a key, pushing out the oldest beyond a limit.
func remember(m map[string]time.Time, key string, until time.Time, limit int) map[string]time.Time {
	if m == nil {
		m = map[string]time.Time{}
	}
	if len(m) >= limit {
		dropOldest(m, func(t time.Time) time.Time { return t })
	}
	m[key] = until
	return m
}

// viewerCookie differs between providers, because cookies do not tell ports
// apart.
func (p *Provider) viewerCookie() string { return "mockjournal_" + p.instance }

// openLink uses a link up and returns the cookie that it becomes.
func (p *Provider) openLink(token string) (cookie string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.viewers.links[token]
	delete(p.viewers.links, token)
	if !ok || p.nowReal().After(until) {
		return "", false
	}
	cookie = randomString(24)
	p.viewers.cookies = remember(p.viewers.cookies, cookie, p.nowReal().Add(viewerLifetime), maxViewers)
	return cookie, true
}

// mayView says whether the request's browser has opened a link.
func (p *Provider) mayView(r *http.Request) bool {
	c, err := r.Cookie(p.viewerCookie())
	if err != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.viewers.cookies[c.Value]
	return ok && p.nowReal().Before(until)
}

// serveDashboard shows the journal. A link becomes a cookie at once, so that
// it stands neither in the address nor in the browser's history.
func (p *Provider) serveDashboard(x *exchange) {
	x.silent = true
	if token := x.r.URL.Query().Get("token"); token != "" {
		if cookie, ok := p.openLink(token); ok {
			http.SetCookie(x.w, &http.Cookie{
				Name: p.viewerCookie(), Value: cookie, Path: p.base + dashboardPath, HttpOnly: true,
				SameSite: http.SameSiteStrictMode, Secure: p.secure(),
			})
			p.goTo(x, dashboardPath)
			return
		}
	}
	if !p.allowView(x) {
		return
	}
	query := x.r.URL.Query()
	var b bytes.Buffer
	err := dashboard.Write(&b, dashboard.Page{
		Persona: p.persona.Title, Issuer: p.Issuer(), Base: p.base, Path: p.base + dashboardPath,
		Now: p.Now(), Frozen: p.TimeFrozen(), Entries: p.journal.Entries(), Faults: p.Faults(),
		Redact: !wantsSecrets(query), UserName: func(subject string) string { u, _ := p.findUser(subject); return u.Name },
	})
	if err != nil {
		p.internalError(x, err)
		return
	}
	h := x.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	p.send(x, http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}

// allowView refuses, on a page that says what to do, whoever has not opened a
// link.
func (p *Provider) allowView(x *exchange) bool {
	f := p.fromWebPage(x.r)
	if f == nil && !p.mayView(x.r) {
		f = refuse("unauthorized", "this page needs a link that was not opened before: the program prints one when it starts, and POST /_mock/link makes another. If you have just opened one, reload this page.").
			at("dashboard_link", "").withStatus(http.StatusUnauthorized)
	}
	if f == nil {
		return true
	}
	x.silent = false
	x.refused(f)
	p.errorPage(x, f)
	return false
}

// serveDashboardFile serves the style sheet to everybody, and the journal's
// export to who may see the page.
func (p *Provider) serveDashboardFile(x *exchange) {
	x.silent = true
	switch x.r.PathValue("file") {
	case "style.css":
		css, err := dashboard.CSS()
		if err != nil {
			p.internalError(x, err)
			return
		}
		p.send(x, http.StatusOK, "text/css; charset=utf-8", css)
	case "journal.json":
		if p.allowView(x) {
			p.exportJournal(x)
		}
	default:
		p.serveNotFound(x)
	}
}

// exportJournal answers with the journal as a file.
func (p *Provider) exportJournal(x *exchange) {
	entries := p.journal.Entries()
	if !wantsSecrets(x.r.URL.Query()) {
		for i := range entries {
			entries[i] = entries[i].Redacted()
		}
	}
	if entries == nil {
		entries = []journal.Entry{}
	}
	body, err := json.MarshalIndent(map[string]any{"entries": entries}, "", "  ")
	if err != nil {
		p.internalError(x, err)
		return
	}
	x.w.Header().Set("Content-Disposition", `attachment; filename="journal.json"`)
	p.send(x, http.StatusOK, "application/json; charset=utf-8", body)
}

// dashboardLink makes another link to the page.
func dashboardLink(c *controlCall) (int, any, error) {
	return http.StatusCreated, map[string]string{"url": c.p.DashboardLink()}, nil
}
