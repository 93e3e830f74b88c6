package resources

import (
	"context"
	"encoding/json"
	"net/http"

	"app.latchkey/auth/flow"
)

// userinfo asks the userinfo endpoint (OpenID Connect Core §5.3). The answer
// counts only if its sub is the one that the ID token proved.
func (s *source) userinfo(ctx context.Context, endpoint, subject string) (claims, error) {
	resp, err := s.get(ctx, "userinfo", endpoint)
	if err != nil {
		return claims{}, err
	}
	if resp.Status != http.StatusOK {
		return claims{}, s.refused(resp)
	}
	o, err := s.decode(resp)
	if err != nil {
		return claims{}, err
	}
	sub := o.text("sub")
	if err := s.sameSubject(flow.Check{Name: "sub", Spec: "OpenID Connect Core §5.3.2",
		Verdict: verdict(sub != "" && sub == subject), Expected: subject, Got: sub}); err != nil {
		return claims{}, err
	}
	said := userinfoClaims(o)
	said.Source = s.host
	s.params = append(s.params, flow.Public("userinfo_fields", said.said()))
	return said, nil
}

// userinfoClaims maps the standard claims of OpenID Connect Core §5.1. A claim
// of the wrong type is as good as absent.
func userinfoClaims(o object) claims {
	return claims{
		Profile: Profile{
			Name: o.text("name"), GivenName: o.text("given_name"), FamilyName: o.text("family_name"),
			Email: o.text("email"), Locale: o.text("locale"), PictureURL: o.text("picture"),
			Birthday: parseDate(o.text("birthdate")),
		},
		emailVerified: o.truth("email_verified"),
	}
}

// object is a JSON object whose members are looked at one by one, so that a
// strange one does not spoil the others.
type object map[string]json.RawMessage

// text returns a member that is a string, else "".
func (o object) text(name string) string {
	var s string
	if json.Unmarshal(o[name], &s) != nil {
		return ""
	}
	return s
}

// truth returns a member that is true or false; some providers send it as a
// string. nil means that the member says neither.
func (o object) truth(name string) *bool {
	yes, no := true, false
	switch string(o[name]) {
	case "true", `"true"`:
		return &yes
	case "false", `"false"`:
		return &no
	}
	return nil
}
