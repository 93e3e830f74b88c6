package resources

import (
	"context"
	"net/http"

	"app.latchkey/auth"
	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/flow"
)

// userAPI asks a plain OAuth 2.0 provider who its user is. The answer counts
// only if it names the account that signed in.
func (s *source) userAPI(ctx context.Context, api auth.UserAPI, p Profile) (claims, error) {
	resp, err := s.get(ctx, "user", api.Endpoint)
	if err != nil {
		return claims{}, err
	}
	if resp.Status != http.StatusOK {
		return claims{}, s.refused(resp)
	}
	user, err := s.parseUser(api, resp)
	if err != nil {
		return claims{}, err
	}
	if err := s.sameSubject(flow.Check{Name: api.Subject, Spec: "user API",
		Verdict: verdict(user.Subject == p.Subject), Expected: p.Subject, Got: user.Subject}); err != nil {
		return claims{}, err
	}
	said := claims{Profile: Profile{Name: user.Name, Email: user.Email, PictureURL: user.Picture, Organization: user.Organization}}
	if p.EmailVerified {
		said.Email = "" // the verified address of the sign-in is better than a public one
	}
	said.Source = s.host
	s.params = append(s.params, flow.Public("user_fields", said.said()))
	return said, nil
}

func (s *source) parseUser(api auth.UserAPI, resp *backchannel.Response) (auth.User, error) {
	user, err := api.Parse(resp)
	switch {
	case err == nil:
		return user, nil
	case isPage(resp):
		return auth.User{}, auth.TransportProblem(auth.PhaseProfile, s.host, err)
	}
	return auth.User{}, s.problem(auth.CodeProfileUnavailable, auth.NextRefresh, err)
}
