package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"app.latchkey/auth/store"
)

// record is what a store keeps for an account.
type record struct {
	V            int       `json:"v"`
	Issuer       string    `json:"issuer"`
	Subject      string    `json:"subject"`
	ClientID     string    `json:"client_id"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	AccessToken  string    `json:"access_token,omitempty"` // in its place, where the provider has only that and it never expires
	Scopes       []string  `json:"scopes"`
	Issued       time.Time `json:"issued"`
}

const recordVersion = 1

// parseRecord validates a record for an account. A record of a newer version is
// not ours to judge (its fields may mean anything): it is kept as it is. None of
// its errors quotes the record, and none is Absent.
func parseRecord(data []byte, a Account) (record, error) {
	refuse := func(why store.Reason, text string) (record, error) {
		return record{}, &store.Error{Op: "get", Outcome: store.Unavailable, Reason: why, Err: errors.New(text)}
	}
	var version struct {
		V int `json:"v"`
	}
	if json.Unmarshal(data, &version) == nil && version.V > recordVersion {
		return refuse(store.ReasonNewer, fmt.Sprintf("the stored record has version %d, this program knows %d", version.V, recordVersion))
	}
	var r record
	if json.Unmarshal(data, &r) != nil || r.V != recordVersion || (r.RefreshToken == "") == (r.AccessToken == "") {
		return refuse(store.ReasonCorrupt, fmt.Sprintf("the stored record (%d bytes) is broken", len(data)))
	}
	if r.Issuer != a.Issuer || r.Subject != a.Subject || r.ClientID != a.ClientID {
		return refuse(store.ReasonForeign, "the stored record is of another account")
	}
	return r, nil
}
