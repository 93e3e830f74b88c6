//go:build linux

package keychain

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"app.latchkey/auth/store"
)

// TestStores drives each real service through each situation.
func TestStores(t *testing.T) {
	needStores(t)
	for _, p := range realProducts() {
		t.Run(strings.ReplaceAll(p.name, " ", ""), func(t *testing.T) {
			for _, s := range []struct {
				name  string
				test  func(*testing.T, string, *product)
				needs bool
			}{
				{"unlocked", storeUnlocked, true},
				{"asks about items", storeAsks, p.consent != nil},
				{"locked", storeLocked, true},
				{"locked and answered", storeAnswered, true},
				{"locked and dismissed", storeDismissed, true},
				{"locked and left", storeLeft, true},
				{"killed", storeKilled, true},
				{"killed at once", storeKilledAtOnce, true},
				{"killed under its dialog", storeKilledAtDialog, true},
				{"killed while writing", storeKilledWriting, true},
				{"writer killed", storeWriterKilled, true},
				{"mute", storeMute, true},
			} {
				if s.needs {
					t.Run(s.name, func(t *testing.T) {
						onBus(t, setup{product: p}, func(t *testing.T, dir string) { s.test(t, dir, p) })
					})
				}
			}
			t.Run("empty", func(t *testing.T) {
				onBus(t, setup{product: &product{start: p.empty}}, func(t *testing.T, dir string) { storeEmpty(t, dir, p) })
			})
		})
	}
}

// windows are the visible windows on the test's display.
func windows(t *testing.T, dir string) []string {
	t.Helper()
	cmd := exec.Command("xdotool", "search", "--onlyvisible", "--name", "")
	cmd.Env = environ(dir)
	out, _ := cmd.Output() // fails if there are none
	return strings.Fields(string(out))
}

// quietly fails if fn makes a window appear.
func quietly(t *testing.T, dir string, fn func()) {
	t.Helper()
	before := windows(t, dir)
	fn()
	for _, w := range windows(t, dir) {
		if !slices.Contains(before, w) {
			t.Errorf("background work raised the window %s", w)
		}
	}
}

func storeUnlocked(t *testing.T, dir string, p *product) {
	ctx := t.Context()
	s := open(t)
	quietly(t, dir, func() {
		wantStatus(t, s, store.Found, "", p.name)
		_, err := s.Get(ctx, name, store.Options{})
		want(t, err, "get", store.Absent, "")
		for _, data := range [][]byte{secret, bytesOf(2561), bytesOf(100 << 10), {}, secret} {
			if err := s.Put(ctx, name, data, store.Options{Verify: true}); err != nil {
				t.Fatalf("%d bytes: %v", len(data), err)
			}
			got, err := s.Get(ctx, name, store.Options{})
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("get = %d bytes, %v; want %d", len(got), err, len(data))
			}
		}
		if err := s.Put(ctx, "Elsewhere sign-in: x", secret, store.Options{Verify: true}); err != nil {
			t.Fatal(err)
		}
		if h := s.Health(ctx); h.Items != 1 || h.Last != nil || !h.Persistent {
			t.Errorf("health %+v %+v", h, h.Last)
		}
	})
	if r := store.Wipe(ctx, s, nil, store.Options{Interact: true}); !r.Complete() || !slices.Equal(r.Removed, []string{name}) {
		t.Errorf("wipe: %v", r)
	}
	_, err := s.Get(ctx, name, store.Options{})
	want(t, err, "get", store.Absent, "")
	if _, err := s.Get(ctx, "Elsewhere sign-in: x", store.Options{}); err != nil {
		t.Errorf("another program's item: %v", err)
	}
}

// with answers a dialog while fn runs.
func with(t *testing.T, dir string, window, keys []string, fn func()) {
	t.Helper()
	var typing sync.WaitGroup
	typing.Go(func() { personAt(t, dir, window, keys...) })
	fn()
	typing.Wait()
}

var (
	password = []string{"type", realPassword + "\r"}
	escape   = []string{"keydown", "Escape"}              // down only: the window is gone before the key comes up
	enter    = []string{"key", "--window", "0", "Return"} // to whoever has the focus
)

