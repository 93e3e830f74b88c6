package resources

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
)

// scopeFields tells which fields of a person each scope opens. Fields are asked
// for only as scopes allow: the API refuses the whole request otherwise.
// https://developers.google.com/people/api/rest/v1/people/get
var scopeFields = map[string][]string{
	"profile": {"names", "photos", "locales"},
	"email":   {"emailAddresses"},
	"https://www.googleapis.com/auth/user.emails.read":       {"emailAddresses"},
	"https://www.googleapis.com/auth/user.birthday.read":     {"birthdays"},
	"https://www.googleapis.com/auth/user.organization.read": {"organizations"},
}

// personFields is the field mask for the granted scopes, sorted.
func personFields(scopes []string) []string {
	var fields []string
	for _, s := range scopes {
		fields = append(fields, scopeFields[s]...)
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// people asks Google's People API for what the granted scopes open. It returns
// no claims where there is no such API, or nothing to ask, or where it is
// switched off for the client.
func (s *source) people(ctx context.Context, subject string) (claims, error) {
	api, mask := s.session.Provider().ProfileAPI, personFields(s.session.Scopes())
	if api == "" || len(mask) == 0 {
		return claims{}, nil
	}
	u, err := url.Parse(api)
	if err != nil {
		return claims{}, s.problem(auth.CodeProfileUnavailable, auth.NextDismiss, err)
	}
	q := u.Query()
	q.Set("personFields", strings.Join(mask, ","))
	u.RawQuery = q.Encode()
	s.params = append(s.params, flow.Public("personFields", strings.Join(mask, ",")))
	resp, err := s.get(ctx, "people", u.String())
	switch {
	case err != nil:
		return claims{}, err
	case resp.Status == http.StatusForbidden:
		// The API has to be enabled in the client's project, and administrators
		// may switch it off: nothing that the person could mend by signing in.
		s.client.log.InfoContext(ctx, "People API refused; userinfo must do", "host", s.host)
		return claims{}, nil
	case resp.Status != http.StatusOK:
		return claims{}, s.refused(resp)
	}
	o, err := s.decode(resp)
	if err != nil {
		return claims{}, err
	}
	if err := s.samePerson(o.text("resourceName"), subject); err != nil {
		return claims{}, err
	}
	said := personClaims(o)
	said.Source = s.host
	s.params = append(s.params, flow.Public("people_fields", said.said()))
	return said, nil
}

// samePerson compares people/{account ID} with the subject: at Google they are
// the same number. Other names (people/me, people/c1…) carry no account.
func (s *source) samePerson(resourceName, subject string) error {
	id, ok := strings.CutPrefix(resourceName, "people/")
	check := flow.Check{Name: "resourceName", Spec: "People API, people.get", Verdict: flow.Skipped,
		Expected: "people/" + subject, Got: resourceName}
	if ok && (id == subject || isNumber(id)) {
		check.Verdict = verdict(id == subject)
	}
	return s.sameSubject(check)
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// item is one entry of any of a person's lists.
type item struct {
	Metadata struct {
		Primary  bool `json:"primary"`
		Verified bool `json:"verified"`
	} `json:"metadata"`
	Value       string `json:"value"` // emailAddresses, locales
	DisplayName string `json:"displayName"`
	GivenName   string `json:"givenName"`
	FamilyName  string `json:"familyName"`
	URL         string `json:"url"`
	Default     bool   `json:"default"` // photos: drawn by Google
	Name        string `json:"name"`
	Title       string `json:"title"`
	Current     bool   `json:"current"`
	Date        struct {
		Year  int `json:"year"`
		Month int `json:"month"`
		Day   int `json:"day"`
	} `json:"date"`
}

func (i item) date() Date {
	return Date{Year: i.Date.Year, Month: time.Month(i.Date.Month), Day: i.Date.Day}
}

// list decodes one of a person's lists, best entry first: those for which
// better holds, then the primary one, then as sent.
func (o object) list(name string, better func(item) bool) []item {
	var raw []json.RawMessage
	if json.Unmarshal(o[name], &raw) != nil {
		return nil
	}
	var items []item
	for _, r := range raw {
		var i item
		if json.Unmarshal(r, &i) == nil {
			items = append(items, i)
		}
	}
	rank := func(i item) (n int) {
		if better(i) {
			n -= 2
		}
		if i.Metadata.Primary {
			n--
		}
		return n
	}
	slices.SortStableFunc(items, func(a, b item) int { return rank(a) - rank(b) })
	return items
}

func never(item) bool { return false }

// personClaims maps a Person resource.
// https://developers.google.com/people/api/rest/v1/people#Person
func personClaims(o object) claims {
	var c claims
	for _, n := range first(o.list("names", never)) {
		c.Name, c.GivenName, c.FamilyName = n.DisplayName, n.GivenName, n.FamilyName
	}
	for _, e := range first(o.list("emailAddresses", never)) {
		c.Email = e.Value
		if e.Metadata.Verified {
			c.emailVerified = &e.Metadata.Verified
		}
	}
	for _, l := range first(o.list("locales", never)) {
		c.Locale = l.Value
	}
	for _, org := range first(o.list("organizations", func(i item) bool { return i.Current })) {
		c.Organization, c.Title = org.Name, org.Title
	}
	// An account may tell its birthday twice, publicly without the year.
	for _, b := range first(o.list("birthdays", func(i item) bool { return i.Date.Year > 0 })) {
		c.Birthday = b.date()
	}
	for _, p := range first(o.list("photos", never)) {
		// Google draws initials for those without a picture. Ours look like the
		// rest of the window.
		if c.noPicture = p.Default; !p.Default {
			c.PictureURL = p.URL
		}
	}
	return c
}

// first is the first item, if any.
func first(items []item) []item { return items[:min(1, len(items))] }
