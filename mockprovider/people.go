package mockprovider

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// personFields are the masks that the People API of this mock knows.
var personFields = []string{"birthdays", "emailAddresses", "locales", "metadata", "names", "organizations", "photos"}

// peopleScope refuses tokens that open nothing of a person.
var peopleScope = []check[*bearer]{
	{"people_scope", "People API: people.get", func(p *Provider, b *bearer) *refusal {
		if len(p.openedFields(b.access.Scopes)) == 0 {
			return refuse("PERMISSION_DENIED", "Request had insufficient authentication scopes.").withStatus(http.StatusForbidden)
		}
		return nil
	}},
}

// openedFields lists the person fields that the scopes open.
func (p *Provider) openedFields(scopes []string) []string {
	var out []string
	for _, name := range scopes {
		s, _ := p.persona.Scope(name)
		out = append(out, s.PersonFields...)
	}
	return out
}

// servePeople is people/me of the People API. Fields whose scope was not
// granted are left out, as Google does, and are no error.
func (p *Provider) servePeople(x *exchange) {
	b, f := p.checkBearer(x, peopleScope)
	if f != nil {
		x.refused(f)
		x.challenge(f)
		p.peopleError(x, f)
		return
	}
	mask, f := readMask(x.r.URL.RawQuery)
	if f != nil {
		x.refused(f)
		p.peopleError(x, f)
		return
	}
	opened := p.openedFields(b.access.Scopes)
	values := p.person(b.user)
	tag := sha256.Sum256([]byte(b.user.Name + b.user.Email))
	o := new(Object).
		Set("resourceName", "people/"+b.user.Subject).
		Set("etag", "%"+base64.StdEncoding.EncodeToString(tag[:18]))
	for _, field := range mask {
		value, has := values[field]
		if has && (field == "metadata" || slices.Contains(opened, field)) {
			o.Set(field, value)
		}
	}
	p.sendObject(x, StagePeople, http.StatusOK, o)
}

// readMask reads personFields: required, and every path in it known.
func readMask(query string) ([]string, *refusal) {
	q, _ := parseParams(query) // bearer_not_in_query refused what cannot be read
	var mask []string
	for _, list := range q.all("personFields") {
		for path := range strings.SplitSeq(list, ",") {
			path = strings.TrimSpace(path)
			if path == "" {
				continue
			}
			// names.displayName is a valid mask for names.
			field, _, _ := strings.Cut(path, ".")
			if !slices.Contains(personFields, field) {
				return nil, refuse("INVALID_ARGUMENT", "Invalid personFields mask path: %q. Valid paths are documented at https://developers.google.com/people/api/rest/v1/people/get.", clip(path, 50)).
					at("person_fields", "People API: people.get")
			}
			if !slices.Contains(mask, field) {
				mask = append(mask, field)
			}
		}
	}
	if len(mask) == 0 {
		return nil, refuse("INVALID_ARGUMENT", "personFields mask is required. Please specify one or more valid paths. Valid paths are documented at https://developers.google.com/people/api/rest/v1/people/get.").
			at("person_fields", "People API: people.get")
	}
	return mask, nil
}

// person returns all fields of a user that have a value.
func (p *Provider) person(u User) map[string]any {
	source := map[string]any{"type": "PROFILE", "id": u.Subject}
	metadata := map[string]any{"primary": true, "source": source, "sourcePrimary": true}
	out := map[string]any{
		"metadata": map[string]any{"sources": []any{source}, "objectType": "PERSON"},
	}
	one := func(field string, value map[string]any) {
		value["metadata"] = metadata
		out[field] = []any{value}
	}
	if u.Name != "" {
		name := map[string]any{"displayName": u.Name, "unstructuredName": u.Name, "displayNameLastFirst": u.Name}
		if u.GivenName != "" {
			name["givenName"] = u.GivenName
		}
		if u.FamilyName != "" {
			name["familyName"] = u.FamilyName
			name["displayNameLastFirst"] = u.FamilyName + ", " + u.GivenName
		}
		one("names", name)
	}
	if u.Email != "" {
		out["emailAddresses"] = []any{map[string]any{"value": u.Email, "metadata": map[string]any{
			"primary": true, "verified": u.EmailVerified, "sourcePrimary": true,
			"source": map[string]any{"type": "ACCOUNT", "id": u.Subject},
		}}}
	}
	if u.Portrait != nil {
		one("photos", map[string]any{"url": p.url(picturePath(u))})
	}
	if u.Locale != "" {
		one("locales", map[string]any{"value": u.Locale})
	}
	if u.Organization != "" {
		org := map[string]any{"name": u.Organization, "type": "work", "formattedType": "Work", "current": true}
		if u.JobTitle != "" {
			org["title"] = u.JobTitle
		}
		one("organizations", org)
	}
	if day, err := time.Parse(time.DateOnly, u.Birthday); err == nil {
		one("birthdays", map[string]any{
			"date": map[string]any{"year": day.Year(), "month": int(day.Month()), "day": day.Day()},
			"text": strconv.Itoa(int(day.Month())) + "/" + strconv.Itoa(day.Day()) + "/" + strconv.Itoa(day.Year()),
		})
	}
	return out
}

// peopleError answers with Google's error envelope (google.rpc.Status).
func (p *Provider) peopleError(x *exchange, f *refusal) {
	status, message, reason := f.code, f.description, ""
	switch {
	case f.check == "bearer_present":
		status, reason = "UNAUTHENTICATED", "CREDENTIALS_MISSING"
		message = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	case f.status == http.StatusUnauthorized:
		status, reason = "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"
		message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	case f.status == http.StatusForbidden:
		reason = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
	case f.check == "bearer_not_in_query":
		status = "INVALID_ARGUMENT"
	}
	code := f.status
	if code == 0 {
		code = http.StatusBadRequest
	}
	envelope := map[string]any{"code": code, "message": message, "status": status}
	if reason != "" {
		envelope["details"] = []any{map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
			"metadata": map[string]string{"service": "people.googleapis.com", "method": "google.people.v1.PeopleService.GetPerson"},
		}}
	}
	p.sendObject(x, StagePeople, code, new(Object).Set("error", envelope))
}