func storeAsks(t *testing.T, dir string, p *product) {
	ctx := t.Context()
	another(t, dir, "put") // as the program's last run did
	s := open(t)
	quietly(t, dir, func() {
		wantStatus(t, s, store.Found, "", p.name)
		neverAbsent(t, s, store.Locked, "")
	})
	with(t, dir, p.consent, escape, func() {
		if err := s.Unlock(ctx); store.OutcomeOf(err) != store.Locked || store.ReasonOf(err) == store.ReasonTimeout {
			t.Errorf("refused: %v", err)
		}
	})
	neverAbsent(t, s, store.Locked, "")
	var err error
	for range 3 { // on a busy machine the key may still come too early
		with(t, dir, p.consent, enter, func() { err = s.Unlock(ctx) })
		if store.ReasonOf(err) != store.ReasonDismissed {
			break
		}
	}
	if err != nil {
		t.Errorf("allowed: %v", err)
	}
	quietly(t, dir, func() {
		if got, err := s.Get(ctx, name, store.Options{}); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("in the background afterwards: %q, %v", got, err)
		}
		if err := s.Put(ctx, name, secret, store.Options{Verify: true}); err != nil {
			t.Errorf("in the background afterwards: %v", err)
		}
	})
}

// lockedProduct has an item in a locked collection.
func lockedProduct(t *testing.T, p *product) *Store {
	t.Helper()
	s := open(t)
	if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	p.lock(t, admin(t))
	return s
}

func storeLocked(t *testing.T, dir string, p *product) {
	s := lockedProduct(t, p)
	quietly(t, dir, func() {
		wantStatus(t, s, store.Locked, "", p.name)
		neverAbsent(t, s, store.Locked, "")
		_, err := s.Names(t.Context(), store.Options{})
		want(t, err, "names", store.Locked, "")
		if h := s.Health(t.Context()); h.Items != -1 || h.Outcome != store.Locked {
			t.Errorf("health %+v", h)
		}
		if r := store.Wipe(t.Context(), s, []string{name}, store.Options{}); r.Complete() || len(r.Left) != 1 {
			t.Errorf("wipe: %v", r)
		}
	})
}

func storeAnswered(t *testing.T, dir string, p *product) {
	s := lockedProduct(t, p)
	with(t, dir, p.dialog, password, func() {
		got, err := s.Get(t.Context(), name, store.Options{Interact: true})
		if err != nil || !bytes.Equal(got, secret) {
			t.Errorf("get = %q, %v", got, err)
		}
	})
	quietly(t, dir, func() {
		if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
			t.Errorf("in the background afterwards: %v", err)
		}
	})
}

func storeDismissed(t *testing.T, dir string, p *product) {
	s := lockedProduct(t, p)
	with(t, dir, p.dialog, escape, func() {
		want(t, s.Unlock(t.Context()), "unlock", store.Locked, store.ReasonDismissed)
	})
	neverAbsent(t, s, store.Locked, "")
}

// The caller leaves, the dialog stays, and the answer typed late counts.
func storeLeft(t *testing.T, dir string, p *product) {
	s := lockedProduct(t, p)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	want(t, s.Unlock(ctx), "unlock", store.Locked, store.ReasonTimeout)
	wantStatus(t, s, store.Locked, "", p.name)
	personAt(t, dir, p.dialog, password...)
	waitFor(t, "the late answer", func() bool { return s.Status(t.Context()).Outcome == store.Found })
	if got, err := s.Get(t.Context(), name, store.Options{}); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("get = %q, %v", got, err)
	}
}

