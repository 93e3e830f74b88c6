package mockprovider

import (
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/stage"
)

// menuGroup is a part of the login page's menu of faults.
type menuGroup struct {
	Title string
	Rows  []fault.Row
}

// menuTitles are the stages' names for people, in the menu's order.
var menuTitles = []struct {
	stage stage.Stage
	title string
}{
	{StageRedirect, "The way back to the program"}, {StageTransport, "The connection, and whole answers"}, {StageWire, "How answers are sent"},
	{StageTokenRequest, "What the provider overlooks"}, {StageToken, "Token response"}, {StageIDTokenHeader, "ID token: header"},
	{StageIDTokenClaims, "ID token: claims"}, {StageIDTokenCompact, "ID token: signature"}, {StageUserinfo, "Userinfo"}, {StagePeople, "People API"},
	{StageUserAPI, "User API"},
}

// faultMenu lists the faults that can be limited to one sign-in.
func faultMenu() []menuGroup {
	var out []menuGroup
	for _, t := range menuTitles {
		g := menuGroup{Title: t.title}
		for _, r := range fault.Rows() {
			if r.Stage == t.stage && r.InSignIn() {
				g.Rows = append(g.Rows, r)
			}
		}
		if len(g.Rows) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// chosenFault is a fault of one sign-in, as its login page lists it.
type chosenFault struct{ Name, Params, About string }

// chosenFaults returns what was chosen for a sign-in so far.
func (p *Provider) chosenFaults(signIn string) []chosenFault {
	var out []chosenFault
	for _, a := range p.Faults() {
		if signIn == "" || a.Spec.Match.SignIn != signIn {
			continue
		}
		row, err := fault.ByName(a.Spec.Name)
		if err != nil {
			continue
		}
		a.Spec.Match.SignIn = "" // said by the page already
		out = append(out, chosenFault{a.Spec.Name, a.Spec.String()[len(a.Spec.Name):], row.About})
	}
	return out
}

// serveMisbehave takes the choice of the login page's menu: from now on this
// sign-in, and no other, meets the fault.
func (p *Provider) serveMisbehave(x *exchange, i *interaction, form params) {
	text := form.get("fault")
	if more := form.get("params"); more != "" {
		text += ":" + more
	}
	s, err := fault.ParseFlag(text)
	if err == nil {
		s.Match.SignIn = i.request.signIn
		_, err = p.faults.Add(s)
	}
	id := p.addInteraction(i)
	if err != nil {
		x.refused(refuse("invalid_request", "%v", err).at("misbehave", ""))
		p.loginPage(x, i, id, err.Error())
		return
	}
	p.goTo(x, loginPath+"?i="+id)
}
