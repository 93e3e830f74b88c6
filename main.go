// Latchkey signs people in through their own web browser, keeps them signed in
// through the operating system's keychain and shows their profile. This file
// builds the parts and hands them to each other; docs/architecture.md is the
// picture of the house.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"app.latchkey/app"
	"app.latchkey/app/flowpage"
	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/busguard"
	"app.latchkey/auth/keychain"
	"app.latchkey/auth/store/vault"
	"app.latchkey/resources"
	"app.latchkey/settings"
)

// options are the command line.
type options struct {
	demo, version         bool
	config, trace, client string
	deleteData, diagnose  bool
}

func main() {
	attachConsole()
	var o options
	flag.BoolVar(&o.demo, "demo", false, "sign in at a mock of Google inside this program")
	flag.StringVar(&o.config, "config", "", "keep everything in this `folder`")
	flag.BoolVar(&o.version, "version", false, "print the version and exit")
	flag.StringVar(&o.trace, "trace", "", "append each state of the window to this `file` as JSON lines (no secrets)")
	flag.StringVar(&o.client, "import-client", "", "add the Google client of this client_secret_….json `file` to providers.toml, and exit")
	flag.BoolVar(&o.deleteData, "delete-data", false, "sign every account out, delete all that is kept on this computer, and exit")
	flag.BoolVar(&o.diagnose, "diagnose", false, "look for what could be wrong, print it without secrets, and exit")
	flag.Parse()
	v, err := readVendor(fyneApp)
	if err != nil {
		fmt.Fprintln(os.Stderr, "latchkey:", err)
		os.Exit(1)
	}
	if o.version {
		fmt.Println(v.Name, v.Version)
		return
	}
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "latchkey: unexpected argument %q; see latchkey --help\n", flag.Arg(0))
		os.Exit(exitUsage)
	}
	task := func() error { return run(o, v) }
	if o.client != "" {
		task = func() error { return importClient(v, o.config, o.client, os.Stdout) }
	}
	if o.deleteData {
		task = func() error { return deleteData(o, v, os.Stdout) }
	}
	if o.diagnose {
		task = func() error { return diagnose(o, v, os.Stdout) }
	}
	exit(task())
}

func run(o options, v vendor) (err error) {
	defer guardMemory()()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dirs, err := settings.OpenNamed(v.folder(), o.config)
	if err != nil {
		return err
	}
	place, err := takePlace(ctx, dirs.ConfigDir())
	if err != nil {
		return err
	}
	var erase *eraser
	var end ending
	end.add(func() { erase.finish() })
	end.add(place.leave)
	diary := openLog(dirs.LogDir(), v)
	end.add(diary.Close)
	defer diary.Guard()
	defer end.run()
	log := diary.Logger()
	defer func() { logEnd(log, err) }()
	trace, err := openTrace(o.trace)
	if err != nil {
		return err
	}
	end.add(trace.close)
	trace.write(traceLine{Event: "start", PID: os.Getpid(), Version: v.Version})

	providers, demo, problem, err := chooseProviders(o, v, dirs, log)
	if err != nil {
		return err
	}
	end.add(demo.end)
	window, err := app.NewWindow(app.New(v.Identity), app.Options{Look: presenter.LookOf(dirs.Preferences()), Size: rememberedSize(dirs),
		Tray: true, Bus: busguard.Address(), StartInTray: dirs.Preferences().StartInTray, ChildEnv: busguard.ChildEnv, Drawn: trace.drawn, Logger: log})
	if err != nil {
		return err
	}
	if ok, why := keychain.Supported(); !ok { // a darwin build without cgo, for one
		log.Warn("this build has no keychain: sign-ins last until you quit", "reason", why)
	}
	secrets := keychain.Open(keychain.Config{Application: v.keychainName()})
	end.add(func() { _ = secrets.Close() })
	var p *presenter.Presenter
	keep := newFallback(dirs, func(ctx context.Context, q vault.Question) (string, bool) {
		return p.AskPassphrase(ctx, presenter.PassphraseQuestion(q))
	})
	client, err := auth.New(auth.Config{Store: secrets, Fallback: keep.store(), OpenBrowser: window.OpenURL, Dir: dirs.ConfigDir(),
		CacheDir: dirs.CacheDir(), Application: v.Name, KeychainName: v.keychainName(), Version: v.Version, Language: window.Language, Logger: log})
	if err != nil {
		return err
	}
	var restart atomic.Bool
	keep.attach(client)
	erase = &eraser{dirs: dirs, client: client, secrets: secrets, vault: keep.vault, providers: providers, own: o.config == ""}
	config := presenter.Config{
		Auth: client, Resources: resources.New(resources.Config{CacheDir: dirs.CacheDir(), Logger: log}),
		Providers: providers, Demo: demo != nil, Problem: problem, ProviderFile: dirs, Inspection: inspectionOf(v, dirs), ConfigDir: dirs.ConfigDir(), CrashDir: crashDir(diary), Guard: diary.Guard,
		Trials: demo.trials(), Exporter: flowpage.Exporter{Product: v.Name, Version: v.Version},
		Memory: dirs, Fallback: keep, Window: traced{window, trace}, Logger: log,
		OnState: func(s presenter.State) { trace.state(s); window.Show(s) },
		BusLate: busLate(), Restart: func() { restart.Store(true); window.Close() }, Tray: window.HasTray,
	}
	addPages(&config, o, v, dirs, window, erase, log)
	p = presenter.New(config)
	p.Start()
	end.add(p.Close)
	place.raises(func() { trace.write(traceLine{Event: "raise"}); window.RaiseRunning() })
	defer context.AfterFunc(ctx, func() {
		stop() // a second Ctrl+C ends the program at once
		window.Close()
	})()
	if err := end.watchDisplay(log); err != nil {
		log.Warn("a display that goes away will end this at once", "error", err.Error())
	}
	err = window.Run(p)
	place.windowGone()
	rememberSize(dirs, window.Size(), log)
	if err != nil {
		return err
	}
	if restart.Load() {
		return errRestart // after all that is deferred
	}
	return nil
}