// seed writes an item and waits until the service has it on the disk.
func seed(t *testing.T, dir string, p *product, s *Store, data []byte) {
	t.Helper()
	before := modified(dir + p.file)
	if err := s.Put(t.Context(), name, data, store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	last, since := before, time.Now()
	waitFor(t, "the file "+p.file, func() bool {
		if now := modified(dir + p.file); now != last {
			last, since = now, time.Now()
		}
		return last != before && time.Since(since) > 500*time.Millisecond
	})
}

func modified(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}

func storeKilled(t *testing.T, dir string, p *product) {
	s := open(t)
	seed(t, dir, p, s, secret)
	killService(t, admin(t))
	within(t, 5*time.Second, func() {
		wantStatus(t, s, store.Unavailable, store.ReasonNoService, "Secret Service")
		neverAbsent(t, s, store.Unavailable, store.ReasonNoService)
	})
	p.start(t, dir)
	wantItem(t, dir, p, s, func(got []byte) bool { return bytes.Equal(got, secret) })
}

// storeKilledAtOnce: some services report a write before it is on the disk.
// Killed then, they may have no item afterwards, or one without its value; that
// one never counts as absent, and a new sign-in works in each case.
func storeKilledAtOnce(t *testing.T, dir string, p *product) {
	s := open(t)
	if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	killService(t, admin(t))
	p.start(t, dir)
	var got []byte
	var err error
	read := func(o store.Options) { got, err = s.Get(t.Context(), name, o) }
	if read(store.Options{}); p.consent != nil && store.OutcomeOf(err) == store.Locked {
		with(t, dir, p.consent, enter, func() { read(store.Options{Interact: true}) })
	}
	switch {
	case err == nil && bytes.Equal(got, secret):
	case !p.delaysWrites:
		t.Errorf("get = %q, %v", got, err)
	case store.OutcomeOf(err) == store.Absent:
		if n, listErr := s.Names(t.Context(), store.Options{}); listErr != nil || len(n) != 0 {
			t.Errorf("absent, and listed: %q, %v", n, listErr)
		}
	case store.ReasonOf(err) != store.ReasonCorrupt:
		t.Errorf("get = %q, %v", got, err)
	}
	t.Logf("the item reported as written: %v", err)
	if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
		t.Errorf("a new sign-in: %v", err)
	}
}

// wantItem reads the item as after a start of the program, with the click that
// the service asks for.
func wantItem(t *testing.T, dir string, p *product, s *Store, right func([]byte) bool) {
	t.Helper()
	read := func(o store.Options) ([]byte, error) { return s.Get(t.Context(), name, o) }
	got, err := read(store.Options{})
	if p.consent != nil && store.OutcomeOf(err) == store.Locked {
		with(t, dir, p.consent, enter, func() { got, err = read(store.Options{Interact: true}) })
	}
	if err != nil || !right(got) {
		t.Errorf("get = %.40q, %v", got, err)
	}
}

func storeKilledAtDialog(t *testing.T, dir string, p *product) {
	s := lockedProduct(t, p)
	conn := admin(t)
	done := make(chan error)
	go func() { done <- s.Unlock(t.Context()) }()
	waitForWindow(t, dir, p.dialog)
	killService(t, conn)
	within(t, 5*time.Second, func() {
		want(t, <-done, "unlock", store.Unavailable, "")
		neverAbsent(t, s, store.Unavailable, store.ReasonNoService)
	})
}

func waitForWindow(t *testing.T, dir string, window []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xdotool", append([]string{"search", "--sync", "--onlyvisible"}, window...)...)
	cmd.Env = environ(dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("xdotool %q: %v\n%s", window, err, out)
	}
}

func storeMute(t *testing.T, dir string, p *product) {
	s := openImpatient(t)
	if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	pid, _ := servicePID(t, admin(t))
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	within(t, 15*time.Second, func() {
		wantStatus(t, s, store.Unavailable, store.ReasonTimeout, p.name)
		neverAbsent(t, s, store.Unavailable, store.ReasonTimeout)
		want(t, s.Unlock(t.Context()), "unlock", store.Unavailable, store.ReasonTimeout)
	})
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the service", func() bool { return s.Status(t.Context()).Outcome == store.Found })
	if got, err := s.Get(t.Context(), name, store.Options{}); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("get = %q, %v", got, err)
	}
}

func storeEmpty(t *testing.T, dir string, p *product) {
	s := open(t)
	quietly(t, dir, func() {
		wantStatus(t, s, store.Unavailable, store.ReasonNoCollection, p.name)
		neverAbsent(t, s, store.Unavailable, store.ReasonNoCollection)
	})
}

// value is what the writer writes as its nth: a number and a filling.
func value(n int) []byte {
	return append(fmt.Appendf(nil, "%08d", n), bytes.Repeat([]byte{byte('a' + n%26)}, 300)...) // KeePassXC looks for placeholders in what it is given, slowly
}

