package presenter_test

import (
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// TestGitHubFromSignInToSignOut is the whole main job at a provider of plain
// OAuth 2.0: sign in, see the profile and what its proof is worth, start again
// without signing in, sign out.
func TestGitHubFromSignInToSignOut(t *testing.T) {
	s := newStage(t, mockprovider.WithPersona(persona.GitHub()))
	s.provider = auth.GitHubAt(s.server.Issuer(), s.server.Issuer(), s.server.ClientID(), s.server.ClientSecret())
	s.start()
	s.until("the first screen", on(presenter.ScreenSignIn))
	s.p.SignIn("github")
	shown := s.until("the profile", loaded).Profile
	if shown.Person.Name != "Ada Lovelace" || shown.Person.Email != "ada@example.com" || !shown.Person.Verified || shown.Provider != "GitHub ("+s.provider.Host()+")" {
		t.Errorf("the profile shows %+v", shown)
	}
	if !shown.Unsigned {
		t.Error("the window does not say that nothing signed proves it")
	}
	if shown.Until != "" {
		t.Error("the session is said to end with the program")
	}

	s.stop()
	s.start()
	again := s.until("the profile after a restart", loaded).Profile
	if again.Person.Name != shown.Person.Name || !again.Unsigned {
		t.Errorf("after a restart: %+v", again)
	}
	tokens, deletions := 0, 0
	s.p.SignOut()
	s.until("the first screen after signing out", on(presenter.ScreenSignIn))
	for _, e := range s.server.Journal().Entries() {
		switch e.Endpoint {
		case "token":
			tokens++
		case "revoke":
			deletions++
		}
	}
	if tokens != 1 || deletions != 1 {
		t.Errorf("%d token requests and %d deletions, want one of each", tokens, deletions)
	}
}

// TestOpenIDConnectIsNotCalledUnsigned: the note is for plain OAuth 2.0 only.
func TestOpenIDConnectIsNotCalledUnsigned(t *testing.T) {
	s := newStage(t)
	s.start()
	s.until("the first screen", on(presenter.ScreenSignIn))
	s.p.SignIn("google")
	if s.until("the profile", loaded).Profile.Unsigned {
		t.Error("Google's ID token is called unsigned")
	}
}
