package resources

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"app.latchkey/auth"
)

// Limits of remote texts, in characters.
const (
	textLimit   = 200
	emailLimit  = 254  // RFC 5321 §4.5.3.1.3, without the angle brackets
	localeLimit = 35   // RFC 5646 §4.4.1
	urlLimit    = 2048 // bytes
)

// Profile is who the person is, as the provider tells it. Except for Subject,
// any member may be empty. Texts are cleaned and capped but otherwise the
// provider's word; show them as plain text.
type Profile struct {
	Subject       string    `json:"subject"` // the account's key at the issuer; equals the ID token's
	Name          string    `json:"name,omitempty"`
	GivenName     string    `json:"given_name,omitempty"`
	FamilyName    string    `json:"family_name,omitempty"`
	Email         string    `json:"email,omitempty"`
	EmailVerified bool      `json:"email_verified,omitempty"` // said of this very Email
	Locale        string    `json:"locale,omitempty"`         // BCP 47: "en-GB"
	Organization  string    `json:"organization,omitempty"`
	Title         string    `json:"title,omitempty"` // in the Organization
	Birthday      Date      `json:"birthday,omitzero"`
	PictureURL    string    `json:"picture_url,omitempty"` // unchecked; see Client.Picture
	Source        string    `json:"source,omitempty"`      // host of the richest source that answered
	Fetched       time.Time `json:"fetched,omitzero"`      // when; zero: never, from the ID token only
}

// FromIdentity is the profile that the ID token alone gives: what can be shown
// before any request was made.
func FromIdentity(id auth.Identity) Profile {
	p := Profile{
		Subject: id.Subject, Name: id.Name, GivenName: id.GivenName, FamilyName: id.FamilyName,
		Email: id.Email, EmailVerified: id.EmailVerified, Locale: id.Locale, PictureURL: id.Picture,
	}
	return p.cleaned()
}

// cleaned makes the texts fit to be shown.
func (p Profile) cleaned() Profile {
	for _, s := range []*string{&p.Name, &p.GivenName, &p.FamilyName, &p.Organization, &p.Title} {
		*s = auth.CleanText(*s, textLimit)
	}
	if p.Email = auth.CleanText(p.Email, emailLimit); p.Email == "" {
		p.EmailVerified = false
	}
	p.Source = auth.CleanText(p.Source, textLimit)
	p.Locale = cleanLocale(p.Locale)
	if !p.Birthday.valid() {
		p.Birthday = Date{}
	}
	if len(p.PictureURL) > urlLimit {
		p.PictureURL = ""
	}
	return p
}

// cleanLocale returns the BCP 47 form of what a provider calls a locale: some
// write en_GB. What is no language tag becomes "".
func cleanLocale(s string) string {
	if len(s) > localeLimit {
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}

// claims are what one source says, still to be merged.
type claims struct {
	Profile
	emailVerified *bool // nil: the source does not say
	noPicture     bool  // the source says that there is none
}

// over puts what c says over p. What c is silent about stays.
func (c claims) over(p Profile) Profile {
	says := c.cleaned()
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&p.Name, says.Name}, {&p.GivenName, says.GivenName}, {&p.FamilyName, says.FamilyName},
		{&p.Locale, says.Locale}, {&p.PictureURL, says.PictureURL}, {&p.Source, says.Source},
	} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	if says.Organization != "" || says.Title != "" {
		p.Organization, p.Title = says.Organization, says.Title
	}
	if !says.Birthday.IsZero() {
		p.Birthday = says.Birthday
	}
	if c.noPicture {
		p.PictureURL = ""
	}
	if says.Email != "" {
		// "Verified" belongs to an address: it is never carried over to another.
		verified := p.EmailVerified && strings.EqualFold(p.Email, says.Email)
		if c.emailVerified != nil {
			verified = *c.emailVerified
		}
		p.Email, p.EmailVerified = says.Email, verified
	}
	return p
}

// said lists the members that c speaks of, for the record.
func (c claims) said() string {
	says := c.cleaned()
	var names []string
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"name", says.Name != ""}, {"given_name", says.GivenName != ""}, {"family_name", says.FamilyName != ""},
		{"email", says.Email != ""}, {"locale", says.Locale != ""}, {"organization", says.Organization != ""},
		{"title", says.Title != ""}, {"birthday", !says.Birthday.IsZero()}, {"picture", says.PictureURL != ""},
	} {
		if f.has {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, " ")
}
