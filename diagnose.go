package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"time"

	"app.latchkey/app"
	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/busguard"
	"app.latchkey/auth/keychain"
	"app.latchkey/settings"
)

// inspectionOf is what the page of diagnostics and --diagnose look at, but for
// client and providers.
func inspectionOf(v vendor, dirs *settings.Settings) presenter.Inspection {
	home, _ := os.UserHomeDir()
	return presenter.Inspection{
		Browser: func(ctx context.Context) (string, error) { return app.DefaultBrowser(ctx, busguard.ChildEnv) },
		Files:   dirs.Examine, Facts: factsOf(v, dirs), Home: home, Now: time.Now,
	}
}

// factsOf tell whoever helps what kind of computer this is, and nothing of whose.
func factsOf(v vendor, dirs *settings.Settings) []presenter.Fact {
	facts := []presenter.Fact{
		{Name: "program", Value: v.Name + " " + v.Version},
		{Name: "system", Value: runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()},
		{Name: "folder", Value: dirs.ConfigDir()},
	}
	if desktop := strings.TrimSpace(os.Getenv("XDG_CURRENT_DESKTOP") + " " + os.Getenv("XDG_SESSION_TYPE")); desktop != "" {
		facts = append(facts, presenter.Fact{Name: "desktop", Value: desktop})
	}
	if bus := busguard.State(); bus != busguard.Unchecked {
		facts = append(facts, presenter.Fact{Name: "bus", Value: bus.String()})
	}
	proxy := "none"
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		if os.Getenv(name) != "" {
			proxy = "by " + name // its address may hold a password
		}
	}
	facts = append(facts, presenter.Fact{Name: "proxy", Value: proxy})
	if supported, why := keychain.Supported(); !supported {
		facts = append(facts, presenter.Fact{Name: "keychain", Value: why})
	}
	return facts
}

// diagnose prints what the page of diagnostics copies. It opens no window.
func diagnose(o options, v vendor, out io.Writer) error {
	dirs, err := settings.OpenNamed(v.folder(), o.config)
	if err != nil {
		return err
	}
	secrets := keychain.Open(keychain.Config{Application: v.keychainName()})
	defer secrets.Close()
	keep := newFallback(dirs, nil)
	client, err := auth.New(auth.Config{Store: secrets, Fallback: keep.store(), Dir: dirs.ConfigDir(), Application: v.Name,
		KeychainName: v.keychainName(), Version: v.Version, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	i := inspectionOf(v, dirs)
	i.Auth, i.Providers = client, configured(v, dirs)
	i.Facts = append(i.Facts, presenter.Fact{Name: "providers", Value: strconv.Itoa(len(i.Providers))})
	_, err = fmt.Fprint(out, i.Report(i.Run(ctx, nil)))
	return err
}
