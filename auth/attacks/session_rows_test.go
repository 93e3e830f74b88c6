package attacks_test

import (
	"sync"
	"testing"
	"time"
)

// farAway is a time by which every token has ended.
var farAway = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// sessionAttacks are about what happens to a session once it is there.
func sessionAttacks() []attack {
	return []attack{
		{kind: 23, name: "two processes refresh at once", by: "nobody: two windows of the program", does: "several processes and many callers in each need a token at the same moment, with a provider that rotates",
			must: "all get one, nobody is signed out, the token in the keychain is good", section: "RFC 9700 §4.14.2, RFC 6749 §6",
			defence: "one refresh at a time in a process, a lock between processes, the store read again, saved before used", where: "auth/refresh.go auth/between.go auth/keep.go", run: rotationRace},
		{kind: 23, name: "the program ends between refresh and use", by: "nobody: a crash", does: "ends the program right after the provider rotated", must: "the next start has the new token",
			section: "RFC 9700 §4.14.2", defence: "saved before used", where: "auth/keep.go", elsewhere: []string{"auth TestRotatedTokenIsSavedBeforeUse", "auth TestRefreshSurvivesItsCaller", "auth TestCloseWaitsForARefresh"}},
		{kind: 23, name: "invalid_grant for a token that another process rotated", by: "nobody: two windows of the program", does: "a refresh is refused because another process was faster",
			must: "the store is read again before anybody is signed out", section: "RFC 6749 §6", defence: "invalid_grant counts only if the store still holds what was sent", where: "auth/refresh.go",
			elsewhere: []string{"auth TestInvalidGrantOfATokenThatAnotherProcessRotated", "auth TestProcessesTakeTurns"}},
		{kind: 31, name: "another account at signing in again", by: program, does: "the browser is signed in as somebody else, and allows with one click",
			must: "the account that is there stays as it is until the user has said yes", section: "OpenID Connect Core §5.7", defence: "identity is proven before anything is stored; issuer and subject are compared, never the e-mail address",
			where: "auth/pending.go app/presenter/signin.go", run: anotherAccount},
		{kind: 31, name: "the window asks before it replaces", by: program, does: "the same, seen from the window", must: "a question names both accounts",
			section: "OpenID Connect Core §5.7", defence: "the presenter asks before Commit", where: "app/presenter/signin.go",
			elsewhere: []string{"app/presenter TestAnotherAccountIsAskedAbout", "app/presenter TestSameAddressOfAnotherIsAskedAbout", "app/presenter TestRetryExpectsTheSameAccount"}},
		{kind: 31, name: "another subject at a refresh", by: provider, does: "a refresh brings an ID token of somebody else", must: "the session gets no token of it",
			section: "OpenID Connect Core §12.2", defence: "iss, sub and aud of a refreshed ID token compared", where: "auth/refresh.go", elsewhere: []string{"auth TestRefreshedIDTokenOfAnother", "auth TestStoredRecordOfAnother"}},
	}
}

func rotationRace(t *testing.T) {
	v := newVictim(t)
	v.signIn()
	const processes, callers = 3, 8
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for range processes {
		session := v.resume(v.another())
		for range callers {
			wg.Go(func() {
				<-begin
				if _, err := session.Token(t.Context()); err != nil {
					t.Errorf("Token: %v", err)
				}
			})
		}
	}
	close(begin)
	wg.Wait()
	if n := v.count("token", "refresh_token"); n > processes {
		t.Errorf("%d refreshes of %d processes", n, processes)
	}
	v.restart()
	if _, err := v.resume(v.client).Token(t.Context()); err != nil {
		t.Errorf("the token in the keychain is spent: %v", err)
	}
}

func anotherAccount(t *testing.T) {
	v := newVictim(t)
	v.signIn()
	a := v.begin()
	pending, err := a.finishWith(v.server.Person("noa"), a.link)
	if err != nil {
		t.Fatal(err)
	}
	if who := pending.Identity().Email; who != "noa@example.com" {
		t.Fatalf("signed in as %s: the row proves nothing", who)
	}
	list, err := v.client.Accounts()
	if err != nil || len(list) != 1 || list[0].Email != "ada@example.com" {
		t.Fatalf("before anybody said yes the accounts are %v, %v", list, err)
	}
	if pending.Account().Key == list[0].Key {
		t.Error("two people are one account")
	}
	pending.Discard(t.Context())
	v.restart()
	mine := v.resume(v.client)
	if mine.Account().Email != "ada@example.com" {
		t.Errorf("the account is now %s", mine.Account().Email)
	}
	if _, err := mine.Token(t.Context()); err != nil {
		t.Errorf("Ada's session is gone: %v", err)
	}
}
