package resources

import (
	"net/http"
	"strings"
	"testing"
	"unicode"
)

// FuzzWWWAuthenticate: what is read of a challenge (RFC 6750 §3) is short and
// clean, however it is written.
func FuzzWWWAuthenticate(f *testing.F) {
	for _, header := range []string{
		`Bearer error="invalid_token", error_description="The access token expired"`, `Bearer realm="x", error="insufficient_scope", scope="profile"`,
		`Bearer`, ``, `error="`, `Bearer error="a\"b"`, `Bearer error=invalid_token`, `Basic realm="error=\"invalid_token\""`, "Bearer error=\"\x1b[31m\u202e\"",
		`Bearer error="` + strings.Repeat("x", 5000) + `"`, `DPoP error="use_dpop_nonce", Bearer error="invalid_token"`,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		code := bearerError(http.Header{"Www-Authenticate": {header}})
		if len([]rune(code)) > 61 { // with the sign that it was cut
			t.Errorf("%d characters", len([]rune(code)))
		}
		if i := strings.IndexFunc(code, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			t.Errorf("the code holds %q", code[i:])
		}
		if code != "" && !strings.Contains(header, `error="`) {
			t.Errorf("%q was read where there is no error", code)
		}
	})
}
