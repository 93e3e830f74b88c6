package presenter

import (
	"strings"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

// ImportClient implements Actions. The client is shown before it is saved; the
// file is not needed any more then.
func (p *Presenter) ImportClient(path string) {
	p.post(func() {
		if p.attempt != nil || p.leaving {
			return
		}
		if p.openPage(PageProvider); p.pages.open != PageProvider {
			return // a question is open
		}
		p.work(func() {
			client, err := settings.ReadGoogleClient(path)
			p.post(func() { p.imported(path, client, err) })
		})
	})
}

func (p *Presenter) imported(path string, client settings.GoogleClient, err error) {
	v := &p.pages.newProvider
	v.Saved, v.Wrong, v.Problem = nil, "", nil
	if err != nil {
		v.Problem = problemView(err)
		p.show(func(*State) {})
		return
	}
	d := v.Draft
	before := d.Preset
	d.Preset, d.ClientID = PresetGoogle, client.ID
	p.enter.secret, v.Held = client.Secret, baseName(path)
	p.fill(turned(d, before))
	p.checkIssuer(0)
	p.show(func(*State) {})
}

// baseName is the last part of a path of any system, fit to be shown.
func baseName(path string) string {
	return auth.CleanText(path[strings.LastIndexAny(path, `/\`)+1:], 100)
}
