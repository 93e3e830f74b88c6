package mockprovider_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
	"app.latchkey/mockprovider/stage"
)

// wire is what a client sees of one sign-in: for each step what came over the
// wire, with everything random replaced by its name, so that two sign-ins are
// the same text if the provider behaved the same.
type wire struct {
	c     *client
	keys  jose.JSONWebKeySet // the provider's true keys
	steps map[string]string
	names map[string]string // random value: its name
	// verifier and secret are what the token request sends.
	verifier, secret string
	took             map[string]time.Duration
}

// wireSteps are the steps in their order.
var wireSteps = []string{"discovery", "jwks", "way", "token", "userinfo", "people", "user", "picture", "refresh"}

// plainTransport keeps no connections and unpacks nothing.
var plainTransport = &http.Transport{DisableKeepAlives: true, DisableCompression: true}

func newWire(c *client, keys jose.JSONWebKeySet) *wire {
	return &wire{c: c, keys: keys, steps: map[string]string{}, names: map[string]string{}, took: map[string]time.Duration{},
		verifier: verifier, secret: c.srv.ClientSecret()}
}

// signIn plays a whole sign-in and a refresh. Whatever goes wrong is noted,
// and what cannot be asked for any more is left out.
func (w *wire) signIn() {
	paths := w.c.srv.Persona().Paths
	if w.c.srv.Persona().OpenID {
		w.ask("discovery", "GET", "/.well-known/openid-configuration", nil, "")
		w.ask("jwks", "GET", paths.JWKS, nil, "")
	}
	form := w.c.codeForm(w.way())
	form.Set("code_verifier", w.verifier)
	form.Set("client_secret", w.secret)
	tokens := w.ask("token", "POST", paths.Token, form, "")
	access, _ := tokens["access_token"].(string)
	if access == "" {
		return
	}
	for step, path := range map[string]string{"userinfo": paths.Userinfo, "people": paths.People, "user": paths.User} {
		if path != "" {
			if step == "people" {
				path += "?personFields=names,photos"
			}
			w.ask(step, "GET", path, nil, access)
		}
	}
	w.ask("picture", "GET", "/picture/ada", nil, "")
	if refresh, _ := tokens["refresh_token"].(string); refresh != "" {
		w.ask("refresh", "POST", paths.Token, w.c.refreshForm(refresh), "")
	}
}

