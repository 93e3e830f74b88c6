package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/mockprovider/stage"
)

// bend is one fault at work on one event.
type bend struct {
	*stage.Event
	values values
	engine *Engine
}

func (b *bend) text(name string) string {
	s, _ := b.values[name].(string)
	return s
}

func (b *bend) int(name string) int {
	n, _ := b.values[name].(int)
	return n
}

func (b *bend) duration(name string) time.Duration {
	d, _ := b.values[name].(time.Duration)
	return d
}

// at is a time d from now by the provider's clock, as a NumericDate.
func (b *bend) at(d time.Duration) int64 { return b.Now.Add(d).Unix() }

// answer sends something else instead, whether the endpoint ran or not.
func (b *bend) answer(status int, contentType, body string) {
	b.Header.Set("Content-Type", contentType)
	b.Status, b.Body = status, []byte(body)
}

// answerJSON answers with members in the order given: name, value, name, …
func (b *bend) answerJSON(status int, members ...any) {
	o := new(stage.Object)
	for i := 0; i+1 < len(members); i += 2 {
		o.Set(fmt.Sprint(members[i]), members[i+1])
	}
	b.answer(status, "application/json; charset=utf-8", encode(o))
}

// encode writes an object; what stands in one of ours can be written.
func encode(o *stage.Object) string {
	data, err := json.Marshal(o)
	if err != nil {
		return "{}"
	}
	return string(data)
}

// Values that nobody should believe.
const (
	evilURL = "https://evil.example"
	// hostileText holds what must not reach a page, a terminal or a log as it
	// is: markup, an escape sequence, a line break, and letters that run
	// backwards.
	hostileText = "<script>alert(1)</script>\x1b[31m\r\nSet-Cookie: a=b \u202eelif.exe\u202c"
	hotelPage   = "<!doctype html><html><head><title>Free Wi-Fi</title></head><body><form action=\"/login\"><h1>Welcome to the hotel</h1></form></body></html>\n"
)

// The following make the bends that need no words of their own.

func set(name string, value any) func(*bend) {
	return func(b *bend) { b.Object.Set(name, value) }
}

// setFrom sets a member to the text of a parameter.
func setFrom(name, param string) func(*bend) {
	return func(b *bend) { b.Object.Set(name, b.text(param)) }
}

func del(name string) func(*bend) {
	return func(b *bend) { b.Object.Delete(name) }
}

// setTime sets a member to the time that the parameter by is away from now.
func setTime(name string) func(*bend) {
	return func(b *bend) { b.Object.Set(name, b.at(b.duration("by"))) }
}

func twice(name string, value any) func(*bend) {
	return func(b *bend) { b.Object.Add(name, value) }
}

func delParam(name string) func(*bend) {
	return func(b *bend) { b.Params.Delete(name) }
}

func setParam(name, value string) func(*bend) {
	return func(b *bend) { b.Params.Set(name, value) }
}

func hasMember(name string) func(*stage.Event) bool {
	return func(e *stage.Event) bool { return e.Object.Get(name) != nil }
}

func hasParam(name string) func(*stage.Event) bool {
	return func(e *stage.Event) bool { return e.Params.Has(name) }
}

// query writes parameters as a query.
func query(p *stage.Params) string {
	var b strings.Builder
	for i, q := range p.All() {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(q.Name) + "=" + url.QueryEscape(q.Value))
	}
	return b.String()
}

// withQuery adds a query to an address that may have one.
func withQuery(address, query string) string {
	if query == "" {
		return address
	}
	if strings.Contains(address, "?") {
		return address + "&" + query
	}
	return address + "?" + query
}

// items returns a list member of an object as JSON values.
func items(value any) []any {
	data, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var out []any
	if json.Unmarshal(data, &out) != nil {
		return nil
	}
	return out
}

// sendWhole sends a body as the server would by itself.
func (b *bend) sendWhole(w http.ResponseWriter, body []byte) {
	status := b.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if b.Request.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// The following make the parameters of rows.

func durationParam(name, value, about string) []Param {
	return []Param{{name, Duration, value, about}}
}

func textParam(name, value, about string) []Param { return []Param{{name, Text, value, about}} }

func intParam(name, value, about string) []Param { return []Param{{name, Int, value, about}} }

// narrower returns a list of scopes without its last one.
func narrower(scope string) string {
	parts := strings.Fields(scope)
	if len(parts) < 2 {
		return scope
	}
	return strings.Join(slices.Delete(parts, len(parts)-1, len(parts)), " ")
}
