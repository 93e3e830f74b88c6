package attacks_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/loopback"
)

// receiverAttacks are about the port, the link and the callback, where more of
// the client must be seen than package rpcheck sees.
func receiverAttacks() []attack {
	return []attack{
		{kind: 3, name: "cookie of an old attempt", by: page, does: "a browser that has the cookie of an attempt that ended brings a response to the next one",
			must: "400; the wait goes on", section: "RFC 6749 §10.12", defence: "a cookie of its own for each attempt, under a name of its own",
			where: "auth/loopback/ticket.go", run: oldCookie},
		{kind: 3, name: "an address of another sign-in, pasted", by: "somebody who talks the user into it", does: "has the user paste the last address of a sign-in of the attacker's into the window",
			must: "refused: state is compared as at the receiver; the wait goes on", section: "RFC 9700 §4.7", defence: "state, redirect URI and repeated parameters are checked the same; only the window can paste",
			where: "auth/loopback/paste.go auth/paste.go", elsewhere: []string{"auth/loopback TestPasteOfNonsense", "auth TestPasteIsCheckedTheSame", "auth TestRemoteLinkGivesNoRightAtTheReceiver"}},
		{kind: 4, name: "two sign-ins crossed", by: provider, does: "the response to a sign-in at one issuer is sent to the receiver that waits for another's, from the same browser",
			must: "400; both go on and end at their own issuer", section: "RFC 9700 §4.4, RFC 8252 §8.10",
			defence: "a port, a state and a cookie for each attempt; iss of the response and of the ID token", where: "auth/loopback/serve.go auth/authorize.go auth/identity.go", run: crossed},
		{kind: 7, name: "the link opened by somebody else first", by: "another user of this computer",
			does: "reads the start link in the list of processes, opens it before the user's browser does, and brings a response of his own",
			must: "with the user's browser arriving the link is void: neither may answer, and the next link works", section: "RFC 9700 §4.7",
			defence: "a link that two browsers opened is void", where: "auth/loopback/ticket.go", run: linkShared},
		{kind: 7, name: "the link used once more", by: program, does: "opens a start link that was used, from another browser", must: "a page that says so, without Location or cookie",
			section: "RFC 9700 §4.7", defence: "start links are of one browser", where: "auth/loopback/ticket.go", elsewhere: []string{"auth/loopback TestSecondBrowser", "e2e TestLinkOpenedByAStranger"}},
		{kind: 8, name: "the port is bound before us", by: program, does: "listens on all ports that are registered for the client",
			must: "no browser is opened; the problem names the ports", section: "RFC 8252 §8.3", defence: "the port is bound before the browser opens, and never given up in between",
			where: "auth/loopback/bind.go", run: portTaken},
		{kind: 8, name: "the port is bound beside us", by: program, does: "listens on the port while we do, with SO_REUSEADDR and on all interfaces",
			must: "the system refuses, or the connection still comes to us", section: "RFC 8252 §8.3",
			defence: "an exclusive listener on the literal address", where: "auth/loopback/bind.go auth/loopback/bind_windows.go", run: portShared},
		{kind: 8, name: "the other address of localhost", by: program, does: "listens on ::1 of the port where the redirect URI says localhost",
			must: "another port is taken, or none", section: "RFC 8252 §8.3", defence: "localhost means both addresses", where: "auth/loopback/bind.go",
			elsewhere: []string{"auth/loopback TestLocalhostHasBoth", "auth/loopback TestLocalhostTriesAgain"}},
		{kind: 9, name: "a host that is not this computer", by: "whoever writes the configuration", does: "sets 0.0.0.0 or another name as redirect host",
			must: "refused before anything listens", section: "RFC 8252 §8.3", defence: "three hosts are known", where: "auth/loopback/bind.go auth/provider.go",
			elsewhere: []string{"auth/loopback TestBadConfig/all_interfaces"}},
		{kind: 10, name: "connections that stay quiet", by: program, does: "opens more connections than the cap and leaves them",
			must: "the user's browser is heard at once; the quiet ones are closed in time", section: "–", defence: "cap, header and idle timeouts",
			where: "auth/loopback/gate.go auth/loopback/serve.go", elsewhere: []string{"auth/loopback TestFullOfOthers", "auth/loopback TestCap", "auth/loopback TestIdleIsClosed"}},
		{kind: 10, name: "a page that is never read", by: program, does: "asks for the verdict's page and reads nothing of it",
			must: "closing takes no longer than a moment", section: "–", defence: "every write has a limit, and Close ends what is left", where: "auth/loopback/receiver.go",
			elsewhere: []string{"auth/loopback TestCloseStuckPage"}},
		{kind: 13, name: "the list of processes of a whole sign-in", by: "another user of this computer", does: "reads the arguments and environments of all processes while the program signs in",
			must: "no state, challenge, code, token or secret among them", section: "RFC 9126 §1", defence: "a start link instead of the request's address", where: "auth/loopback/ticket.go auth/attempt.go",
			elsewhere: []string{"e2e TestProcessListHoldsNoSecrets", "e2e TestLinkHoldsNoSecrets", "auth TestLinkHoldsNothingOfTheRequest"}},
		{kind: 30, name: "the state of an attempt that was cancelled", by: page, does: "an old tab brings its response after the user cancelled and began anew",
			must: "nobody listens at the old port; the new attempt refuses it", section: "RFC 8252 §8.3", defence: "port, state and cookie of their own for each attempt",
			where: "auth/attempt.go auth/loopback/receiver.go", run: cancelledState},
		{kind: 30, name: "the same response twice", by: page, does: "sends the right response many times at once", must: "one counts; the others are told that it is over",
			section: "RFC 6749 §4.1.2", defence: "the first response takes the cookie away and ends the attempt", where: "auth/loopback/serve.go",
			elsewhere: []string{"auth/loopback TestOneResponse", "auth/loopback TestSecondCallback"}},
	}
}

