package mockprovider

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"app.latchkey/mockprovider/fault"
)

// The control API is JSON below /_mock/. It is for programs on this computer
// and for nobody else: it needs the control token always, compares Host
// exactly, takes nothing that a web page sent, and answers with no CORS
// header. docs/mock-provider.md lists what there is.

// controlCall is one call of the control API.
type controlCall struct {
	*exchange
	p *Provider
}

// controlFunc answers a call with a status and a value to be sent as JSON. An
// error is sent as such, with the status 400 unless it is a controlError.
type controlFunc func(c *controlCall) (int, any, error)

// controlError is an error with a status.
type controlError struct {
	status int
	code   string
	text   string
}

func (e *controlError) Error() string { return e.text }

// controlRoutes adds the control API to mux.
func (p *Provider) controlRoutes(mux *http.ServeMux) {
	for path, methods := range map[string]map[string]controlFunc{
		"/_mock/faults":       {"GET": listFaults, "POST": addFault, "DELETE": clearFaults},
		"/_mock/faults/{id}":  {"DELETE": removeFault},
		"/_mock/fault-table":  {"GET": faultTable},
		"/_mock/clock":        {"GET": showClock, "POST": moveClock},
		"/_mock/users":        {"GET": listUsers, "POST": putUser},
		"/_mock/users/{id}":   {"DELETE": removeUser},
		"/_mock/tenants":      {"GET": listTenants, "POST": addTenant},
		"/_mock/tenants/{id}": {"DELETE": removeTenant},
		"/_mock/revoke":       {"POST": revokeGrants},
		"/_mock/expire":       {"POST": expireTokens},
		"/_mock/rotate-keys":  {"POST": rotateKeys},
		"/_mock/journal":      {"GET": showJournal, "DELETE": clearJournal},
		"/_mock/journal/wait": {"GET": waitJournal},
		"/_mock/link":         {"POST": dashboardLink},
	} {
		mux.Handle(p.base+path, p.control(methods))
	}
	mux.Handle(p.base+dashboardPath, p.endpoint("dashboard", p.serveDashboard, "GET"))
	mux.Handle(p.base+dashboardPath+"/{file}", p.endpoint("dashboard", p.serveDashboardFile, "GET"))
}

// control wraps the methods of one path of the API.
func (p *Provider) control(methods map[string]controlFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{r: r, w: &recorder{ResponseWriter: w}}
		x.entry.Endpoint, x.entry.Method, x.entry.Path = "control", clip(r.Method, 16), clip(r.URL.Path, 200)
		c := &controlCall{exchange: x, p: p}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if f := p.checkControl(x); f != nil {
			// Calls are no news, but somebody who tried and may not is.
			x.refused(f)
			c.answer(f.status, errorBody(f.code, f.description))
			p.finish(x)
			return
		}
		f, ok := methods[r.Method]
		if !ok {
			h.Set("Allow", strings.Join(slices.Sorted(maps.Keys(methods)), ", "))
			c.answer(http.StatusMethodNotAllowed, errorBody("method_not_allowed", "method "+clip(r.Method, 16)+" is not allowed here"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		status, value, err := f(c)
		if err != nil {
			var known *controlError
			if !errors.As(err, &known) {
				known = &controlError{http.StatusBadRequest, "invalid_request", err.Error()}
			}
			status, value = known.status, errorBody(known.code, known.text)
		}
		c.answer(status, value)
	})
}

// checkControl says why a call is refused, nil if it is not.
func (p *Provider) checkControl(x *exchange) *refusal {
	host := p.host()
	switch {
	case host == "":
		return refuse("temporarily_unavailable", "the issuer is not known yet").at("issuer_known", "").withStatus(http.StatusServiceUnavailable)
	case x.r.Host != host:
		return refuse("misdirected_request", "the control API answers under the issuer's host only").at("control_host", "RFC 9110 §15.5.20").
			withStatus(http.StatusMisdirectedRequest).wanted(host, clip(x.r.Host, 100))
	}
	if f := p.fromWebPage(x.r); f != nil {
		return f
	}
	got := strings.Join(x.r.Header.Values("Authorization"), "\n") // exactly one
	if subtle.ConstantTimeCompare([]byte(got), []byte("Bearer "+p.controlToken)) != 1 {
		x.w.Header().Set("WWW-Authenticate", `Bearer realm="mock control"`)
		return refuse("invalid_token", "the control token is missing or wrong: send the one that the provider printed as Authorization: Bearer …").
			at("control_token", "RFC 6750 §3").withStatus(http.StatusUnauthorized)
	}
	return nil
}

// host is the host and port of the issuer, "" while that is not known.
func (p *Provider) host() string {
	_, host, _ := strings.Cut(strings.TrimSuffix(p.Issuer(), p.base), "://")
	return host
}

// fromWebPage refuses what another site's page made a browser send. Browsers
// say so by Sec-Fetch-Site or Origin; both are beyond a page's reach.
func (p *Provider) fromWebPage(r *http.Request) *refusal {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	own := strings.TrimSuffix(p.Issuer(), p.base)
	if site != "" && site != "none" && site != "same-origin" || origin != "" && origin != own {
		return refuse("forbidden", "this came from a web page of another site").at("control_origin", "Fetch Metadata §2.3").
			withStatus(http.StatusForbidden).wanted("no Origin, or "+own, clip(origin+" ("+site+")", 100))
	}
	return nil
}

func errorBody(code, text string) any {
	return map[string]string{"error": code, "message": text}
}

// answer sends a value as JSON, past all faults: who bends the provider must
// be able to straighten it again.
func (c *controlCall) answer(status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(append(body, '\n')) // a caller that went away is its own affair
}

// read reads a JSON body into v, refusing members that v does not have. A
// body is needed unless optional.
func (c *controlCall) read(v any, optional bool) error {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return errors.New("the body is too large, or broke off")
	}
	if len(bytes.TrimSpace(body)) == 0 && optional {
		return nil
	}
	if t, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";"); strings.TrimSpace(t) != "application/json" {
		return &controlError{http.StatusUnsupportedMediaType, "unsupported_media_type", "Content-Type is not application/json"}
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("the body: %w%s", err, nearestMember(err, v))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body: something follows the JSON")
	}
	return nil
}

