// Mutants takes defences out of the source, one at a time, and wants a test to
// notice each. What no test notices is not defended.
//
//	mutants [-run REGEXP] [-j N] [-v] [-check] FILE...
//
// The files say what to take out; see readMutants. The source itself is never
// touched: go test -overlay replaces files for one run, so that no shipped code
// needs a switch for it. The list of defences and of the tests that noticed is
// printed; the exit status is 1 if a mutant survived or could not be tried.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"strings"
	"sync"
)

func main() {
	only := flag.String("run", "", "try only mutants whose name matches this regular expression")
	jobs := flag.Int("j", max(1, runtime.NumCPU()/2), "how many to try at once")
	verbose := flag.Bool("v", false, "print every test that noticed, not only the first")
	check := flag.Bool("check", false, "only see whether the mutants still apply to the source")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args(), *only, *jobs, *verbose, *check); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, files []string, only string, jobs int, verbose, check bool) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("no file of mutants is named")
	}
	var mutants []mutant
	for _, file := range files {
		some, err := readMutants(file)
		if err != nil {
			return err
		}
		for _, m := range some {
			if wanted.MatchString(m.name) {
				mutants = append(mutants, m)
			}
		}
	}
	if len(mutants) == 0 {
		return errors.New("no mutant matches")
	}
	if check {
		return nil
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := sound(ctx, mutants); err != nil {
		return err
	}
	survivors := try(ctx, dir, mutants, jobs, verbose)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if survivors > 0 {
		return fmt.Errorf("%d of %d survived or could not be tried", survivors, len(mutants))
	}
	fmt.Printf("all %d were noticed\n", len(mutants))
	return nil
}

// sound runs the tests with nothing taken out: a test that fails anyway notices
// nothing.
func sound(ctx context.Context, mutants []mutant) error {
	var all [][]string
	var red []wanted
	for _, m := range mutants {
		if red = append(red, m.red...); len(m.red) == 0 {
			all = append(all, m.tests...)
		}
	}
	seen := map[string]bool{}
	for _, tests := range append(all, wholes(red)...) {
		key := strings.Join(tests, " ")
		if seen[key] {
			continue
		}
		seen[key] = true
		c := exec.CommandContext(ctx, "go", append([]string{"test", "-timeout", limit}, tests...)...)
		c.Dir = mutants[0].module
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("the tests fail with nothing taken out: %w\n%s", err, out)
		}
	}
	return nil
}

// try tries all mutants, prints each in their order, and returns how many were
// not noticed.
func try(ctx context.Context, dir string, mutants []mutant, jobs int, verbose bool) int {
	results := make([]chan result, len(mutants))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range next {
				results[i] <- mutants[i].try(ctx, fmt.Sprintf("%s/%d", dir, i), verbose)
			}
		})
	}
	go func() {
		for i := range mutants {
			next <- i
		}
		close(next)
	}()
	width := 0
	for _, m := range mutants {
		width = max(width, len(m.name))
	}
	survivors := 0
	for i, m := range mutants {
		r := <-results[i]
		if ctx.Err() != nil {
			break
		}
		if r.survived {
			survivors++
		}
		fmt.Printf("%-*s  %s\n", width, m.name, r.line(verbose))
	}
	go func() { // after an interrupt the workers may still wait to be read
		for range next {
		}
	}()
	workers.Wait()
	return survivors
}