func oldCookie(t *testing.T) {
	v := newVictim(t)
	old := v.begin()
	b := newJar()
	if res, _ := follow(t, b, old.link); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the start link: %d", res.StatusCode)
	}
	_ = old.Close()
	a := v.begin()
	q := a.request() // another browser's; the state is known now
	for _, cookies := range []*http.Client{b, newJar()} {
		res, _ := follow(t, cookies, a.callback("code=x&state="+q.Get("state")))
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("status %d", res.StatusCode)
		}
	}
	a.unharmed()
}

func crossed(t *testing.T) {
	one, two := newVictim(t), newVictim(t)
	a, b := one.begin(), two.begin()
	// One browser, which has the cookies of both.
	user := newJar()
	_, toOne := follow(t, user, a.link)
	_, toTwo := follow(t, user, b.link)
	for _, x := range []struct{ at, of *attempt }{{a, b}, {b, a}} {
		state := toTwo.Query().Get("state")
		if x.of == a {
			state = toOne.Query().Get("state")
		}
		res, _ := follow(t, user, x.at.callback("code=of-the-other&state="+state+"&iss="+x.of.v.server.Issuer()))
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("status %d", res.StatusCode)
		}
	}
	a.unharmed()
	b.unharmed()
	for _, v := range []*victim{one, two} {
		if n := v.count("token", ""); n != 1 {
			t.Errorf("%d token requests at an issuer, want 1", n)
		}
	}
}

func linkShared(t *testing.T) {
	v := newVictim(t)
	a := v.begin()
	stranger := newJar()
	_, to := follow(t, stranger, a.link)
	state := to.Query().Get("state")
	if state == "" {
		t.Fatal("whoever is first is sent on: the row proves nothing")
	}
	res, _ := follow(t, newJar(), a.link) // the user's browser, second
	if res.StatusCode != http.StatusGone {
		t.Errorf("the second browser got %d", res.StatusCode)
	}
	res, _ = follow(t, stranger, a.callback("code=of-the-strangers-account&state="+state))
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("the stranger's response got %d", res.StatusCode)
	}
	a.unharmed()
	if n := v.count("token", ""); n != 1 {
		t.Errorf("%d token requests, want the user's alone", n)
	}
}

func portTaken(t *testing.T) {
	v := newVictim(t)
	opened := 0
	v.config.OpenBrowser = func(context.Context, string) error { opened++; return nil }
	v.config.Timeout = time.Second // for whom it comes to waiting
	v.restart()
	var names []string
	for range 2 {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		v.provider.Redirect.Ports = append(v.provider.Redirect.Ports, port)
		names = append(names, strconv.Itoa(port))
	}
	_, err := v.client.SignIn(t.Context(), v.provider, auth.SignInOptions{})
	v.refused(err, auth.CodeLoopbackPortsTaken)
	if got := auth.AsProblem(err).Values["Ports"]; got != strings.Join(names, ", ") {
		t.Errorf("the problem names %q, want %v", got, names)
	}
	if opened > 0 {
		t.Error("a browser was opened although somebody else would get the response")
	}
}

func portShared(t *testing.T) {
	r := newTarget(t, "https://id.example/authorize?state="+state)
	_, port, _ := net.SplitHostPort(r.host())
	reuse := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return reuseAddress(c) }}
	for _, address := range []string{"127.0.0.1:" + port, "0.0.0.0:" + port, "[::]:" + port} {
		l, err := reuse.Listen(t.Context(), "tcp", address)
		if err != nil {
			continue
		}
		// Some systems allow it on another address; what counts is who gets the
		// connection.
		res, _ := get(t, r.host(), "/callback", "")
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("with a listener on %s the request is answered by another: %d", address, res.StatusCode)
		}
		l.Close()
	}
	if l, err := net.Listen("tcp4", r.host()); err == nil {
		l.Close()
		t.Errorf("the port can be bound a second time on %s", runtime.GOOS)
	}
	r.waiting()
}

func cancelledState(t *testing.T) {
	v := newVictim(t)
	old := v.begin()
	user := newJar()
	_, to := follow(t, user, old.link)
	query := "code=x&state=" + to.Query().Get("state")
	_ = old.Close()
	if res, err := user.Get(old.callback(query)); err == nil {
		_ = res.Body.Close()
		t.Errorf("the old port still answers: %d", res.StatusCode)
	}
	a := v.begin()
	if a.host() == old.host() && runtime.GOOS == "linux" {
		t.Logf("the system gave the same port again; the state is another")
	}
	if res, _ := follow(t, user, a.callback(query)); res.StatusCode != http.StatusBadRequest {
		t.Errorf("the new attempt answers the old state with %d", res.StatusCode)
	}
	if _, err := old.Attempt.Link(); err == nil || errors.Is(err, loopback.ErrAnswered) {
		t.Errorf("a closed attempt gives out links: %v", err)
	}
	a.unharmed()
}
