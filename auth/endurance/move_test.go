package endurance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// The program is killed while it takes a session from the vault to a better
// store. Nothing is rotated, so the next start always finds a session that
// works, and the record in one place only.
func TestKilledDuringMove(t *testing.T) {
	for kind, kills := range map[string]int{
		"vault": max(number(t, "LATCHKEY_KILLS_VAULT", 40)/5, 8), "gnome": max(number(t, "LATCHKEY_KILLS_GNOME", 10)/5, 4),
	} {
		t.Run(kind, func(t *testing.T) {
			withStore(t, kind, func(t *testing.T, w *world) {
				(&matrix{world: w, rnd: rand.New(rand.NewPCG(3, 4)), kills: map[string]int{}}).moves(kills)
			})
		})
	}
}

func (m *matrix) moves(kills int) {
	done, old := 0, 0
	for round := 0; done < kills && round < 4*kills && !m.t.Failed(); round++ {
		o := m.orders
		o.Do, o.DieAt = "move", 1
		o.Die = []string{"before", "middle", "after", ""}[m.rnd.IntN(4)]
		switch {
		case o.Die == "":
			o.DieAt = 0
		case o.Die == "middle" && o.Store == "vault":
		default:
			if o.Die == "middle" {
				o.Die = "after"
			}
			o.DieAt += m.rnd.IntN(2) // the copy, or the removal of the old one
		}
		m.keptInFallback()
		if !m.kill(o) {
			continue
		}
		done++
		m.kills[fmt.Sprintf("%s %d", o.Die, o.DieAt)]++
		if m.afterMove(o) {
			old++
		}
	}
	m.t.Logf("%d kills while moving from a vault to a better store (%s): every session went on, %d still in the old place", done, m.orders.Store, old)
	if done < kills {
		m.t.Errorf("only %d of %d kills hit", done, kills)
	}
}

// keptInFallback signs in on a computer without a keychain.
func (m *matrix) keptInFallback() {
	m.t.Helper()
	m.withFallback(m.store, func(c *auth.Client) {
		if session, err := resume(c, m.orders.provider()); err == nil {
			if err := session.SignOut(m.t.Context()); err != nil {
				m.t.Fatalf("signing out: %v", err)
			}
		} else if !errors.Is(err, errNobody) {
			m.t.Fatal(err)
		}
	})
	m.withFallback(missing{m.store}, func(c *auth.Client) {
		session, err := signIn(m.t.Context(), c, m.orders.provider())
		if err != nil {
			m.t.Fatalf("signing in: %v", err)
		}
		if session.Account().Store == "" {
			m.t.Fatal("the sign-in is not in the fallback")
		}
	})
}

func (m *matrix) withFallback(s store.Store, f func(*auth.Client)) {
	m.t.Helper()
	fallback, err := m.orders.openFallback()
	if err != nil {
		m.t.Fatal(err)
	}
	client, err := m.orders.client(s)
	if err != nil {
		m.t.Fatal(err)
	}
	client.SetFallback(fallback)
	f(client)
}

// afterMove is the next start of the program. It reports whether the session is
// in the old place still.
func (m *matrix) afterMove(o orders) (old bool) {
	m.t.Helper()
	what := fmt.Sprintf("killed at the move, %q write %d", o.Die, o.DieAt)
	if found := m.secretsInFiles(); len(found) > 0 {
		m.t.Errorf("%s: secrets in %q", what, found)
	}
	m.withFallback(m.store, func(c *auth.Client) {
		session, err := resume(c, m.orders.provider())
		if err != nil {
			m.t.Fatalf("%s: %v", what, err)
		}
		old = session.Account().Store != ""
		if _, err := session.Token(m.t.Context()); err != nil {
			m.t.Errorf("%s: %v", what, err)
		}
		if session.CanMove(m.t.Context()) != old {
			m.t.Errorf("%s: CanMove is %v", what, !old)
		}
		if err := session.Move(m.t.Context()); err != nil {
			m.t.Errorf("%s: moving again: %v", what, err)
		}
		session.Expire(mustToken(m.t, session))
		mustToken(m.t, session)
		fallback, err := m.orders.openFallback()
		if err != nil {
			m.t.Fatal(err)
		}
		if left, err := fallback.Names(m.t.Context(), store.Options{}); err != nil || len(left) > 0 {
			m.t.Errorf("%s: left in the vault: %q, %v", what, left, err)
		}
	})
	return old
}

func mustToken(t *testing.T, s *auth.Session) auth.Token {
	t.Helper()
	token, err := s.Token(t.Context())
	if err != nil {
		t.Errorf("Token: %v", err)
	}
	return token
}
