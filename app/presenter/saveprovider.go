package presenter

import (
	"errors"
	"slices"
	"strings"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

var errNoFile = errors.New("this window was given no file for providers")

// SaveProvider implements Actions. A check that is under way is waited for.
func (p *Presenter) SaveProvider(secret string) {
	p.post(func() {
		v := &p.pages.newProvider
		if v.Saving || p.pages.open != PageProvider {
			return
		}
		v.Saved, v.Wrong, v.Problem = nil, "", nil
		typed := p.enter.secret
		if secret != "" {
			typed = auth.NewSecret(secret)
		}
		if v.Wrong = missing(v.Draft, typed); v.Wrong == "" {
			v.Saving = true
			p.saveOnceChecked(typed)
		}
		p.show(func(*State) {})
	})
}

// missing is the first field that has to be filled in.
func missing(d ProviderDraft, secret auth.Secret) DraftField {
	scopes := strings.Fields(d.Scopes)
	switch {
	case d.Preset.Has(DraftName) && auth.CleanText(d.Name, maxName) == "":
		return DraftName
	case d.Preset.Has(DraftIssuer) && strings.TrimSpace(d.Issuer) == "":
		return DraftIssuer
	case strings.TrimSpace(d.ClientID) == "":
		return DraftClientID
	case d.Preset.NeedsSecret() && secret.IsZero():
		return DraftSecret
	case d.Preset != PresetGitHub && len(scopes) > 0 && !slices.Contains(scopes, "openid"):
		return DraftScopes
	}
	return ""
}

func (p *Presenter) saveOnceChecked(secret auth.Secret) {
	v := &p.pages.newProvider
	switch {
	case !v.Draft.Preset.checked():
		p.saveProvider(secret)
	case v.Check == nil:
		p.checkIssuer(0)
		p.enter.save = func() { p.saveOnceChecked(secret) }
	case v.Check.State == CheckRunning:
		p.enter.save = func() { p.saveOnceChecked(secret) }
	case v.Check.State == CheckWrong && !v.Check.Passing:
		v.Saving, v.Wrong = false, DraftIssuer
		if v.Draft.Preset.Has(DraftTenant) {
			v.Wrong = DraftTenant
		}
	default:
		p.saveProvider(secret)
	}
}

func (p *Presenter) saveProvider(secret auth.Secret) {
	n, err := entry(p.pages.newProvider.Draft, secret)
	if err != nil {
		p.savedProvider(auth.Provider{}, err)
		return
	}
	var taken []string
	for _, other := range p.config.Providers {
		taken = append(taken, other.ID)
	}
	p.work(func() {
		provider, err := addProvider(p.config.ProviderFile, n, taken)
		p.post(func() { p.savedProvider(provider, err) })
	})
}

func addProvider(file ProviderFile, n settings.NewProvider, taken []string) (auth.Provider, error) {
	if file == nil {
		return auth.Provider{}, errNoFile
	}
	return file.AddProvider(n, taken...)
}

// savedProvider offers the new provider at once, or says why there is none.
func (p *Presenter) savedProvider(provider auth.Provider, err error) {
	v := &p.pages.newProvider
	v.Saving = false
	if err != nil {
		v.Problem = problemView(err)
		p.show(func(*State) {})
		return
	}
	p.enter.secret, v.Held = auth.Secret{}, ""
	preset := v.Draft.Preset
	p.fill(ProviderDraft{Preset: preset, Scopes: preset.scopes()})
	v.Check = nil
	p.offer(provider)
	button := p.button(provider)
	v.Saved, v.Added = &button, p.added()
	p.showProviders()
}

// offer puts a provider on the sign-in screen. Whoever has a real one needs the
// demo no more, unless they chose it or are signed in there.
func (p *Presenter) offer(provider auth.Provider) {
	list := slices.Clone(p.config.Providers)
	if p.config.Demo && !p.config.CanDemo && p.session == nil && p.attempt == nil {
		list, p.config.Demo = nil, false
	}
	p.config.Providers = append(list, provider)
}

// showProviders draws the sign-in screen's buttons anew.
func (p *Presenter) showProviders() {
	p.show(func(s *State) {
		if s.Screen == ScreenSignIn {
			s.SignIn.Providers = p.buttons()
		}
	})
}

// added lists what can be removed.
func (p *Presenter) added() []AddedProvider {
	if p.config.ProviderFile == nil {
		return nil
	}
	accounts, _ := p.config.Auth.Accounts()
	var out []AddedProvider
	for _, id := range p.config.ProviderFile.Added() {
		for _, provider := range p.config.Providers {
			if provider.ID == id {
				used := slices.ContainsFunc(accounts, func(a auth.Account) bool { return a.ProviderID == id && provider.Holds(a) })
				out = append(out, AddedProvider{ID: id, Name: provider.Name, Host: provider.Host(), Used: used})
			}
		}
	}
	return out
}

// RemoveProvider implements Actions.
func (p *Presenter) RemoveProvider(id string) {
	p.post(func() {
		i := slices.IndexFunc(p.pages.newProvider.Added, func(a AddedProvider) bool { return a.ID == id && !a.Used })
		if i < 0 || p.state.Confirm != nil {
			return
		}
		asked := p.pages.newProvider.Added[i]
		p.answer = func(yes bool) {
			if yes {
				p.removeProvider(id)
			}
		}
		p.show(func(s *State) {
			s.Confirm = &ConfirmView{Kind: ConfirmRemoveProvider, Old: asked.Host, Provider: asked.Name}
		})
	})
}

func (p *Presenter) removeProvider(id string) {
	file := p.config.ProviderFile
	p.work(func() {
		err := file.RemoveProvider(id)
		p.post(func() {
			v := &p.pages.newProvider
			v.Saved, v.Problem = nil, problemView(err)
			if err == nil {
				p.config.Providers = slices.DeleteFunc(slices.Clone(p.config.Providers), func(o auth.Provider) bool { return o.ID == id })
			}
			v.Added = p.added()
			p.showProviders()
		})
	})
}

// button is a provider on the sign-in screen. A name may say anything, so the
// host is shown beside each that is not what its name says; the program's own
// demo has its ribbon.
func (p *Presenter) button(provider auth.Provider) ProviderButton {
	known := p.known(provider)
	return ProviderButton{ID: provider.ID, Name: provider.Name, Host: p.unknownHost(provider), Google: provider.Google && known}
}

func (p *Presenter) known(provider auth.Provider) bool {
	return provider.Genuine() || p.config.Demo && auth.IsLoopbackURL(provider.Issuer)
}

// unknownHost is the host of a provider whose name proves nothing, else "".
func (p *Presenter) unknownHost(provider auth.Provider) string {
	if p.known(provider) {
		return ""
	}
	return provider.Host()
}

// label is what a provider is called in a sentence: its name, and its host where
// the name proves nothing.
func (p *Presenter) label(provider auth.Provider) string {
	if host := p.unknownHost(provider); host != "" {
		return provider.Name + " (" + host + ")"
	}
	return provider.Name
}
