package presenter_test

import (
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/mockprovider"
)

// Nothing that is known waits for what is not: who it is while the keychain
// still writes, the name while the profile is on its way, the profile while the
// picture is. Each is held until the one before it is on screen.
func TestWhatIsKnownIsShown(t *testing.T) {
	keychain, userinfo, people, face := newHold(t), newHold(t), newHold(t), newHold(t)
	s, chain := newStage(t,
		mockprovider.WithHook(mockprovider.StageTransport, userinfo.at(isEndpoint("userinfo"))),
		mockprovider.WithHook(mockprovider.StageTransport, people.at(isEndpoint("people"))),
		mockprovider.WithHook(mockprovider.StageTransport, face.at(isEndpoint("picture")))), newScripted()
	s.store = chain
	chain.when("put", func() error { keychain.wait(); return nil })
	for _, h := range []*hold{keychain, userinfo, people, face} {
		h.arm()
	}
	s.begin()
	s.until("the person, by the ID token", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenWaiting && st.Waiting.Person != nil && st.Waiting.Person.Name == "Ada Lovelace"
	})
	<-keychain.arrived
	keychain.release()
	s.until("the profile screen with the name", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenProfile && st.Profile.Person.Name == "Ada Lovelace" && st.Profile.Updated.IsZero()
	})
	<-userinfo.arrived // at the same time as
	<-people.arrived
	userinfo.release()
	people.release()
	s.until("the profile without a picture", func(st presenter.State) bool { return loaded(st) && st.Profile.Person.Picture == "" })
	<-face.arrived
	face.release()
	s.until("the picture", picture)
}
