package mockprovider

import "net/http"

// userState is a user in the control API's JSON.
type userState struct {
	Key           string         `json:"key"`
	Subject       string         `json:"sub"`
	Email         string         `json:"email,omitempty"`
	EmailVerified *bool          `json:"email_verified,omitempty"`
	Name          string         `json:"name,omitempty"`
	GivenName     string         `json:"given_name,omitempty"`
	FamilyName    string         `json:"family_name,omitempty"`
	Locale        string         `json:"locale,omitempty"`
	Organization  string         `json:"organization,omitempty"`
	JobTitle      string         `json:"job_title,omitempty"`
	Birthday      string         `json:"birthday,omitempty"`
	HostedDomain  string         `json:"hosted_domain,omitempty"`
	Password      string         `json:"password,omitempty"`
	Claims        map[string]any `json:"claims,omitempty"`
	// Grants is how many grants he has. It is not read.
	Grants int `json:"grants"`
}

func (p *Provider) userState(u User) userState {
	s := userState{
		Key: u.Key, Subject: u.Subject, Email: u.Email, Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName,
		Locale: u.Locale, Organization: u.Organization, JobTitle: u.JobTitle, Birthday: u.Birthday, HostedDomain: u.HostedDomain, Password: u.Password,
		Claims: u.Claims, Grants: p.Grants(u.Subject),
	}
	if u.Email != "" {
		s.EmailVerified = &u.EmailVerified
	}
	return s
}

// user is what was sent. An e-mail address counts as verified unless it says
// otherwise, as in a configuration file.
func (s userState) user() User {
	return User{
		Key: s.Key, Subject: s.Subject, Email: s.Email, EmailVerified: s.Email != "" && (s.EmailVerified == nil || *s.EmailVerified),
		Name: s.Name, GivenName: s.GivenName, FamilyName: s.FamilyName, Locale: s.Locale, Organization: s.Organization,
		JobTitle: s.JobTitle, Birthday: s.Birthday, HostedDomain: s.HostedDomain, Password: s.Password, Claims: s.Claims,
	}
}

func listUsers(c *controlCall) (int, any, error) {
	out := []userState{}
	for _, u := range c.p.Users() {
		out = append(out, c.p.userState(u))
	}
	return http.StatusOK, map[string]any{"users": out}, nil
}

func putUser(c *controlCall) (int, any, error) {
	var in userState
	if err := c.read(&in, false); err != nil {
		return 0, nil, err
	}
	u := in.user().withDefaults()
	if err := c.p.PutUser(u); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.p.userState(u), nil
}

func removeUser(c *controlCall) (int, any, error) {
	if !c.p.RemoveUser(c.r.PathValue("id")) {
		return 0, nil, notFound("there is no such user")
	}
	return http.StatusOK, map[string]int{"removed": 1}, nil
}
