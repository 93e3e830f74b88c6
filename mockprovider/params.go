package mockprovider

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// formType is the media type of forms.
const formType = "application/x-www-form-urlencoded"

// maxParams is the largest number of parameters in one request.
const maxParams = 64

// params are a request's parameters in their order, with those that were sent
// twice noted.
type params struct {
	list      []Param
	duplicate string // the first name sent more than once, in alphabetical order
}

// parseParams reads application/x-www-form-urlencoded text. Parameters without
// a value count as omitted (RFC 6749 §3.1); the same name twice is noted, for
// "parameters MUST NOT be included more than once".
func parseParams(encoded string) (params, error) {
	if encoded == "" {
		return params{}, nil
	}
	n := strings.Count(encoded, "&") + 1
	if n > maxParams {
		return params{}, errors.New("too many parameters")
	}
	list := make([]Param, 0, n)
	for part := range strings.SplitSeq(encoded, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		// A semicolon separates parameters for some parsers and not for others.
		if err1 != nil || err2 != nil || strings.Contains(part, ";") {
			return params{}, errors.New("the parameters are not application/x-www-form-urlencoded")
		}
		list = append(list, Param{Name: name, Value: value})
	}
	return newParams(list), nil
}

// newParams notes what was sent twice.
func newParams(list []Param) params {
	p := params{list: list}
	for i, q := range list {
		for _, earlier := range list[:i] {
			if q.Name == earlier.Name && (p.duplicate == "" || q.Name < p.duplicate) {
				p.duplicate = q.Name
			}
		}
	}
	return p
}

// get returns the first value of a parameter, "" if it was omitted.
func (p params) get(name string) string {
	for _, q := range p.list {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// all returns all values of a parameter.
func (p params) all(name string) []string {
	var out []string
	for _, q := range p.list {
		if q.Name == name {
			out = append(out, q.Value)
		}
	}
	return out
}

// with returns the parameters with one more.
func (p params) with(name, value string) params {
	p.list = append([]Param{{Name: name, Value: value}}, p.list...)
	return p
}

// query returns the parameters of the request's address.
func (x *exchange) query() (params, error) {
	if !x.queryRead {
		x.queryParams, x.queryErr = parseParams(x.r.URL.RawQuery)
		x.queryRead = true
	}
	return x.queryParams, x.queryErr
}

// form returns the parameters of a POST body.
func (x *exchange) form() (params, error) {
	if !x.formRead {
		x.formParams, x.formErr = x.readForm()
		x.formRead = true
	}
	return x.formParams, x.formErr
}

func (x *exchange) readForm() (params, error) {
	contentType := x.r.Header.Get("Content-Type")
	if contentType != formType {
		if mediaType, _, err := mime.ParseMediaType(contentType); err != nil || mediaType != formType {
			return params{}, errors.New("Content-Type is not application/x-www-form-urlencoded")
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(x.bodyErr, &tooLarge) {
		return params{}, errors.New("the body is too large")
	}
	return parseParams(string(x.body)) // as far as it came: a client that went away gets no answer
}

// sortedKeys returns a map's keys in alphabetical order, so that what is built
// from it is the same each time.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
