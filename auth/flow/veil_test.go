package flow_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/auth/flow"
)

func TestVeil(t *testing.T) {
	const secret, other = "s3cr3t+with/odd\"chars&more=", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	quoted, _ := json.Marshal(secret)
	std, raw := base64.StdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "invalid_grant: Bad Request", "invalid_grant: Bad Request"},
		{"plain", "you sent " + secret + "!", "you sent •••••••!"},
		{"twice, and another", secret + " " + other + " " + secret, "••••••• ••••••• •••••••"},
		{"alone", other, "•••••••"},
		{"URL-encoded", "code=" + url.QueryEscape(secret) + "&a=b", "code=•••••••&a=b"},
		{"in a path", "/x/" + url.PathEscape(secret) + "/y", "/x/•••••••/y"},
		{"in JSON", `{"a":` + string(quoted) + `}`, `{"a":"•••••••"}`},
		{"cut off", "got " + other[:20], "got •••••••"},
		{"the end of it", "got " + other[25:], "got •••••••"},
		{"too little to use", "got " + other[:11], "got " + other[:11]},
		{"other letters", "ünïcödé " + other + " ☺", "ünïcödé ••••••• ☺"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v flow.Veil
			v.Hide(secret, other, "short", "")
			if got := v.Clean(c.text); got != c.want {
				t.Errorf("Clean(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
	var v flow.Veil
	v.Hide(secret, other)
	for before := range 4 { // base64 of a longer text: few characters at the edges may stay
		for _, encode := range []func([]byte) string{std, raw} {
			for _, s := range []string{secret, other} {
				coded := encode([]byte(strings.Repeat("x", before) + s + "yz"))
				if got := v.Clean("Basic " + coded); len(got) > len("Basic •••••••")+12 || strings.Contains(got, coded[8:20]) {
					t.Errorf("base64 after %d bytes: %q stays of %q", before, got, coded)
				}
			}
		}
	}
	if got := (*flow.Veil)(nil).Clean(secret); got != secret {
		t.Errorf("a nil Veil gives %q", got)
	}
	if got := v.Clean(strings.Repeat("é", 5000)); len(got) != 4000 {
		t.Errorf("%d bytes of a long text stay, want 4000", len(got))
	}
}

// TestRecorderVeils: what was told to be secret is in no record, however it came.
func TestRecorderVeils(t *testing.T) {
	const secret = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	r := flow.NewRecorder("p", "i", nil, nil)
	r.Veil().Hide(secret)
	a := r.Start(flow.KindToken, flow.RoleClient, flow.RoleClient)
	a.Params(flow.Public("error", "echo "+secret), flow.Masked("state", secret))
	a.Checks(flow.Check{Name: "sub", Verdict: flow.Failed, Expected: secret, Got: secret})
	a.Fail("x")
	b, err := json.Marshal(r.Flow())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(b), fmt.Sprintf("%+v", r.Flow()), fmt.Sprintf("%+v %#v", r, r)} {
		if strings.Contains(text, secret[:12]) {
			t.Errorf("the record holds the secret: %s", text)
		}
	}
	if (*flow.Recorder)(nil).Veil() != nil {
		t.Error("a nil Recorder has a Veil")
	}
}
