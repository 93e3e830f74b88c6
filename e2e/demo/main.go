// Command demo shows the main job of the program on a virtual display, with a
// real browser and a real keychain, and leaves a picture of each step. `make
// demo` runs it. It ends with one line that says who signed in, or with the
// reason why nobody did and exit code 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// limit is how long the whole demo may take.
const limit = 4 * time.Minute

func main() {
	out := flag.String("out", "build/demo", "folder for the pictures; those of an earlier demo are removed")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	line, err := demo(ctx, *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	fmt.Println(line)
}

// demo plays the main job and returns the line that says how it ended.
func demo(ctx context.Context, out string) (line string, err error) {
	if err := clear(out); err != nil {
		return "", err
	}
	s, err := stage.Open(ctx, stage.Options{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()

	began := time.Now()
	result, err := mainjob.Run(ctx, s, out, func(step string) {
		fmt.Printf("%5.1f s  %s\n", time.Since(began).Seconds(), step)
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("signed in as %s <%s> · %s · keychain: %s · %d pictures in %s",
		result.Name, result.Email, result.Provider, result.Keychain, len(result.Pictures), out), nil
}

// clear removes the pictures of an earlier demo, so that those that are there
// afterwards are of this one.
func clear(out string) error {
	old, err := filepath.Glob(filepath.Join(out, "*.png"))
	if err != nil {
		return fmt.Errorf("removing old pictures: %w", err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing old pictures: %w", err)
		}
	}
	return nil
}
