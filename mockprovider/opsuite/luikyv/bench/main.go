// Bench measures complete sign-ins at the mock provider, at luikyv/go-oidc and,
// where Node is there, at npm oidc-provider: in one run, on one core, with the
// same client and the same kinds of requests, the mock's journal being on.
//
//	go -C mockprovider/opsuite/luikyv run ./bench [-seconds 5]
//
// A sign-in is what a browser and a client send: authorization request, the
// login form, the consent form, the redirects that the provider makes of it,
// and the token request, each time with a fresh browser. Pages are not drawn:
// what nobody looks at is not fetched.
//
// Rates have the client's work in them: client and server share one process
// and one core, over loopback TCP. (oidc-provider is a process of its own, for
// it is no Go.) A rate is sign-ins per second of processor time, which is what
// a clock shows where the machine does nothing else. The server's processor
// time is read from the system too, with the server in a process of its own; so
// everything is in it that a server does: reading, answering, collecting
// garbage, and the system's calls.
//
// Servers are measured in turn, in many short rounds, and the best round of
// each counts: what else the machine does can only make it look slower.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

// Aims, as they are printed beside what was measured.
const (
	aimES256       = 1.2  // times luikyv's rate
	aimSigning     = 0.95 // part of the server's processor time, RS256
	aimFirstAnswer = 2 * time.Millisecond
)

const pinned = "BENCH_PINNED"

// profiles is where processor profiles go, "" for none.
var profiles string

func main() {
	seconds := flag.Float64("seconds", 5, "how long each server is measured")
	serve := flag.String("serve", "", "only serve: mock or luikyv, a colon, and the algorithm")
	drive := flag.Duration("drive", 0, "with -serve: sign in at it from the same process, for so long, and print the rate")
	flag.StringVar(&profiles, "profile", "", "a directory for the processor profiles of mock and luikyv")
	flag.Parse()
	if *serve != "" {
		if err := serveAlone(*serve, *drive); err != nil {
			fail(err)
		}
		return
	}
	if err := pin(); err != nil {
		fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, time.Duration(*seconds*float64(time.Second))); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// pin starts the program again on one core, where the system can do that.
func pin() error {
	runtime.GOMAXPROCS(1)
	taskset, err := exec.LookPath("taskset")
	if os.Getenv(pinned) != "" || err != nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(taskset, append([]string{"-c", fmt.Sprint(runtime.NumCPU() - 1), self}, os.Args[1:]...)...)
	c.Env = append(os.Environ(), pinned+"=1", "GOMAXPROCS=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
	return nil
}

// figures are what one server came to.
type figures struct {
	name, algorithm string
	rate            float64       // sign-ins per second of processor time, client included
	server          time.Duration // the server's processor time per sign-in
}

func run(ctx context.Context, long time.Duration) error {
	signing := map[string]time.Duration{}
	for _, algorithm := range []string{"ES256", "RS256"} {
		d, err := signingTime(algorithm)
		if err != nil {
			return err
		}
		signing[algorithm] = d
		fmt.Printf("bare %s signature: %v, %.0f per second\n", algorithm, d.Round(100*time.Nanosecond), 1/d.Seconds())
	}
	first, err := firstAnswer()
	if err != nil {
		return err
	}
	verdict("first answer after an in-process start", first <= aimFirstAnswer, "%v (aim: below %v)", first.Round(time.Microsecond), aimFirstAnswer)

	fmt.Printf("\n%-14s %-9s %12s %16s %14s %8s\n", "server", "algorithm", "sign-ins/s", "server CPU each", "of it signing", "to mock")
	rows := map[string]figures{}
	for _, algorithm := range []string{"ES256", "RS256"} {
		best, problems := rounds(ctx, algorithm, long)
		for _, s := range servers {
			f, ok := best[s.name]
			if !ok {
				fmt.Printf("%-14s %-9s NOT RUN: %v\n", s.name, algorithm, problems[s.name])
				continue
			}
			rows[s.name+algorithm] = f
			fmt.Printf("%-14s %-9s %12.0f %16v %13.1f%% %8.2f\n", f.name, algorithm, f.rate, f.server.Round(time.Microsecond),
				100*signing[algorithm].Seconds()/f.server.Seconds(), f.rate/rows["mock"+algorithm].rate)
		}
	}
	fmt.Println()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ratio := rows["mockES256"].rate / rows["luikyvES256"].rate
	verdict("ES256 sign-ins, mock to luikyv", ratio >= aimES256, "%.2f (aim: %.2f)", ratio, aimES256)
	share := signing["RS256"].Seconds() / rows["mockRS256"].server.Seconds()
	verdict("RS256 signing of the mock's processor time", share >= aimSigning, "%.3f (aim: %.2f)", share, aimSigning)
	return nil
}

// rounds measures the servers in turn and keeps the best of each.
func rounds(ctx context.Context, algorithm string, long time.Duration) (map[string]figures, map[string]error) {
	const n = 8
	best, problems := map[string]figures{}, map[string]error{}
	for range n {
		for _, s := range servers {
			f, err := s.measure(ctx, algorithm, long/n)
			if err != nil {
				problems[s.name] = err
				continue
			}
			if old, ok := best[s.name]; ok {
				f.rate, f.server = max(f.rate, old.rate), min(f.server, old.server)
			}
			best[s.name] = f
		}
	}
	return best, problems
}

func verdict(what string, reached bool, format string, args ...any) {
	word := "reached"
	if !reached {
		word = "MISSED"
	}
	fmt.Printf("%-44s %-8s %s\n", what, word, fmt.Sprintf(format, args...))
}

// split cuts "mock:ES256".
func split(s string) (name, algorithm string) {
	name, algorithm, _ = strings.Cut(s, ":")
	return name, algorithm
}
