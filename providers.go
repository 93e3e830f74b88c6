package main

import (
	"log/slog"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

// builtIn are the providers that the vendor has built in.
func (v vendor) builtIn() []auth.Provider {
	if v.googleID == "" {
		return nil
	}
	return []auth.Provider{auth.Google(v.googleID, v.googleSecret)}
}

// configured are the providers besides the demo's.
func configured(v vendor, dirs *settings.Settings) []auth.Provider {
	file, _ := dirs.Providers()
	return settings.Merge(v.builtIn(), file)
}

// chooseProviders are those built in, those of providers.toml, or the demo. A
// broken providers.toml is shown in the window, and what is built in works.
func chooseProviders(o options, v vendor, dirs *settings.Settings, log *slog.Logger) (_ []auth.Provider, d *demo, problem, err error) {
	file, problem := dirs.Providers()
	providers := settings.Merge(v.builtIn(), file)
	if len(providers) > 0 && !o.demo && !dirs.Preferences().Demo {
		return providers, nil, problem, nil
	}
	if d, err = startDemo(dirs.DemoStatePath(), log); err != nil {
		return nil, nil, problem, err
	}
	return []auth.Provider{d.provider()}, d, problem, nil
}