// way lets Ada go from the client to the provider and back, and returns the
// code that she brings.
func (w *wire) way() string {
	person := w.c.srv.Person("ada")
	var way strings.Builder
	person.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := plainTransport.RoundTrip(r)
		if err != nil {
			fmt.Fprintf(&way, "%s %s: %v\n", r.Method, r.URL.Path, err)
			return nil, err
		}
		to, _ := url.Parse(response.Header.Get("Location"))
		fmt.Fprintf(&way, "%s %s %d %s", r.Method, r.URL.Path, response.StatusCode, response.Header.Get("Content-Type"))
		if to != nil && to.Path != "" && !strings.HasPrefix(to.Path, "/_mock/") {
			fmt.Fprintf(&way, " to %s %s#%s", to.Host, w.hide(to.RawQuery), w.hide(to.Fragment))
			w.names[to.Query().Get("code")] = "$CODE"
		}
		way.WriteByte('\n')
		return response, nil
	})
	visit, err := person.Open(w.c.t.Context(), w.c.callback.URL+"/start")
	fmt.Fprintf(&way, "error %v\n", err)
	var code string
	if u, err := url.Parse(visit.URL); err == nil {
		code = u.Query().Get("code")
		w.names[code] = "$CODE"
	}
	w.steps["way"] = w.hide(way.String())
	return code
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ask sends one request, notes what came, and returns it if it is JSON.
func (w *wire) ask(step, method, path string, form url.Values, access string) map[string]any {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(w.c.t.Context(), method, w.c.srv.Issuer()+path, body)
	if err != nil {
		w.c.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if access != "" {
		r.Header["Authorization"] = []string{"Bearer " + access}
	}
	begin := time.Now()
	defer func() { w.took[step] = time.Since(begin) }()
	response, err := plainTransport.RoundTrip(r)
	if err != nil {
		w.steps[step] = "no answer: " + strings.ReplaceAll(err.Error(), w.c.srv.Addr(), "")
		return nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	out := map[string]any{}
	if json.Unmarshal(text, &out) != nil {
		out = nil
	}
	for _, name := range []string{"access_token", "refresh_token"} {
		if s, _ := out[name].(string); s != "" {
			w.names[s] = "$" + name
		}
	}
	shown := w.hide(w.openIDToken(string(text), out))
	w.steps[step] = fmt.Sprintf("%d length known %v, read to the end %v\n%s\n%s", response.StatusCode, response.ContentLength >= 0, err == nil, headers(response), shown)
	return out
}

// headers lists the names of all header fields, and the values of those that
// do not change by themselves.
func headers(response *http.Response) string {
	var out []string
	for name, values := range response.Header {
		switch name {
		case "Date":
			at, err := http.ParseTime(values[0])
			out = append(out, fmt.Sprint("Date is right: ", err == nil && time.Since(at).Abs() < 10*time.Minute))
		case "Content-Length", "Etag", "X-Padding":
			out = append(out, name)
		default:
			out = append(out, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// openIDToken replaces the ID token by what it holds and whether its signature
// is the provider's.
func (w *wire) openIDToken(text string, tokens map[string]any) string {
	compact, _ := tokens["id_token"].(string)
	if compact == "" {
		return text
	}
	parts := strings.Split(compact, ".")
	shown := "$IDTOKEN"
	for _, part := range parts[:max(0, len(parts)-1)] {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		shown += fmt.Sprintf(" %s %v", raw, err)
	}
	signature := parts[len(parts)-1]
	valid := false
	if signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256}); err == nil {
		_, err := signed.Verify(w.keys.Keys[0])
		valid = err == nil
	}
	shown += fmt.Sprintf(" %d parts, signature of %d, valid %v", len(parts), len(signature), valid)
	access, _ := tokens["access_token"].(string)
	sum := sha256.Sum256([]byte(access))
	return strings.ReplaceAll(strings.ReplaceAll(text, compact, shown), base64.RawURLEncoding.EncodeToString(sum[:16]), "$ATHASH")
}

// hide replaces random values by their names. Short ones, as bends make them,
// are not random.
func (w *wire) hide(text string) string {
	for value, name := range w.names {
		if len(value) > 30 && !strings.Contains(value, "stolen") {
			text = strings.ReplaceAll(strings.ReplaceAll(text, value, name), url.QueryEscape(value), name)
		}
	}
	sum := sha256.Sum256([]byte(text))
	if len(text) > 100_000 {
		return fmt.Sprintf("%d bytes, %x", len(text), sum)
	}
	return text
}

// wireStep is the step at which a row's bend is seen.
func wireStep(r fault.Row) string {
	if slices.Contains([]string{"request-nonce-lost", "request-offline-lost", "request-challenge-replaced"}, r.Name) {
		return "token" // what was lost on the way is missed here
	}
	switch r.Stage {
	case stage.AuthorizeRequest, stage.Redirect:
		return "way"
	case stage.Discovery, stage.JWKS, stage.Userinfo, stage.People, stage.UserAPI, stage.Picture:
		return r.Endpoint
	}
	if r.Grant == "refresh_token" {
		return "refresh"
	}
	return r.Endpoint
}

// publishedToo are the rows that may be seen before their own step: they also bend
// what is published.
var publishedToo = []string{
	"redirect-iss-missing", "redirect-iss-promised", "id-token-kid-missing-two-keys", "id-token-alg-other", "id-token-payload-not-json",
}

// quick are parameters that keep the test short.
var quick = map[string]fault.Params{
	"latency": {"delay": "30ms"}, "hang": {"for": "30ms"}, "dribble": {"bytes": 64, "delay": "1ms"},
	"huge-body": {"bytes": 1 << 20}, "gzip-bomb": {"bytes": 1 << 20},
}

// notSeen are the rows whose bend the bytes do not show: the request that they
// let through or the time that they take does.
var notSeen = map[string]func(t *testing.T, c *client, keys jose.JSONWebKeySet){
	"latency": func(t *testing.T, c *client, keys jose.JSONWebKeySet) {
		w := newWire(c, keys)
		w.signIn()
		if w.took["token"] < 30*time.Millisecond {
			t.Errorf("took %v", w.took["token"])
		}
	},
	"pkce-ignored": func(t *testing.T, c *client, keys jose.JSONWebKeySet) {
		w := newWire(c, keys)
		w.verifier = strings.Repeat("wrong", 10)
		if w.signIn(); !strings.HasPrefix(w.steps["token"], "200 ") {
			t.Errorf("a wrong verifier: %s", w.steps["token"])
		}
	},
	"secret-ignored": func(t *testing.T, c *client, keys jose.JSONWebKeySet) {
		w := newWire(c, keys)
		w.secret = "wrong"
		if w.signIn(); !strings.HasPrefix(w.steps["token"], "200 ") {
			t.Errorf("a wrong secret: %s", w.steps["token"])
		}
	},
}

// TestEveryFaultIsSeen performs a sign-in for each row of the table, and
// compares what comes over the wire with an honest provider's: the step that
// the row is about must differ, and none before it may.
func TestEveryFaultIsSeen(t *testing.T) {
	now := time.Now()
	clients, honest, keys := map[string]*client{}, map[string]*wire{}, map[string]jose.JSONWebKeySet{}
	for _, plays := range []persona.Persona{persona.Google(), persona.GitHub()} {
		c := newClient(t, mockprovider.WithPersona(plays), mockprovider.WithClock(func() time.Time { return now }))
		if plays.OpenID {
			var set jose.JSONWebKeySet
			if err := json.Unmarshal([]byte(c.get(plays.Paths.JWKS).text), &set); err != nil {
				t.Fatal(err)
			}
			keys[plays.Name] = set
		}
		first, second := newWire(c, keys[plays.Name]), newWire(c, keys[plays.Name])
		first.signIn()
		second.signIn()
		for _, step := range wireSteps {
			if first.steps[step] != second.steps[step] {
				t.Fatalf("%s: two honest sign-ins differ at %s:\n%s\n\n%s", plays.Name, step, first.steps[step], second.steps[step])
			}
		}
		clients[plays.Name], honest[plays.Name] = c, first
	}
	for _, row := range fault.Rows() {
		t.Run(row.Name, func(t *testing.T) {
			name := "google"
			if row.Endpoint == "user" {
				name = "github"
			}
			c := *clients[name]
			c.t = t
			if row.Name == "id-token-key-rotated" {
				c = *newClient(t) // it would spoil the others' keys
			}
			checkFault(t, &c, row, keys[name], honest[name])
		})
	}
}

func checkFault(t *testing.T, c *client, row fault.Row, keys jose.JSONWebKeySet, honest *wire) {
	id, err := c.srv.AddFault(fault.Spec{Name: row.Name, Params: quick[row.Name]})
	if err != nil {
		t.Fatal(err)
	}
	defer c.srv.RemoveFault(id)
	before := len(c.srv.Journal().Entries())
	if check := notSeen[row.Name]; check != nil {
		check(t, c, keys)
	} else {
		bent := newWire(c, keys)
		bent.signIn()
		compareWires(t, row, honest, bent)
	}
	if active := c.srv.Faults(); active[0].Applied == 0 {
		t.Error("it was not applied")
	}
	noted := false
	for _, e := range c.srv.Journal().Entries()[before:] {
		noted = noted || slices.Contains(e.Faults, row.Name)
		if e.RefusedBy == "internal" {
			t.Errorf("the provider itself failed: %s", e)
		}
	}
	if !noted {
		t.Error("the journal does not say that it was applied")
	}
}

func compareWires(t *testing.T, row fault.Row, honest, bent *wire) {
	t.Helper()
	at := wireStep(row)
	for _, step := range wireSteps {
		if step == at {
			break
		}
		if honest.steps[step] != bent.steps[step] && !slices.Contains(publishedToo, row.Name) && row.Name != "id-token-key-rotated" {
			t.Errorf("%s differs before %s:\n%s\n\n%s", step, at, honest.steps[step], bent.steps[step])
		}
	}
	if honest.steps[at] == bent.steps[at] {
		t.Errorf("%s is as it always is:\n%s", at, bent.steps[at])
	}
}

// TestFaultsOfOneSignIn checks that a fault for one sign-in leaves those alone
// that go on at the same time.
func TestFaultsOfOneSignIn(t *testing.T) {
	c := newClient(t)
	ada, noa := c.code(), c.code()
	if _, err := c.srv.AddFault(fault.Spec{Name: "token-access-missing", Match: fault.Match{SignIn: "s1"}}); err != nil {
		t.Fatal(err)
	}
	if r := c.token(c.codeForm(noa)); r.get("access_token") == "" {
		t.Errorf("the other sign-in: %s", r.text)
	}
	r := c.token(c.codeForm(ada))
	if r.get("access_token") != "" || r.get("refresh_token") == "" {
		t.Fatalf("this sign-in: %s", r.text)
	}
	if r := c.token(c.refreshForm(r.get("refresh_token"))); r.get("access_token") != "" {
		t.Errorf("its refresh: %s", r.text)
	}
}

// TestFaultMatches checks matching by what a request says of itself, over the
// wire, and that user may be a key.
func TestFaultMatches(t *testing.T) {
	for _, tt := range []struct {
		flag      string
		ada, noa  bool // the sign-in goes wrong
		adasToken bool // and a refresh
	}{
		{"http-503:user=ada", true, false, true},
		{"http-503:user=108204268033311374519,grant=refresh_token", false, false, true},
		{"http-503:client=nobody", false, false, false},
		{"http-503:nth=2", false, true, false},
		{"http-503:endpoint=jwks", false, false, false},
	} {
		t.Run(tt.flag, func(t *testing.T) {
			s, err := fault.ParseFlag(tt.flag)
			if err != nil {
				t.Fatal(err)
			}
			c := newClient(t, mockprovider.WithFault(s))
			code := func(user string) string { return c.response(c.srv.Person(user)).Get("code") }
			ada := c.token(c.codeForm(code("ada")))
			noa := c.token(c.codeForm(code("noa")))
			if (ada.status == 503) != tt.ada || (noa.status == 503) != tt.noa {
				t.Errorf("ada %d, noa %d", ada.status, noa.status)
			}
			if ada.status == 200 {
				if r := c.token(c.refreshForm(ada.get("refresh_token"))); (r.status == 503) != tt.adasToken {
					t.Errorf("refresh: %d", r.status)
				}
			}
		})
	}
}

// TestMisbehaveMenu chooses a fault on the login page.
func TestMisbehaveMenu(t *testing.T) {
	c := newClient(t, mockprovider.WithMisbehaveMenu())
	b := newBrowser(t, c)
	page := b.open(c.authorizeURL())
	if !strings.Contains(page, `<option value="id-token-nonce-wrong">`) || strings.Contains(page, `<option value="discovery-`) {
		t.Fatalf("the menu is not on the page, or holds what belongs to no sign-in:\n%s", page)
	}
	page = b.submit(page, url.Values{"action": {"misbehave"}, "fault": {"token-error"}, "params": {"cod=invalid_client"}})
	if !strings.Contains(page, "did you mean &#34;code&#34;?") {
		t.Errorf("a wrong parameter:\n%s", page)
	}
	page = b.submit(page, url.Values{"action": {"misbehave"}, "fault": {"token-error"}, "params": {"code=invalid_client,times=once"}})
	if !strings.Contains(page, "This sign-in misbehaves: <code>token-error:code=invalid_client,times=1</code>") {
		t.Errorf("chosen:\n%s", page)
	}
	if other := c.signIn(); other.status != 200 {
		t.Errorf("another sign-in: %s", other.text)
	}
	page = b.submit(page, url.Values{"user": {"ada@example.com"}})
	code := b.code(b.post(page, "/_mock/consent", url.Values{"action": {"allow"}, "scope": {"openid", "email", "profile"}}))
	if r := c.token(c.codeForm(code)); r.get("error") != "invalid_client" {
		t.Errorf("this sign-in: %d %s", r.status, r.text)
	}
	if r := c.token(c.codeForm(code)); r.status != 200 {
		t.Errorf("times=once: %d %s", r.status, r.text)
	}
	plain := newClient(t)
	if page := newBrowser(t, plain).open(plain.authorizeURL()); strings.Contains(page, "isbehav") {
		t.Error("the menu is there without its option")
	}
}

// browser is the least that holds a cookie and posts forms.
type browser struct {
	t      *testing.T
	c      *client
	cookie string
	last   *http.Response
}

func newBrowser(t *testing.T, c *client) *browser { return &browser{t: t, c: c} }

func (b *browser) do(method, address string, form url.Values) string {
	b.t.Helper()
	for range 5 {
		r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
		if err != nil {
			b.t.Fatal(err)
		}
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.Header.Set("Cookie", b.cookie)
		if b.last, err = http.DefaultTransport.RoundTrip(r); err != nil {
			b.t.Fatal(err)
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(b.last.Body)
		b.last.Body.Close()
		if err != nil {
			b.t.Fatal(err)
		}
		for _, c := range b.last.Cookies() {
			b.cookie = c.Name + "=" + c.Value
		}
		to := b.last.Header.Get("Location")
		if !strings.HasPrefix(to, "/") {
			return body.String()
		}
		method, address, form = http.MethodGet, b.c.srv.Issuer()+to, nil
	}
	b.t.Fatal("no end of redirects")
	return ""
}

func (b *browser) open(address string) string { return b.do("GET", address, nil) }

// submit posts to the login page, with the page's own id.
func (b *browser) submit(page string, form url.Values) string {
	return b.post(page, "/_mock/login", form)
}

func (b *browser) post(page, path string, form url.Values) string {
	b.t.Helper()
	_, rest, _ := strings.Cut(page, `name="i" value="`)
	id, _, ok := strings.Cut(rest, `"`)
	if !ok {
		b.t.Fatalf("no form on the page:\n%s", page)
	}
	form.Set("i", id)
	return b.do("POST", b.c.srv.Issuer()+path, form)
}

// code returns the code of the redirect that the last answer was.
func (b *browser) code(string) string {
	b.t.Helper()
	u, err := url.Parse(b.last.Header.Get("Location"))
	if err != nil || u.Query().Get("code") == "" {
		b.t.Fatalf("no code: %d %s", b.last.StatusCode, b.last.Header.Get("Location"))
	}
	return u.Query().Get("code")
}

// TestSignInsInTheJournal checks that all requests of a sign-in bear its name,
// and what is kept of them.
func TestSignInsInTheJournal(t *testing.T) {
	c := newClient(t)
	first := c.signIn()
	c.code()
	c.userinfo(first.get("access_token"))
	second := c.token(c.refreshForm(first.get("refresh_token")))
	c.bearer("/v1/people/me?personFields=names", second.get("access_token"))
	c.token(c.refreshForm(first.get("refresh_token"))) // reuse: the family dies
	c.userinfo(second.get("access_token"))
	got := ""
	for _, e := range c.srv.Journal().Entries() {
		if e.Endpoint != "authorize" && e.Endpoint != "login" && e.Endpoint != "consent" {
			got += fmt.Sprintf("%s %s %d %s;", e.SignIn, e.Endpoint, e.Status, e.RefusedBy)
		} else if e.SignIn == "" {
			t.Errorf("no sign-in: %s", e)
		}
	}
	if want := "s1 token 200 ;s1 userinfo 200 ;s1 token 200 ;s1 people 200 ;s1 token 400 refresh_unused;s1 userinfo 401 bearer_known;"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	reuse := c.srv.Journal().Match(func(e mocktest.Entry) bool { return e.RefusedBy == "refresh_unused" })[0]
	if reuse.Expected != "generation 1" || reuse.Got != "generation 0" || reuse.Spec == "" {
		t.Errorf("expected %q, got %q, %q", reuse.Expected, reuse.Got, reuse.Spec)
	}
	data, err := json.Marshal(reuse)
	if err != nil || !strings.Contains(string(data), first.get("refresh_token")) || !strings.Contains(string(data), `"json":{"error":"invalid_grant"`) {
		t.Errorf("%s %v", data, err)
	}
	data, err = json.Marshal(reuse.Redacted())
	if err != nil || strings.Contains(string(data), first.get("refresh_token")) || strings.Contains(string(data), c.srv.ClientSecret()) {
		t.Errorf("redacted: %s %v", data, err)
	}
	entry := c.srv.Journal().Match(func(e mocktest.Entry) bool { return e.Endpoint == "token" && e.Status == 200 })[0]
	if token := entry.Response.Decode().IDToken; token == nil || !strings.Contains(string(token.Claims), `"nonce":"the nonce"`) {
		t.Errorf("the ID token is not decoded: %+v", token)
	}
}
