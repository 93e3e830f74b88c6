package opsuite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Case is one thing that is true of a provider.
type Case struct {
	// Name is stable; a module of the conformance suite has the suite's name.
	Name string
	// Spec is the section that demands it.
	Spec string
	run  func(*E)
}

// Outcome is what a case ended with.
type Outcome string

// The outcomes.
const (
	Holds         Outcome = "holds"
	Fails         Outcome = "fails"
	NotApplicable Outcome = "not applicable"
	// MayFail is for the table of differences: a race that is not always lost.
	MayFail Outcome = "may fail"
)

// Result is the outcome of one case at one target.
type Result struct {
	Case    Case
	Outcome Outcome
	// Why are the failures, or why the case does not apply.
	Why string
}

// Cases returns all cases: the conformance modules, then the strict ones.
func Cases() []Case { return append(Conformance(), Strict()...) }

// Run runs one case against a target. It returns when the case is through or
// ctx ends.
func (c Case) Run(ctx context.Context, t Target) (result Result) {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	e := &E{ctx: ctx, target: t, transport: transport}
	result = Result{Case: c, Outcome: Holds}
	defer func() {
		switch p := recover().(type) {
		case nil, stop:
		default:
			panic(p)
		}
		switch {
		case len(e.failures) > 0:
			result.Outcome, result.Why = Fails, strings.Join(e.failures, "; ")
		case e.skipped != "":
			result.Outcome, result.Why = NotApplicable, e.skipped
		}
	}()
	e.discover()
	c.run(e)
	return result
}

// E is what a case works with.
type E struct {
	ctx       context.Context
	target    Target
	transport http.RoundTripper
	metadata  map[string]any
	failures  []string
	skipped   string
}

// stop ends a case early.
type stop struct{}

func (e *E) errorf(format string, args ...any) {
	e.failures = append(e.failures, fmt.Sprintf(format, args...))
}

func (e *E) fatalf(format string, args ...any) {
	e.errorf(format, args...)
	panic(stop{})
}

func (e *E) skipf(format string, args ...any) {
	e.skipped = fmt.Sprintf(format, args...)
	panic(stop{})
}

// advance lets time pass, and ends the case where that is not possible.
func (e *E) advance(d time.Duration) {
	switch err := e.target.Advance(e.ctx, d); {
	case errors.Is(err, ErrNoClock):
		e.skipf("%v by %v", err, d)
	case err != nil:
		e.fatalf("moving the clock: %v", err)
	}
}

// reply is an answer to a client.
type reply struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func (r reply) get(name string) string {
	s, _ := r.json[name].(string)
	return s
}

// do sends a client's request, following no redirect. header is a list of
// names and values.
func (e *E) do(method, address, body string, header ...string) reply {
	request, err := http.NewRequestWithContext(e.ctx, method, address, strings.NewReader(body))
	if err != nil {
		e.fatalf("%s %s: %v", method, address, err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Add(header[i], header[i+1])
	}
	out, err := e.roundTrip(request)
	if err != nil {
		e.fatalf("%s %s: %v", method, request.URL.Path, err)
	}
	return out
}

// roundTrip may be called by several goroutines.
func (e *E) roundTrip(request *http.Request) (reply, error) {
	response, err := e.transport.RoundTrip(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return reply{}, err
	}
	out := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(text, &out.json); err != nil {
			return out, fmt.Errorf("not JSON: %w", err)
		}
	}
	return out, nil
}

const formType = "application/x-www-form-urlencoded"

// post sends a form.
func (e *E) post(address string, form url.Values, header ...string) reply {
	return e.do(http.MethodPost, address, form.Encode(), append([]string{"Content-Type", formType}, header...)...)
}

// discover reads the metadata.
func (e *E) discover() {
	r := e.do(http.MethodGet, e.target.Issuer()+"/.well-known/openid-configuration", "")
	if r.status != http.StatusOK || r.json == nil {
		e.fatalf("discovery: %d %s", r.status, r.text)
	}
	e.metadata = r.json
}

// endpoint returns an endpoint's address, and ends the case if there is none.
func (e *E) endpoint(name string) string {
	s, _ := e.metadata[name].(string)
	if s == "" {
		e.skipf("the provider has no %s", name)
	}
	return s
}

// lists says whether a list of the metadata holds a value.
func (e *E) lists(name, value string) bool {
	list, _ := e.metadata[name].([]any)
	for _, v := range list {
		if v == value {
			return true
		}
	}
	return false
}
