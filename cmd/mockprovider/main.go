// Command mockprovider runs a mock OpenID provider as a program of its own,
// prints how a client is configured for it, and serves until it is interrupted.
//
//	mockprovider --port 8400 --persona google
//	mockprovider --config mock.toml
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/persona"
)

// saveEvery is how often the state file is written while serving.
const saveEvery = 10 * time.Second

// options are the command line.
type options struct {
	addr, persona, issuer, state, signing string
	config, caFile                        string
	port                                  uint
	tls                                   bool
	set                                   map[string]bool // the flags that were given
	redirectURIs                          []string
	json, nonLoopback, noPassword, rotate bool
	lifetime                              time.Duration
	faults                                []fault.Spec
	misbehave                             bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// run is main without the process: it serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	snapshot, err := readState(o.state)
	if err != nil {
		return err
	}
	p, err := newProvider(&o, snapshot)
	if err != nil {
		return err
	}
	if o.addr, err = listenAddr(o.addr, snapshot); err != nil {
		return err
	}
	if err := p.Start(ctx, o.addr); err != nil {
		return err
	}
	defer p.Close()
	if o.caFile != "" {
		if err := os.WriteFile(o.caFile, p.CACertPEM(), 0o644); err != nil {
			return fmt.Errorf("mockprovider: writing the authority's certificate: %w", err)
		}
	}
	if err := announce(stdout, p, o); err != nil {
		return fmt.Errorf("printing the configuration: %w", err)
	}
	return keepState(ctx, p, o.state)
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("mockprovider", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.addr, "addr", "127.0.0.1:0", "`address` to listen on; port 0 is any free one, or the one in --state")
	f.UintVar(&o.port, "port", 0, "`port` to listen on at 127.0.0.1, instead of --addr")
	f.StringVar(&o.config, "config", "", "TOML `file` with persona, users, clients, faults and tenants; what else is said on the command line counts more")
	f.StringVar(&o.persona, "persona", "google", "what to play: "+strings.Join(persona.Names(), ", ")+", or a `file` of one's own")
	f.BoolVar(&o.tls, "tls", false, "speak HTTPS, by a certificate authority made at start; its certificate is printed")
	f.StringVar(&o.caFile, "tls-ca", "", "`file` to write the authority's certificate to; means --tls")
	f.StringVar(&o.issuer, "issuer", "", "issuer `URL`, if clients reach the provider under another address than --addr")
	f.StringVar(&o.state, "state", "", "`file` that keeps keys, grants and the port from one run to the next")
	f.StringVar(&o.signing, "signing", "", "RS256, ES256 or EdDSA (default: the persona's)")
	f.DurationVar(&o.lifetime, "token-lifetime", 0, "lifetime of access tokens, such as 30s (default: the persona's)")
	f.BoolVar(&o.json, "json", false, "print the configuration as one line of JSON")
	f.BoolVar(&o.nonLoopback, "allow-non-loopback", false, "allow an address that other computers reach; anybody can then sign in as anybody")
	f.BoolVar(&o.noPassword, "no-password-form", false, "offer the accounts only, without a form for e-mail and password")
	f.BoolVar(&o.rotate, "rotate", true, "answer each refresh with a new refresh token")
	f.Func("redirect-uri", "redirect `URI` of the client, any port on a loopback IP literal; may be repeated", func(s string) error {
		o.redirectURIs = append(o.redirectURIs, s)
		return nil
	})
	f.BoolVar(&o.misbehave, "misbehave-menu", true, "offer on the login page to let that sign-in go wrong")
	f.Func("fault", "misbehave: `name:param=value,…` as listed in docs/mock-provider.md; may be repeated", func(s string) error {
		spec, err := fault.ParseFlag(s)
		o.faults = append(o.faults, spec)
		return err
	})
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("mockprovider: unexpected argument %q", f.Arg(0))
	}
	o.set = map[string]bool{}
	f.Visit(func(given *flag.Flag) { o.set[given.Name] = true })
	o.tls = o.tls || o.caFile != ""
	switch {
	case o.set["port"] && o.set["addr"]:
		return o, errors.New("mockprovider: --port and --addr say the same thing twice")
	case o.port > 65535:
		return o, fmt.Errorf("mockprovider: --port %d: want 0 to 65535", o.port)
	case o.set["port"]:
		o.addr = fmt.Sprintf("127.0.0.1:%d", o.port)
	}
	return o, nil
}

