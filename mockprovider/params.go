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

// params are a request's parameters with those that were sent twice noted.
type params struct {
	values    url.Values
	duplicate string // the first name sent more than once, in alphabetical order
}

// parseParams reads application/x-www-form-urlencoded text. Parameters without
// a value count as omitted (RFC 6749 §3.1); the same name twice is noted, for
// "parameters MUST NOT be included more than once".
func parseParams(encoded string) (params, error) {
	if strings.Count(encoded, "&") >= maxParams {
		return params{}, errors.New("too many parameters")
	}
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return params{}, errors.New("the parameters are not application/x-www-form-urlencoded")
	}
	return newParams(values), nil
}

// newParams notes what was sent twice.
func newParams(values url.Values) params {
	p := params{values: values}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(values[name]) > 1 && p.duplicate == "" {
			p.duplicate = name
		}
	}
	return p
}

// get returns the value of a parameter, "" if it was omitted.
func (p params) get(name string) string { return p.values.Get(name) }

// readForm reads the parameters of a POST body.
func readForm(r *http.Request) (params, error) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != formType {
		return params{}, errors.New("Content-Type is not application/x-www-form-urlencoded")
	}
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := r.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				return params{}, errors.New("the body is too large")
			}
			break // the end, or a client that went away
		}
	}
	return parseParams(b.String())
}

// sortedKeys returns a map's keys in alphabetical order, so that what is built
// from it is the same each time.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
