package endurance

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// number reads how much is to be done from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Eight programs share one account at a provider that revokes the whole family
// of a refresh token that is used twice.
func TestProcesses(t *testing.T) {
	for _, kind := range []string{"vault", "gnome"} {
		t.Run(kind, func(t *testing.T) { withStore(t, kind, eightProcesses) })
	}
}

func eightProcesses(t *testing.T, w *world) {
	const processes = 8
	each := max(number(t, "LATCHKEY_REFRESHES_"+strings.ToUpper(w.orders.Store), 200)/processes, 1)
	w.signIn()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	o := w.orders
	o.Do, o.Times = "refresh", each
	began := time.Now()
	type end struct {
		out []byte
		err error
	}
	ends := make(chan end, processes)
	for range processes {
		cmd := w.driver(ctx, o)
		go func(cmd *exec.Cmd) { out, err := cmd.CombinedOutput(); ends <- end{out, err} }(cmd)
	}
	for range processes {
		if e := <-ends; e.err != nil {
			t.Errorf("a process lost its session: %v\n%s", e.err, e.out)
		}
	}
	w.mu.Lock()
	sent, refused := len(w.used), w.refused
	w.mu.Unlock()
	t.Logf("%d processes on %s: %d refresh tokens sent in %v, %d of them more than once, %d requests refused",
		processes, w.orders.Store, sent, time.Since(began).Round(time.Millisecond), w.usedTwice(), refused)
	if sent != processes*each || w.usedTwice() != 0 || refused != 0 {
		t.Errorf("want %d tokens, each sent once, and none refused", processes*each)
	}
	session, err := resume(w.client(), w.orders.provider())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.Token(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
