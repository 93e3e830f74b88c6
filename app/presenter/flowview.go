package presenter

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/auth/flow"
)

// FlowView is the tab "How you signed in": the five steps of the sign-in that
// made this account's session, with its own values. Secrets are masked in it.
type FlowView struct {
	When     time.Time  `json:"when,omitzero"` // when it began; zero: there is no record
	Provider string     `json:"provider"`
	Steps    []FlowStep `json:"steps,omitempty"`
	Selected FlowID     `json:"selected,omitempty"`
}

// FlowID is one of the five steps.
type FlowID string

// The steps in their order.
const (
	FlowRequest  FlowID = "request"  // the program has the sign-in page opened
	FlowSignIn   FlowID = "signin"   // the person signs in and allows
	FlowResponse FlowID = "response" // the code comes back through the browser
	FlowExchange FlowID = "exchange" // code and code verifier are exchanged for tokens
	FlowProfile  FlowID = "profile"  // the access token opens the profile
)

// FlowStep is one of the five steps.
type FlowStep struct {
	ID     FlowID        `json:"id"`
	Known  bool          `json:"known"` // it is in the record
	Failed bool          `json:"failed,omitempty"`
	Host   string        `json:"host,omitempty"` // where it went
	Took   time.Duration `json:"took_ns,omitempty"`
	Params []flow.Param  `json:"params,omitempty"`
	Checks []flow.Check  `json:"checks,omitempty"`
}

// drawnStep says which steps of the record are drawn as one, and which
// parameter of which step holds the address that it went to.
type drawnStep struct {
	id             FlowID
	params, checks []flow.Kind
	where          flow.Kind
	address        string
}

var drawnSteps = []drawnStep{
	{FlowRequest, []flow.Kind{flow.KindRequest}, []flow.Kind{flow.KindMetadata}, flow.KindRequest, "authorization_endpoint"},
	{FlowSignIn, nil, nil, flow.KindRequest, "authorization_endpoint"},
	{FlowResponse, []flow.Kind{flow.KindAuthorization}, []flow.Kind{flow.KindAuthorization}, flow.KindListen, "redirect_uri"},
	{FlowExchange, []flow.Kind{flow.KindToken}, []flow.Kind{flow.KindToken, flow.KindIdentity}, flow.KindToken, "token_endpoint"},
	{FlowProfile, []flow.Kind{flow.KindProfile}, []flow.Kind{flow.KindProfile}, flow.KindProfile, "userinfo_endpoint"},
}

// flowView draws a record. The record is a file that anybody may have changed:
// what is missing in it is missing here.
func flowView(f flow.Flow, selected FlowID) FlowView {
	v := FlowView{Provider: f.Provider, Selected: selected}
	if len(f.Steps) == 0 {
		return v
	}
	v.When = f.Started
	for _, s := range drawnSteps {
		step := FlowStep{ID: s.id}
		for _, x := range f.Steps {
			if slices.Contains(s.params, x.Kind) {
				step.Known = true
				step.Took += x.Took
				step.Failed = step.Failed || x.Status == flow.StatusFailed
				step.Params = append(step.Params, x.Params...)
			}
			if slices.Contains(s.checks, x.Kind) {
				step.Checks = append(step.Checks, x.Checks...)
			}
			if x.Kind == s.where && step.Host == "" {
				step.Host = hostOfParam(x.Params, s.address)
			}
		}
		if s.id == FlowSignIn { // the same wait as for the response, which is what it waited for
			for _, x := range f.Steps {
				if x.Kind == flow.KindAuthorization {
					step.Known, step.Took = true, x.Took
				}
			}
		}
		if s.id == FlowResponse {
			step.Took = 0
		}
		v.Steps = append(v.Steps, step)
	}
	if !slices.ContainsFunc(v.Steps, func(s FlowStep) bool { return s.ID == selected }) {
		v.Selected = FlowExchange
	}
	return v
}

// hostOfParam is the host, with its port, of an address among params.
func hostOfParam(params []flow.Param, name string) string {
	for _, p := range params {
		if p.Name == name {
			if u, err := url.Parse(p.Value); err == nil && u.Host != "" {
				return u.Host
			}
			host, _, _ := strings.Cut(p.Value, "/")
			return host
		}
	}
	return ""
}

// ShowStep implements Actions.
func (p *Presenter) ShowStep(id FlowID) {
	p.post(func() {
		p.chosen = id
		if p.record != nil {
			view := *p.record
			view.Selected = id
			p.showFlow(view)
		}
	})
}

func (p *Presenter) showFlow(view FlowView) {
	p.record = &view
	if p.state.Screen == ScreenProfile {
		p.show(func(s *State) { s.Profile.Flow = p.record })
	}
}

// lookAtFlow draws the record of the sign-in: the one of this start, or the one
// that was stored with the account.
func (p *Presenter) lookAtFlow() {
	session := p.session
	if session == nil || p.tab != TabFlow {
		return
	}
	account := *p.account
	p.work(func() {
		record := session.Recorder().Flow()
		if len(record.Steps) == 0 {
			var err error
			if record, err = p.config.Auth.Flow(account); err != nil {
				p.config.Logger.Warn("reading the record of a sign-in", "error", err.Error())
			}
		}
		p.onSession(session, func() { p.showFlow(flowView(record, p.chosen)) })
	})
}

// FlowActions are what a person can do with the record, besides choosing a step.
type FlowActions interface{}
