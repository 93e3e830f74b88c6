package screens

import (
	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// formField is a field below its label, and below it a hint and what is wrong.
type formField struct {
	object *fyne.Container
	field  *widgets.Field
	wrong  *widgets.Text
}

func newFormField(key, hint, example string, changed func(), submitted func()) formField {
	f := formField{field: widgets.NewField(Word(key), example, func(string) { submitted() }), wrong: newWrong()}
	f.field.OnChanged = func(string) { changed() }
	slots := []widgets.Slot{
		{Object: plainText(theme.SizeSmall, theme.ColorQuiet, Word(key))},
		{Object: f.field, Before: 4},
	}
	if hint != "" {
		slots = append(slots, widgets.Slot{Object: plainText(theme.SizeSmall, theme.ColorQuiet, Word(hint)), Before: 4})
	}
	f.object = widgets.Column(append(slots, widgets.Slot{Object: f.wrong, Before: 4})...)
	return f
}

func newWrong() *widgets.Text {
	t := plainText(theme.SizeSmall, theme.ColorWarning, "")
	t.Hide()
	return t
}

// providerForm is the fields of a new provider. They are set only when the
// program fills them in, so that nothing changes under whoever types.
type providerForm struct {
	name, issuer, tenant, client, scopes formField
	secret                               *widgets.Secret
	secretHint, secretWrong              *widgets.Text
	secretRow                            *fyne.Container

	preset  presenter.Preset
	fill    int
	filling bool
}

func newProviderForm(edit func(presenter.ProviderDraft), submit func()) *providerForm {
	f := &providerForm{fill: -1}
	changed := func() {
		if !f.filling {
			edit(f.draft())
		}
	}
	f.name = newFormField("provider.field.name", "provider.hint.name", "", changed, submit)
	f.issuer = newFormField("provider.field.issuer", "", "https://id.example.com", changed, submit)
	f.tenant = newFormField("provider.field.tenant", "provider.hint.tenant", "common", changed, submit)
	f.client = newFormField("provider.field.client", "provider.hint.client", "", changed, submit)
	f.scopes = newFormField("provider.field.scopes", "", "openid email profile", changed, submit)
	f.secret = widgets.NewSecret(Word("provider.field.secret"))
	f.secret.OnEnter = submit
	f.secret.SetPlaceHolder("")
	f.secretHint, f.secretWrong = plainText(theme.SizeSmall, theme.ColorQuiet, ""), newWrong()
	f.secretRow = widgets.Column(
		widgets.Slot{Object: plainText(theme.SizeSmall, theme.ColorQuiet, Word("provider.field.secret"))},
		widgets.Slot{Object: f.secret, Before: 4},
		widgets.Slot{Object: f.secretHint, Before: 4},
		widgets.Slot{Object: f.secretWrong, Before: 4},
	)
	return f
}

func (f *providerForm) fields() []formField {
	return []formField{f.name, f.issuer, f.tenant, f.client, f.scopes}
}

// draft is what is typed.
func (f *providerForm) draft() presenter.ProviderDraft {
	return presenter.ProviderDraft{Preset: f.preset, Name: f.name.field.Text, Issuer: f.issuer.field.Text, Tenant: f.tenant.field.Text,
		ClientID: f.client.field.Text, Scopes: f.scopes.field.Text}
}

func (f *providerForm) update(v presenter.NewProviderView) {
	d := v.Draft
	if f.fill != v.Fill {
		f.filling = true
		for i, text := range []string{d.Name, d.Issuer, d.Tenant, d.ClientID, d.Scopes} {
			f.fields()[i].field.SetText(text)
		}
		if v.Saved != nil || v.Held != "" {
			f.forget()
		}
		f.filling = false
		f.fill = v.Fill
	}
	f.preset = d.Preset
	for field, o := range map[presenter.DraftField]fyne.CanvasObject{
		presenter.DraftName: f.name.object, presenter.DraftIssuer: f.issuer.object, presenter.DraftTenant: f.tenant.object,
		presenter.DraftSecret: f.secretRow,
	} {
		setVisible(o, d.Preset.Has(field))
	}
	switch {
	case v.Held != "":
		f.secretHint.Set(wordWith("provider.hint.secret.held", values{"File": v.Held}), fyne.TextStyle{})
	case d.Preset.NeedsSecret():
		f.secretHint.Set(Word("provider.hint.secret.needed"), fyne.TextStyle{})
	default:
		f.secretHint.Set(Word("provider.hint.secret"), fyne.TextStyle{})
	}
}

// setWrong says below one of the fields what is wrong with it, and returns that
// field; nil: nothing is.
func (f *providerForm) setWrong(what presenter.DraftField) (found fyne.Focusable) {
	for _, x := range []struct {
		id    presenter.DraftField
		field fyne.Focusable
		text  *widgets.Text
	}{
		{presenter.DraftName, f.name.field, f.name.wrong}, {presenter.DraftIssuer, f.issuer.field, f.issuer.wrong},
		{presenter.DraftTenant, f.tenant.field, f.tenant.wrong}, {presenter.DraftClientID, f.client.field, f.client.wrong},
		{presenter.DraftSecret, f.secret, f.secretWrong}, {presenter.DraftScopes, f.scopes.field, f.scopes.wrong},
	} {
		setVisible(x.text, x.id == what)
		if x.id == what {
			x.text.Set(Word("provider.wrong."+string(what)), fyne.TextStyle{})
			found = x.field
		}
	}
	return found
}

// forget empties the field for the secret.
func (f *providerForm) forget() {
	if f.secret.Text() != "" {
		f.secret.SetText("")
	}
}

func (f *providerForm) reveal(page *widgets.Page) {
	for _, x := range f.fields() {
		x.field.OnFocus = func(w *widgets.Field) { page.Reveal(w) }
	}
	f.secret.OnFocus = func() { page.Reveal(f.secret) }
}

func (f *providerForm) focusable() []fyne.Focusable {
	var out []fyne.Focusable
	for _, x := range f.fields() {
		out = append(out, x.field)
	}
	return append(out, f.secret)
}
