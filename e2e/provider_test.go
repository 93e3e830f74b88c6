package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// typed are the keys that a text is made of, as xdotool names them.
func typed(text string) []string {
	names := map[rune]string{'.': "period", ':': "colon", '/': "slash", '-': "minus", '_': "underscore", ' ': "space"}
	var keys []string
	for _, r := range text {
		key, ok := names[r]
		if !ok {
			key = string(r)
		}
		keys = append(keys, key)
	}
	return keys
}

// TestAnotherProvider: a person who has no mouse enters a provider in the real
// window, sees it checked, and is on the way to it without a restart.
func TestAnotherProvider(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	provider, err := s.StartProvider(ctx)
	try(t, "the provider", err)
	config := filepath.Join(s.Config, "providers.toml")
	try(t, "no configuration", os.WriteFile(config, []byte("# mine\n"), 0o644))
	program, err := s.StartProgram(ctx)
	try(t, "start", err)
	_, err = program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "the first screen", err)
	k := keyboard{t, program}

	// The Tab key goes: the ribbon's button, the demo, another provider.
	k.see(ctx, "the page", func(st presenter.State) bool { return st.Page == presenter.PageProvider }, "Tab", "Tab", "Tab", "Return")
	// Then: the ribbon's button, Back, the five kinds, name, issuer.
	host := strings.TrimPrefix(provider.Issuer, "http://")
	keys := append(times(8, "Tab", typed("lab")...), append([]string{"Tab"}, typed(host)...)...)
	st := k.see(ctx, "the check", func(st presenter.State) bool {
		return st.NewProvider != nil && st.NewProvider.Check != nil && st.NewProvider.Check.State == presenter.CheckGood
	}, keys...)
	if c := st.NewProvider.Check; c.Issuer != provider.Issuer || c.Host != host {
		t.Errorf("checked is %+v", c)
	}
	keys = append(append([]string{"Tab"}, typed(provider.ClientID)...), append(append([]string{"Tab"}, typed(provider.ClientSecret)...), "Return")...)
	k.see(ctx, "it is added", func(st presenter.State) bool { return st.NewProvider != nil && st.NewProvider.Saved != nil }, keys...)
	k.see(ctx, "the browser", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenWaiting && st.Waiting.Host == host && !st.Demo
	}, "Return")

	text, err := os.ReadFile(config)
	try(t, "providers.toml", err)
	if got := string(text); !strings.HasPrefix(got, "# mine\n") || !strings.Contains(got, provider.Issuer) || !strings.Contains(got, provider.ClientSecret) {
		t.Errorf("providers.toml is\n%s", got)
	}
	if info, err := os.Stat(config); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it has the rights %v, %v", info.Mode(), err)
	}
	if trace, err := program.Trace(); err != nil || strings.Contains(trace, provider.ClientSecret) {
		t.Errorf("the client secret is in a State, or there is none: %v", err)
	}
	k.see(ctx, "back", onScreen(presenter.ScreenSignIn), "Escape")
	try(t, "quit", program.Quit(ctx))
}
