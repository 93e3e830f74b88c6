package endurance

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// The program is killed at every write and at random moments while it signs in,
// refreshes and signs out. The next start finds a session that works, or, only
// where the provider had rotated the token and the answer was not stored yet,
// asks the person to sign in again.
func TestKilled(t *testing.T) {
	for kind, kills := range map[string]int{
		"vault": number(t, "LATCHKEY_KILLS_VAULT", 40), "gnome": number(t, "LATCHKEY_KILLS_GNOME", 10),
	} {
		t.Run(kind, func(t *testing.T) {
			withStore(t, kind, func(t *testing.T, w *world) { (&matrix{world: w, rnd: rand.New(rand.NewPCG(1, 2))}).run(kills) })
		})
	}
}

// matrix counts what became of the kills.
type matrix struct {
	*world
	rnd *rand.Rand

	kills map[string]int // by what was being done, and where it was killed
	works int            // the session went on
	again int            // the token had been rotated, and the answer was not stored
	out   int            // nobody is signed in: before a commit, or during a sign-out
}

func (m *matrix) run(kills int) {
	m.kills = map[string]int{}
	done := 0
	for round := 0; done < kills && round < 4*kills+20 && !m.t.Failed(); round++ {
		o := m.plan(round)
		if o.Do == "signin" && m.rnd.IntN(2) == 0 {
			m.signOut() // else the account is signed in already, and signs in again
		} else {
			m.signedIn()
		}
		where := o.Die
		if where == "" {
			where = "any moment"
		}
		if !m.kill(o) {
			continue // it had ended before
		}
		done++
		m.kills[o.Do+", "+where]++
		m.check(o)
	}
	m.t.Logf("%d kills on %s: %d sessions went on, %d had to sign in again (rotated, and the answer not stored), %d signed out",
		done, m.orders.Store, m.works, m.again, m.out)
	m.t.Logf("%v", m.kills)
	if done < kills {
		m.t.Errorf("only %d of %d kills hit", done, kills)
	}
}

// plan is what the next driver does and where it dies.
func (m *matrix) plan(round int) orders {
	o := m.orders
	o.Do = []string{"refresh", "signin", "refresh", "signout"}[round%4]
	o.Times = 25
	o.Die = []string{"before", "middle", "after", ""}[m.rnd.IntN(4)]
	if o.Die == "middle" && (o.Store != "vault" || o.Do == "signout") {
		o.Die = "before" // a removal and a D-Bus call have no middle of ours
	}
	if o.Die != "" {
		o.DieAt = 1
		if o.Do == "refresh" {
			o.DieAt += m.rnd.IntN(3)
		}
	}
	return o
}

// kill runs a driver until it dies, and reports whether it did.
func (m *matrix) kill(o orders) bool {
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	cmd := m.driver(ctx, o)
	var said bytes.Buffer
	out, err := cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	lines := bufio.NewReader(io.TeeReader(out, &said))
	if _, err := lines.ReadString('\n'); err == nil && o.Die == "" {
		// Most of the work takes a few milliseconds, on a busy machine more.
		time.Sleep(time.Duration(m.rnd.Int64N(int64(40 * time.Millisecond))))
		_ = cmd.Process.Signal(syscall.SIGKILL)
	}
	_, _ = io.Copy(io.Discard, lines)
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL && ctx.Err() == nil {
		return true
	}
	if err != nil {
		m.t.Errorf("%s: %v\n%s", o.Do, err, said.Bytes())
	}
	return false
}

// check is the next start of the program.
func (m *matrix) check(o orders) {
	m.t.Helper()
	what := fmt.Sprintf("killed at %s, %q write %d", o.Do, o.Die, o.DieAt)
	client := m.client()
	if _, err := client.FinishSignOuts(m.t.Context(), []auth.Provider{m.orders.provider()}); err != nil {
		m.t.Errorf("%s: finishing the sign-out: %v", what, err)
	}
	list, err := client.Accounts()
	if err != nil || len(list) > 1 || len(list) == 1 && list[0].Email != "ada@example.com" && list[0].Name != "Ada Lovelace" {
		m.t.Fatalf("%s: accounts %v, %v", what, list, err)
	}
	if found := m.secretsInFiles(); len(found) > 0 {
		m.t.Errorf("%s: secrets in %q", what, found)
	}
	if len(list) == 0 {
		if o.Do == "refresh" {
			m.t.Errorf("%s: the account is gone", what)
		}
		if o.Do == "signout" {
			m.nothingLeft(what)
		}
		m.out++
		return
	}
	stored := m.storedToken(list[0].Item)
	session, err := client.Resume(list[0], m.orders.provider())
	if err != nil {
		m.t.Fatalf("%s: %v", what, err)
	}
	ctx, cancel := context.WithTimeout(m.t.Context(), 20*time.Second) // a stuck lock would take longer
	defer cancel()
	_, err = session.Token(ctx)
	switch {
	case err == nil:
		m.works++
		return
	case auth.CodeOf(err) != auth.CodeRefreshRevoked:
		m.t.Errorf("%s: %v", what, err)
	case m.usesOf(stored) > 1: // the killed process had sent it
		m.again++
	default:
		m.t.Errorf("%s: signed out for no reason: %v", what, err)
	}
	m.signIn() // what the window offers then works
}

// signOut makes sure that nobody is signed in.
func (m *matrix) signOut() {
	m.t.Helper()
	session, err := resume(m.client(), m.orders.provider())
	if errors.Is(err, errNobody) {
		return
	}
	if err == nil {
		err = session.SignOut(m.t.Context())
	}
	if err != nil {
		m.t.Fatalf("signing out: %v", err)
	}
	m.nothingLeft("a sign-out")
}

// nothingLeft wants a store without an item of ours.
func (m *matrix) nothingLeft(after string) {
	m.t.Helper()
	if names, ok := m.store.(store.Lister); ok {
		if left, err := names.Names(m.t.Context(), store.Options{}); err != nil || len(left) > 0 {
			m.t.Errorf("after %s: %q, %v", after, left, err)
		}
	}
}
