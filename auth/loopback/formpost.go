package loopback

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Responses may come by POST (OAuth 2.0 Form Post Response Mode), which keeps
// the code out of the browser's address bar and history. But it is a page of
// the provider's that posts, another site than ours, and browsers send no Lax
// cookie along with a cross-site POST. So a POST with the attempt's state is
// put aside under an address that nobody else was told, and the browser is sent
// there by a GET, which the cookie does go along with: only then is it known
// whose browser it is, and only then does the wait end.

const (
	maxPostBytes = 64 << 10 // of a posted response
	maxPosted    = 4        // kept aside; a sign-in has one, or two if a page is sent again
)

// posted is a response that was put aside.
type posted struct {
	path   string
	params url.Values
}

// post takes a response's form and sends the browser on to where it shows its
// cookie.
func (r *Receiver) post(w http.ResponseWriter, req *http.Request) {
	params, ok := form(w, req)
	r.mu.Lock()
	over := isClosed(r.answered) || isClosed(r.told)
	accepted := !over && ok && r.armed && same(r.attempt.State, params.Get("state"))
	var next string
	if accepted {
		next = strings.TrimSuffix(r.path, "/") + "/" + random(secretBytes)
		r.posted = append(r.posted, posted{next, params})
		if len(r.posted) > maxPosted {
			r.posted = r.posted[1:]
		}
	}
	r.mu.Unlock()

	switch {
	case over:
		r.page(w, req, http.StatusGone, kindOver)
	case !accepted:
		r.page(w, req, http.StatusBadRequest, kindRefused)
	default:
		w.Header().Set("Location", next)
		w.WriteHeader(http.StatusSeeOther)
	}
}

// form reads the body of a POST. Parameters in the address are not for a form.
func form(w http.ResponseWriter, req *http.Request) (url.Values, bool) {
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || req.URL.RawQuery != "" {
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxPostBytes))
	if err != nil {
		return nil, false
	}
	params, err := parameters(string(body))
	return params, err == nil
}

// aside returns the response that was put aside under a path.
func (r *Receiver) aside(path string) (url.Values, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.posted {
		if same(p.path, path) {
			return p.params, true
		}
	}
	return nil, false
}