// nearestMember ends an error about a member that v does not have.
func nearestMember(err error, v any) string {
	name, unknown := strings.CutPrefix(err.Error(), `json: unknown field "`)
	t := reflect.TypeOf(v).Elem()
	if !unknown || t.Kind() != reflect.Struct {
		return ""
	}
	var known []string
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known = append(known, tag)
	}
	return nearest(strings.TrimSuffix(name, `"`), known)
}

func notFound(what string) error {
	return &controlError{http.StatusNotFound, "not_found", what}
}

func listFaults(c *controlCall) (int, any, error) {
	return http.StatusOK, map[string]any{"faults": c.p.Faults()}, nil
}

func addFault(c *controlCall) (int, any, error) {
	var s fault.Spec
	if err := c.read(&s, false); err != nil {
		return 0, nil, err
	}
	id, err := c.p.faults.Add(s)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, map[string]string{"id": id}, nil
}

func clearFaults(c *controlCall) (int, any, error) {
	return http.StatusOK, map[string]int{"removed": c.p.ClearFaults()}, nil
}

func removeFault(c *controlCall) (int, any, error) {
	if !c.p.RemoveFault(c.r.PathValue("id")) {
		return 0, nil, notFound("there is no fault with that id")
	}
	return http.StatusOK, map[string]int{"removed": 1}, nil
}

func faultTable(*controlCall) (int, any, error) {
	return http.StatusOK, map[string]any{"faults": fault.Descriptions()}, nil
}

// clockState is what the clock shows.
func (c *controlCall) clockState() any {
	return map[string]any{"now": c.p.Now(), "frozen": c.p.TimeFrozen()}
}

func showClock(c *controlCall) (int, any, error) { return http.StatusOK, c.clockState(), nil }

func moveClock(c *controlCall) (int, any, error) {
	var in struct {
		Advance string     `json:"advance"`
		Set     *time.Time `json:"set"`
		Freeze  *bool      `json:"freeze"`
		Reset   bool       `json:"reset"`
	}
	if err := c.read(&in, false); err != nil {
		return 0, nil, err
	}
	var advance time.Duration
	var err error
	if in.Advance != "" {
		if advance, err = time.ParseDuration(in.Advance); err != nil {
			return 0, nil, fmt.Errorf("advance %q is no duration such as 1h30m", clip(in.Advance, 50))
		}
	}
	if in.Advance == "" && in.Set == nil && in.Freeze == nil && !in.Reset {
		return 0, nil, errors.New("want one or more of advance, set, freeze and reset")
	}
	if in.Reset {
		c.p.ResetTime()
	}
	// Frozen first, so that not a nanosecond is added to what is set.
	if in.Freeze != nil && *in.Freeze {
		c.p.FreezeTime()
	} else if in.Freeze != nil {
		c.p.ResumeTime()
	}
	if in.Set != nil {
		c.p.SetTime(*in.Set)
	}
	c.p.Advance(advance)
	return http.StatusOK, c.clockState(), nil
}

// tenantState is a tenant as the control API shows it.
type tenantState struct {
	Name   string `json:"name"`
	Issuer string `json:"issuer"`
}

func listTenants(c *controlCall) (int, any, error) {
	out := []tenantState{}
	for _, t := range c.p.Tenants() {
		out = append(out, tenantState{t.TenantName(), t.Issuer()})
	}
	return http.StatusOK, map[string]any{"tenants": out}, nil
}

func addTenant(c *controlCall) (int, any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := c.read(&in, false); err != nil {
		return 0, nil, err
	}
	t, err := c.p.Tenant(in.Name)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, tenantState{t.TenantName(), t.Issuer()}, nil
}

func removeTenant(c *controlCall) (int, any, error) {
	if !c.p.RemoveTenant(c.r.PathValue("id")) {
		return 0, nil, notFound("there is no tenant with that name")
	}
	return http.StatusOK, map[string]int{"removed": 1}, nil
}

func revokeGrants(c *controlCall) (int, any, error) {
	var in struct {
		User string `json:"user"`
	}
	if err := c.read(&in, true); err != nil {
		return 0, nil, err
	}
	if in.User == "" {
		return http.StatusOK, map[string]int{"revoked": c.p.RevokeAll()}, nil
	}
	if _, ok := c.p.findUser(in.User); !ok {
		return 0, nil, notFound("there is no such user")
	}
	return http.StatusOK, map[string]int{"revoked": c.p.RevokeUser(in.User)}, nil
}

func expireTokens(c *controlCall) (int, any, error) {
	return http.StatusOK, map[string]int{"expired": c.p.ExpireAccessTokens()}, nil
}

func rotateKeys(c *controlCall) (int, any, error) {
	if err := c.p.RotateKeys(); err != nil {
		return 0, nil, err
	}
	key, err := c.p.keys.current()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, map[string]string{"kid": key.id}, nil
}
