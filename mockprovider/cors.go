package mockprovider

import (
	"net/http"
	"strings"
)

// allowOrigin lets web pages read the response (CORS). It is for endpoints
// that take no cookies, so that any page may: what it could read there, its
// server could as well. Pages, the control API and the journal never get this.
func allowOrigin(x *exchange) {
	if x.r.Header.Get("Origin") == "" {
		return
	}
	h := x.w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After, Date")
}

// preflight answers what a browser asks before it sends such a request.
func preflight(x *exchange, methods []string) {
	h := x.w.Header()
	h.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept")
	h.Set("Access-Control-Max-Age", "600")
	x.w.WriteHeader(http.StatusNoContent)
}

// isPreflight says whether the request is a CORS preflight.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}
