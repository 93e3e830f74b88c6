package auth

import (
	"encoding/json"
	"strings"
	"testing"

	"app.latchkey/auth/store"
)

// FuzzStoredRecord: whatever a keychain holds under an account's name is that
// account's record, or an error that signs nobody out and quotes nothing.
func FuzzStoredRecord(f *testing.F) {
	a := Account{Issuer: "https://accounts.google.com", Subject: "10", ClientID: "c"}
	good, _ := json.Marshal(record{V: 1, Issuer: a.Issuer, Subject: a.Subject, ClientID: a.ClientID, RefreshToken: "secret-token"})
	for _, seed := range []string{string(good), string(good[:len(good)/2]), `{"v":2,"refresh_token":["secret-token"]}`, `{"v":1e300}`, `{"v":-1}`,
		`{"V":1,"ISSUER":"https://accounts.google.com"}`, `null`, `[]`, ``, `secret-token`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data, a)
		if err != nil {
			switch store.ReasonOf(err) {
			case store.ReasonNewer, store.ReasonCorrupt, store.ReasonForeign:
			default:
				t.Fatalf("%q: %v", data, err)
			}
			if store.OutcomeOf(err) != store.Unavailable || strings.Contains(err.Error(), "secret-token") {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if r.V != recordVersion || r.Issuer != a.Issuer || r.Subject != a.Subject || r.ClientID != a.ClientID || (r.RefreshToken == "") == (r.AccessToken == "") {
			t.Fatalf("%q: taken for %+v", data, r)
		}
	})
}
