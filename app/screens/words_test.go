package screens_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
)

// listedCodes are the problems that need words even if nothing raises them yet.
var listedCodes = strings.Fields(`
	provider_unreachable provider_html metadata_issuer_mismatch metadata_invalid metadata_no_s256
	metadata_insecure_endpoint jwks_empty loopback_unavailable loopback_ports_taken browser_failed
	signin_timeout access_denied authorization_error state_mismatch iss_mismatch token_invalid_client
	token_invalid_grant token_endpoint_error token_response_invalid id_token_missing id_token_invalid
	id_token_signature id_token_issuer id_token_audience id_token_azp id_token_expired id_token_iat
	id_token_nonce id_token_subject id_token_at_hash clock_skew userinfo_subject scope_missing store_locked
	store_dismissed store_unavailable store_newer store_broken store_restart store_write_failed refresh_revoked offline server_busy
	profile_unavailable profile_forbidden sign_out_incomplete config_invalid internal`)

// codes are listedCodes and those in the sources of the packages that raise
// problems.
func codes(t *testing.T) []string {
	t.Helper()
	declared := regexp.MustCompile(`\bCode[A-Za-z0-9]+\s*(?:auth\.)?(?:Code)?\s*=\s*"([a-z0-9_]+)"`)
	out := slices.Clone(listedCodes)
	for _, dir := range []string{"../../auth", "../../resources", "../presenter", "../../settings"} {
		for _, source := range sources(t, dir) {
			for _, m := range declared.FindAllStringSubmatch(source, -1) {
				if m[1] != "canceled" { // the user's own doing: never shown
					out = append(out, m[1])
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sources(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

// english are the English words by key; a word with a form for each number is
// that for many.
func english(t *testing.T) map[string]string {
	t.Helper()
	words := map[string]string{}
	for key, v := range translation(t, "en") {
		words[key] = v["other"]
	}
	return words
}

// TestEachProblem draws every code on every screen, with and without the values
// it may bring: it says what happened and what to do, offers one next step, and
// leaves no hole.
func TestEachProblem(t *testing.T) {
	jargon := []string{"nonce", "JWKS", "at_hash", "azp", "RFC", "claim", "endpoint", "token", "metadata", "<no value>", "{{"}
	en := english(t)
	r := newRig(t)
	for _, code := range codes(t) {
		for name, v := range map[string]map[string]string{
			"without values": nil,
			"with values": {"Provider": "Google", "Host": "accounts.google.com", "Error": "some_error", "Ports": "8400, 8401", "Store": "KWallet", "Seconds": "7",
				"Address": "http://127.0.0.1:41233/callback", "Skew": "-172800"},
		} {
			s := signInState()
			s.SignIn.Keep = presenter.Keep{}
			s.Problem = &presenter.ProblemView{Code: code, Next: presenter.NextRetry, Values: v}
			r.root.Update(s)
			drawn := r.texts()
			for _, j := range jargon {
				if strings.Contains(drawn, j) {
					t.Errorf("%s %s: draws %q:\n%s", code, name, j, drawn)
				}
			}
			if code != "internal" && strings.Contains(drawn, en["problem.internal.title"]) {
				t.Errorf("%s has no words of its own", code)
			}
			if n := strings.Count(drawn, "[Try again]"); n != 1 {
				t.Errorf("%s offers %d next steps", code, n)
			}
			for _, line := range strings.Split(drawn, "\n") {
				if strings.HasPrefix(line, "the ") {
					t.Errorf("%s %s: a sentence begins small: %q", code, name, line)
				}
			}
		}
		if title := en["problem."+code+".title"]; len(title) > 60 || strings.HasSuffix(title, ".") {
			t.Errorf("%s: the title %q is a sentence", code, title)
		}
		if text := en["problem."+code+".text"]; !strings.HasSuffix(text, ".") || len(text) > 220 {
			t.Errorf("%s: the text %q is too long or not a sentence", code, text)
		}
	}
}

func TestAnUnknownProblemIsStillShown(t *testing.T) {
	r := newRig(t)
	s := signInState()
	s.Problem = &presenter.ProblemView{Code: "from_the_future", Next: "unheard_of"}
	r.root.Update(s)
	r.wantTexts("Something went wrong in Latchkey", "[OK]")
}