// numberOf is n of a whole value, -1 for anything else.
func numberOf(data []byte) int {
	if len(data) < 8 {
		return -1
	}
	n, err := strconv.Atoi(string(data[:8]))
	if err != nil || !bytes.Equal(data, value(n)) {
		return -1
	}
	return n
}

// writer is another program that writes for ever.
type writer struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	last  int    // the last number that it reported as written
	end   string // why it ended
}

func startWriter(t *testing.T, dir string, first int) *writer {
	t.Helper()
	w := &writer{cmd: exec.Command(os.Args[0]), last: first - 1}
	w.cmd.Env = append(environ(dir), stepVar+"=write "+strconv.Itoa(first))
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, w.cmd)
	w.lines = bufio.NewScanner(out)
	return w
}

// until reads what the writer reports up to that number, or to its end.
func (w *writer) until(n int) {
	for w.last < n && w.lines.Scan() {
		if i, err := strconv.Atoi(w.lines.Text()); err == nil {
			w.last = i
		} else {
			w.end = w.lines.Text()
		}
	}
}

const kills = 8

// storeWriterKilled ends our program in the middle of writes.
func storeWriterKilled(t *testing.T, dir string, p *product) {
	s := open(t)
	if err := s.Put(t.Context(), name, value(0), store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	next := 1
	for range kills {
		w := startWriter(t, dir, next)
		if p.consent != nil {
			personAt(t, dir, p.consent, enter...)
		}
		w.until(next + 4)
		_ = w.cmd.Process.Kill()
		w.until(1 << 30)
		_ = w.cmd.Wait()
		got := 0
		wantItem(t, dir, p, s, func(data []byte) bool {
			got = numberOf(data)
			return got == w.last || got == w.last+1
		})
		if t.Failed() {
			t.Fatalf("the writer reported %d", w.last)
		}
		next = got + 1
	}
	t.Logf("%d kills during %d writes: nothing lost", kills, next-1)
}

// storeKilledWriting ends the service in the middle of our writes.
func storeKilledWriting(t *testing.T, dir string, p *product) {
	conn := admin(t)
	s := open(t)
	seed(t, dir, p, s, value(0))
	next, late := 1, 0
	for range kills / 2 {
		w := startWriter(t, dir, next)
		if p.consent != nil {
			personAt(t, dir, p.consent, enter...)
		}
		w.until(next + 4)
		killService(t, conn)
		w.until(1 << 30) // its next write fails, and it ends
		_ = w.cmd.Wait()
		p.start(t, dir)
		got := -1
		wantItem(t, dir, p, s, func(data []byte) bool {
			got = numberOf(data)
			return got == w.last || got == w.last+1 || p.delaysWrites && got >= 0 && got < w.last
		})
		if t.Failed() {
			t.Fatalf("the writer reported %d, the item is number %d", w.last, got)
		}
		if got < w.last {
			late++
		}
		next = max(got, w.last) + 1
	}
	t.Logf("%d kills during %d writes: %d times the service lost what it had reported as written", kills/2, next-1, late)
}

// stepVar makes the test binary another program with the same keychain.
const stepVar = "LATCHKEY_TEST_STEP"

// anotherProgram unlocks, puts the secret, or writes values from a number on
// until it is killed or fails.
func anotherProgram(step string) int {
	ctx := context.Background()
	s := Open(Config{})
	defer s.Close()
	var err error
	switch what, number, _ := strings.Cut(step, " "); what {
	case "unlock":
		err = s.Unlock(ctx)
	case "put":
		err = s.Put(ctx, name, secret, store.Options{Interact: true, Verify: true})
	case "write":
		n, _ := strconv.Atoi(number)
		for err = s.Unlock(ctx); err == nil; n++ {
			if err = s.Put(ctx, name, value(n), store.Options{Verify: true}); err == nil {
				fmt.Println(n)
			}
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// another runs a step in another program.
func another(t *testing.T, dir, step string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(environ(dir), stepVar+"="+step)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("another program's %s: %v\n%s", step, err, out)
	}
}
