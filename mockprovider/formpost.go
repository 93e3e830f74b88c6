package mockprovider

import "net/http"

// formPost answers with a page that posts the authorization response to the
// client (OAuth 2.0 Form Post Response Mode). Its one script sends the form at
// once; without scripts the button does.
func (p *Provider) formPost(x *exchange, e *Event) {
	status := e.Status
	if status == http.StatusSeeOther || status == 0 {
		status = http.StatusOK
	}
	v := view{Title: "post.page", Path: e.Text, Fields: e.Params.All(), Nonce: randomString(18)}
	if c, ok := p.client(x.entry.ClientID); ok {
		v.Client = clientName(c)
	}
	p.page(x, status, "form_post.html", v, e.Text)
}