// newProvider makes the provider that the command line asks for.
// The configuration file comes first; what the command line says counts more.
func newProvider(o *options, snapshot []byte) (*mockprovider.Provider, error) {
	opts := []mockprovider.Option{mockprovider.WithSnapshot(snapshot)}
	if !o.noPassword {
		opts = append(opts, mockprovider.WithPasswordForm())
	}
	if o.misbehave {
		opts = append(opts, mockprovider.WithMisbehaveMenu())
	}
	if o.config != "" {
		c, err := mockprovider.LoadConfig(o.config)
		if err != nil {
			return nil, fmt.Errorf("mockprovider: %w", err)
		}
		if c.Addr != "" && !o.set["addr"] && !o.set["port"] {
			o.addr = c.Addr
		}
		opts = append(opts, c.Options()...)
	}
	if o.config == "" || o.set["persona"] {
		plays, err := mockprovider.FindPersona(o.persona, ".")
		if err != nil {
			return nil, fmt.Errorf("mockprovider: %w", err)
		}
		opts = append(opts, mockprovider.WithPersona(plays))
	}
	return mockprovider.New(append(opts, o.flagOptions()...)...)
}

// flagOptions are what the other flags say.
func (o *options) flagOptions() []mockprovider.Option {
	var opts []mockprovider.Option
	if o.set["rotate"] {
		opts = append(opts, mockprovider.WithRotation(o.rotate))
	}
	if o.tls {
		opts = append(opts, mockprovider.WithTLS())
	}
	if o.issuer != "" {
		opts = append(opts, mockprovider.WithIssuer(o.issuer))
	}
	if o.signing != "" {
		opts = append(opts, mockprovider.WithSigning(o.signing))
	}
	if o.lifetime != 0 {
		opts = append(opts, mockprovider.WithTokenLifetime(o.lifetime))
	}
	if o.nonLoopback {
		opts = append(opts, mockprovider.AllowNonLoopback())
	}
	if len(o.redirectURIs) > 0 {
		opts = append(opts, mockprovider.WithRedirectURIs(o.redirectURIs...))
	}
	for _, s := range o.faults {
		opts = append(opts, mockprovider.WithFault(s))
	}
	return opts
}

// listenAddr replaces port 0 by the port of the last run, so that the issuer
// that clients remember stays the same.
func listenAddr(addr string, snapshot []byte) (string, error) {
	if len(snapshot) == 0 || !strings.HasSuffix(addr, ":0") {
		return addr, nil
	}
	before, err := mockprovider.SnapshotAddr(snapshot)
	if err != nil || before == "" {
		return addr, err
	}
	host := strings.TrimSuffix(addr, "0")
	if !strings.HasPrefix(before, host) {
		return addr, nil
	}
	return before, nil
}

// readState reads the state file; a missing one is an empty state.
func readState(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("mockprovider: reading the state: %w", err)
	}
	return data, nil
}

// keepState waits for the end and keeps the state file up to date meanwhile.
func keepState(ctx context.Context, p *mockprovider.Provider, path string) error {
	if path == "" {
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(saveEvery)
	defer ticker.Stop()
	for {
		if err := writeState(p, path); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return writeState(p, path)
		case <-ticker.C:
		}
	}
}

// writeState replaces the state file by way of a temporary one beside it.
func writeState(p *mockprovider.Provider, path string) error {
	data, err := p.Snapshot()
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".mockprovider-*") // mode 0600
	if err != nil {
		return fmt.Errorf("mockprovider: writing the state: %w", err)
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("mockprovider: writing the state: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}
