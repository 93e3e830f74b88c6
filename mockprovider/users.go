package mockprovider

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// User is somebody who can sign in. All of it is invented.
type User struct {
	// Key is the short name used in addresses and element ids: "ada".
	Key string `toml:"key"`
	// Subject is the sub claim: stable, never reused, at most 255 characters.
	Subject string `toml:"subject"`
	// Email is the address, and what the login page's form is posted with.
	Email         string `toml:"email"`
	EmailVerified bool   `toml:"email_verified"`
	// Name is the whole name; GivenName and FamilyName may be empty.
	Name       string `toml:"name"`
	GivenName  string `toml:"given_name"`
	FamilyName string `toml:"family_name"`
	// Locale is a BCP 47 tag: "en-GB".
	Locale string `toml:"locale"`
	// Organization and JobTitle are shown by the People API.
	Organization string `toml:"organization"`
	JobTitle     string `toml:"job_title"`
	// Birthday is YYYY-MM-DD.
	Birthday string `toml:"birthday"`
	// HostedDomain is the domain of the organization that runs the account,
	// the hd claim of Google Workspace; "" for a person's own account.
	HostedDomain string `toml:"hosted_domain"`
	// Password is accepted by the login form, where there is one. It protects
	// nothing and is shown on the page.
	Password string `toml:"password"`
	// Portrait is the colouring of the generated picture; nil means that the
	// user has no picture.
	Portrait *Portrait `toml:"portrait"`
	// Claims are further claims, in ID tokens and at userinfo whatever was
	// granted: groups, roles. What the protocol itself says cannot be set.
	Claims map[string]any `toml:"claims"`
}

// protocolClaims are what an ID token says of itself (OpenID Connect Core §2).
var protocolClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "azp", "nonce", "auth_time", "acr", "amr", "at_hash", "c_hash", "sid",
}

// userKey is the form of User.Key: it stands in addresses.
var userKey = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// domain is the form of User.HostedDomain.
var domain = regexp.MustCompile(`^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}$`)

// check says what is wrong with a user, and at which field.
func (u User) check() (field string, err error) {
	switch {
	case !userKey.MatchString(u.Key) || u.Key == "provider":
		return "key", fmt.Errorf("user key %q: want 1 to 63 of a-z, 0-9 and -", clip(u.Key, 80))
	case u.Subject == "" || len(u.Subject) > 255 || strings.ContainsFunc(u.Subject, func(r rune) bool { return r < 0x20 || r > 0x7e }):
		return "subject", fmt.Errorf("user %s: subject: want 1 to 255 ASCII characters (OpenID Connect Core §2)", u.Key)
	case len(u.Email) > 320 || len(u.Name) > 1_000:
		return "name", fmt.Errorf("user %s: e-mail address or name is too long", u.Key)
	case u.HostedDomain != "" && !domain.MatchString(u.HostedDomain):
		return "hosted_domain", fmt.Errorf("user %s: hosted_domain %q: want a domain in small letters, as example.org", u.Key, clip(u.HostedDomain, 80))
	}
	if u.Birthday != "" {
		if _, err := time.Parse(time.DateOnly, u.Birthday); err != nil {
			return "birthday", fmt.Errorf("user %s: birthday %q: want YYYY-MM-DD", u.Key, clip(u.Birthday, 20))
		}
	}
	for name, value := range u.Claims {
		if slices.Contains(protocolClaims, name) {
			return "claims." + name, fmt.Errorf("user %s: the claim %s is the protocol's", u.Key, name)
		}
		if _, err := json.Marshal(value); err != nil {
			return "claims." + name, fmt.Errorf("user %s: the claim %s cannot be written as JSON", u.Key, name)
		}
	}
	return "", nil
}

// checkUsers says what is wrong with a list of users, and where.
func checkUsers(users []User) (index int, field string, err error) {
	for i, u := range users {
		if field, err := u.check(); err != nil {
			return i, field, err
		}
		for _, other := range users[:i] {
			switch {
			case other.Key == u.Key:
				return i, "key", fmt.Errorf("two users have the key %q", u.Key)
			case other.Subject == u.Subject:
				return i, "subject", fmt.Errorf("two users have the subject %q", u.Subject)
			case other.Email == u.Email && u.Email != "":
				return i, "email", fmt.Errorf("two users have the e-mail address %q", u.Email)
			}
		}
	}
	return 0, "", nil
}

