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
// garbage, and the system's calls. The server "empty" answers the same requests
// with constants, to show how much of that any Go server pays.
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
	seconds := flag.Float64("seconds", 8, "how long each server is measured, with each algorithm")
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
	first, err := firstAnswer()
	if err != nil {
		return err
	}
	verdict("first answer after an in-process start", first <= aimFirstAnswer, "%v (aim: below %v)", first.Round(time.Microsecond), aimFirstAnswer)

	fmt.Printf("\n%-14s %-9s %12s %8s %16s %14s\n", "server", "algorithm", "sign-ins/s", "to mock", "server CPU each", "of it signing")
	rows := map[string]figures{}
	for _, algorithm := range []string{"ES256", "RS256"} {
		best, problems, err := rounds(ctx, algorithm, long)
		if err != nil {
			return err
		}
		sign := best["signature"].server
		for _, s := range servers {
			f, ok := best[s.name]
			if !ok {
				fmt.Printf("%-14s %-9s NOT RUN: %v\n", s.name, algorithm, problems[s.name])
				continue
			}
			rows[s.name+algorithm] = f
			share := "none"
			if s.name != "empty" {
				share = fmt.Sprintf("%.1f%%", 100*sign.Seconds()/f.server.Seconds())
			}
			fmt.Printf("%-14s %-9s %12.0f %8.2f %16v %14s\n", f.name, algorithm, f.rate, f.rate/best["mock"].rate, f.server.Round(time.Microsecond), share)
		}
		rows["sign"+algorithm] = best["signature"]
		fmt.Printf("%-14s %-9s %12.0f %8s %16v\n", "bare signature", algorithm, 1/sign.Seconds(), "", sign.Round(100*time.Nanosecond))
	}
	fmt.Println()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ratio := rows["mockES256"].rate / rows["luikyvES256"].rate
	verdict("ES256 sign-ins, mock to luikyv", ratio >= aimES256, "%.2f (aim: %.2f)", ratio, aimES256)
	sign, whole, empty := rows["signRS256"].server.Seconds(), rows["mockRS256"].server.Seconds(), rows["emptyRS256"].server.Seconds()
	verdict("RS256 signing of the mock's processor time", sign/whole >= aimSigning, "%.3f (aim: %.2f; a server that did nothing but sign: %.3f)",
		sign/whole, aimSigning, sign/(sign+empty))
	verdict("the same without net/http's part", sign/(whole-empty) >= aimSigning, "%.3f (aim: %.2f)", sign/(whole-empty), aimSigning)
	return nil
}

// rounds measures the servers and the bare signature in turn and keeps the best
// of each. Servers that are no Go take long to start, and are measured in fewer
// rounds.
func rounds(ctx context.Context, algorithm string, long time.Duration) (best map[string]figures, problems map[string]error, err error) {
	const n, others = 12, 3
	sign, err := newSigner(algorithm)
	if err != nil {
		return nil, nil, err
	}
	best, problems = map[string]figures{}, map[string]error{}
	keep := func(f figures) {
		if old, ok := best[f.name]; ok {
			f.rate, f.server = max(f.rate, old.rate), min(f.server, old.server)
		}
		best[f.name] = f
	}
	for i := range n {
		d, err := sign.time(long / n / 2)
		if err != nil {
			return nil, nil, err
		}
		keep(figures{name: "signature", algorithm: algorithm, server: d})
		for _, s := range servers {
			if !s.ours && i >= others {
				continue
			}
			f, err := s.measure(ctx, algorithm, long/n)
			if err != nil {
				problems[s.name] = err
				continue
			}
			keep(f)
		}
	}
	return best, problems, nil
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
