// Command try-google is a two-minute walk for whoever owns a Google client: it
// signs in at the real Google with the real browser, refreshes, fetches the
// profile, meets two errors and, if allowed, revokes, all with the packages that
// Latchkey uses. What Google answers is redacted where it arrives and written to
// a file; then it is compared, by shape, with what the mock's google persona
// answers on the same walk, and the differences are printed.
//
//	GOOGLE_CLIENT_ID=… GOOGLE_CLIENT_SECRET=… go run ./cmd/try-google
//
// `make try-google` does the same. With --issuer and --people it takes the walk
// elsewhere: at a mock of Google, to try the program itself.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"app.latchkey/auth"
)

// options are the command line and the environment.
type options struct {
	issuer, people, out, revoke string
	clientID, clientSecret      string
}

func main() {
	o := options{clientID: os.Getenv("GOOGLE_CLIENT_ID"), clientSecret: os.Getenv("GOOGLE_CLIENT_SECRET")}
	google := auth.Google("", "")
	flag.StringVar(&o.issuer, "issuer", google.Issuer, "walk at another `address`: a mock of Google")
	flag.StringVar(&o.people, "people", google.ProfileAPI, "the People API's `address` there")
	flag.StringVar(&o.out, "out", "cmd/try-google/testdata/google.json", "write the recording to this `file`")
	flag.StringVar(&o.revoke, "revoke", "ask", "`ask`, yes or no: end the access at the end, for the client's whole project")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdin, os.Stdout, openBrowser); err != nil {
		fmt.Fprintln(os.Stderr, "try-google:", err)
		os.Exit(1)
	}
}

// run takes the walk, writes the recording and prints how it differs.
func run(ctx context.Context, o options, in io.Reader, out io.Writer, open func(context.Context, string) error) error {
	if o.clientID == "" || o.clientSecret == "" {
		return errors.New("set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET to those of a client of the type \"Desktop app\" (docs/providers.md tells how to get one)")
	}
	p := auth.GoogleAt(o.issuer, o.people, o.clientID, o.clientSecret)
	w := walk{provider: p, out: out, open: open, revoke: func() bool { return wantsRevocation(o.revoke, in, out) }}
	real, err := w.take(ctx)
	if err != nil {
		return err
	}
	if err := real.write(o.out); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nWritten to %s. It holds no token, no name and no address; look before you share it.\n", o.out)
	fmt.Fprintln(out, "The same walk at the mock's google persona …")
	mock, err := walkPersona(ctx)
	if err != nil {
		return fmt.Errorf("at the mock: %w", err)
	}
	differences := compare(real, mock)
	for _, d := range differences {
		fmt.Fprintln(out, "  "+d)
	}
	fmt.Fprintf(out, "differences: %d\n", len(differences))
	return nil
}

func wantsRevocation(how string, in io.Reader, out io.Writer) bool {
	if how != "ask" {
		return how == "yes"
	}
	fmt.Fprint(out, "\nEnd the access at Google now? It ends on every computer, for the client's whole project. [y/N] ")
	line, _ := bufio.NewReader(in).ReadString('\n')
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y")
}

// openBrowser shows an address in the system's browser. The address is the
// program's own start page and holds nothing of the request.
func openBrowser(_ context.Context, address string) error {
	name, arguments := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, arguments = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	command := exec.Command(name, arguments...)
	if err := command.Start(); err != nil {
		return fmt.Errorf("opening the browser: %w", err)
	}
	go func() { _ = command.Wait() }()
	return nil
}

// writePrivate makes the folder and the file.
func writePrivate(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