// SeedPassword is the password of the seeded users.
const SeedPassword = "test"

// SeedUsers returns the four users that every provider knows unless WithUsers
// says otherwise. They differ in what trips up clients: one with all fields,
// one with names of 120 characters, one with a right-to-left name, one with
// next to nothing.
func SeedUsers() []User {
	return []User{
		{
			Key: "ada", Subject: "108204268033311374519",
			Email: "ada@example.com", EmailVerified: true,
			Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
			Locale: "en-GB", Organization: "Analytical Engines Ltd", JobTitle: "Analyst",
			Birthday: "1815-12-10", Password: SeedPassword,
			Portrait: &Portrait{Ground: 0x7C4FD6, Skin: 0xF3C9A5, Hair: 0x3B2314, Clothes: 0x2B2F77, LongHair: true},
		},
		{
			Key: "hubert", Subject: "112345678901234567890",
			Email: "hubert@korrespondenz.wolfeschlegelsteinhausenbergerdorff-und-soehne.example.org", EmailVerified: true,
			Name:       "Hubert Blaine Maximilian Alexander Ferdinand Wolfeschlegelsteinhausenbergerdorff-von-und-zu-Oberschleissheim-Unterhachin",
			GivenName:  "Hubert Blaine Maximilian Alexander Ferdinand",
			FamilyName: "Wolfeschlegelsteinhausenbergerdorff-von-und-zu-Oberschleissheim-Unterhachin",
			Locale:     "de-DE",
			Organization: "Königlich Bayerische Gesellschaft zur Beförderung der " +
				"Typographischen Zeilenumbruchwissenschaften und verwandter Künste",
			JobTitle: "Stellvertretender Oberbibliotheksdirektor", Birthday: "1974-02-28", Password: SeedPassword,
			HostedDomain: "korrespondenz.wolfeschlegelsteinhausenbergerdorff-und-soehne.example.org",
			Portrait:     &Portrait{Ground: 0x15754A, Skin: 0xE8B48C, Hair: 0xB9B4A7, Clothes: 0x0E3B27},
		},
		{
			Key: "noa", Subject: "117001122334455667788",
			Email: "noa@example.com", EmailVerified: true,
			Name: "נועה לביא־שחר", GivenName: "נועה", FamilyName: "לביא־שחר",
			Locale: "he-IL", Organization: "המכון לחישוב", Birthday: "1990-07-04", Password: SeedPassword,
			Portrait: &Portrait{Ground: 0xD9AE5F, Skin: 0xB97F56, Hair: 0x1D1512, Clothes: 0x8A2F3C, LongHair: true},
		},
		{
			Key: "sam", Subject: "100000000000000000042",
			Email: "sam@example.net", EmailVerified: false,
			Name: "Sam", GivenName: "Sam", Password: SeedPassword,
		},
	}
}

// claim returns one of the user's claims by its OpenID name, and false if it
// has no value. picture is the address of the picture.
func (u *User) claim(name, picture string) (any, bool) {
	text := ""
	switch name {
	case "sub":
		text = u.Subject
	case "email":
		text = u.Email
	case "email_verified":
		return u.EmailVerified, u.Email != ""
	case "name":
		text = u.Name
	case "given_name":
		text = u.GivenName
	case "family_name":
		text = u.FamilyName
	case "locale":
		text = u.Locale
	case "birthdate":
		text = u.Birthday
	case "hd":
		text = u.HostedDomain
	case "picture":
		if u.Portrait != nil {
			text = picture
		}
	}
	return text, text != ""
}

// initials returns up to two letters that stand for a user without picture.
func (u User) initials() string {
	out := []rune{}
	for _, part := range []string{u.GivenName, u.FamilyName, u.Name, u.Email} {
		if r := []rune(part); len(r) > 0 && len(out) < 2 {
			out = append(out, r[0])
			if len(out) == 1 && u.FamilyName == "" {
				break
			}
		}
	}
	return string(out)
}

// findUser returns the user with the given key, e-mail address or subject.
func (p *Provider) findUser(hint string) (User, bool) {
	users := p.users.all()
	for i := range users {
		if u := &users[i]; hint != "" && (u.Key == hint || u.Email == hint || u.Subject == hint) {
			return *u, true
		}
	}
	return User{}, false
}
