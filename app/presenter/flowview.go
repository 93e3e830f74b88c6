package presenter

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/auth/flow"
)

// FlowView is the tab "How you signed in": the steps of the sign-in that made
// this account's session, with its own values. Secrets are masked in it.
type FlowView struct {
	When     time.Time  `json:"when,omitzero"` // when it began; zero: there is no record
	Provider string     `json:"provider"`
	Issuer   string     `json:"issuer,omitempty"`
	Steps    []FlowStep `json:"steps,omitempty"`
	Selected FlowID     `json:"selected,omitempty"`
	// PKCE is what the person's own values prove; nil: the record is too old.
	PKCE *PKCEView `json:"pkce,omitempty"`
	// CanTry: the two demonstrations are offered. CanSave: so is saving.
	CanTry  bool `json:"can_try,omitempty"`
	CanSave bool `json:"can_save,omitempty"`
	// Trial is shown in place of the steps; nil: there is none.
	Trial *TrialView `json:"trial,omitempty"`
	// Saved says what became of saving the record; nil: nothing was saved.
	Saved *SavedView `json:"saved,omitempty"`
}

// PKCEView is the proof that RFC 7636 asks for, masked: enough is left to see
// that the hash of the code verifier is the challenge that was sent.
type PKCEView struct {
	Code     string `json:"code"`
	Verifier string `json:"verifier"`
	Hash     string `json:"hash"`
	Sent     string `json:"sent"`
	Match    bool   `json:"match"`
	Spec     string `json:"spec"`
}

// FlowID is one of the six steps.
type FlowID string

// The steps in their order.
const (
	FlowRequest  FlowID = "request"  // the program has the sign-in page opened
	FlowSignIn   FlowID = "signin"   // the person signs in and allows
	FlowResponse FlowID = "response" // the code comes back through the browser
	FlowExchange FlowID = "exchange" // code and code verifier are exchanged for tokens
	FlowIdentity FlowID = "identity" // who that is, is checked
	FlowProfile  FlowID = "profile"  // the access token opens the profile
)

// FlowStep is one of the six steps.
type FlowStep struct {
	ID      FlowID        `json:"id"`
	Known   bool          `json:"known"` // it is in the record
	Failed  bool          `json:"failed,omitempty"`
	Problem string        `json:"problem,omitempty"` // stable code, where it failed
	Host    string        `json:"host,omitempty"`    // where it went
	Took    time.Duration `json:"took_ns,omitempty"`
	Sent    []flow.Param  `json:"sent,omitempty"`
	Got     []flow.Param  `json:"got,omitempty"` // what came back
	Checks  []flow.Check  `json:"checks,omitempty"`
	// ToAPI: plain OAuth 2.0. Who that is was asked of an API, not signed.
	ToAPI bool `json:"to_api,omitempty"`
}

// drawnStep says which steps of the record are drawn as one, and which
// parameter of which step holds the address that it went to.
type drawnStep struct {
	id             FlowID
	params, checks []flow.Kind
	where          flow.Kind
	address        string
	got            string // the first parameter that came back; "*": all of them
}

var drawnSteps = []drawnStep{
	{FlowRequest, []flow.Kind{flow.KindRequest}, []flow.Kind{flow.KindMetadata}, flow.KindRequest, "authorization_endpoint", ""},
	{FlowSignIn, nil, nil, flow.KindRequest, "authorization_endpoint", ""},
	{FlowResponse, []flow.Kind{flow.KindAuthorization}, []flow.Kind{flow.KindAuthorization}, flow.KindListen, "redirect_uri", "*"},
	{FlowExchange, []flow.Kind{flow.KindToken}, []flow.Kind{flow.KindToken}, flow.KindToken, "token_endpoint", "access_token"},
	{FlowIdentity, []flow.Kind{flow.KindIdentity}, []flow.Kind{flow.KindIdentity}, flow.KindIdentity, "user_endpoint", "*"},
	{FlowProfile, []flow.Kind{flow.KindProfile}, []flow.Kind{flow.KindProfile}, flow.KindProfile, "userinfo_endpoint", "userinfo_status"},
}

// flowView draws a record. The record is a file that anybody may have changed:
// what is missing in it is missing here.
func flowView(f flow.Flow, selected FlowID) FlowView {
	v := FlowView{Provider: fit(f.Provider), Issuer: fit(f.Issuer), Selected: selected}
	if len(f.Steps) == 0 {
		return v
	}
	v.When = f.Started
	for _, s := range drawnSteps {
		v.Steps = append(v.Steps, s.draw(f.Steps).fit())
	}
	v.PKCE = pkceOf(f.Steps)
	if !slices.ContainsFunc(v.Steps, func(s FlowStep) bool { return s.ID == selected }) {
		v.Selected = FlowExchange
		if i := slices.IndexFunc(v.Steps, func(s FlowStep) bool { return s.Failed }); i >= 0 {
			v.Selected = v.Steps[i].ID // what a person wants to know of it
		}
	}
	return v
}

// draw makes one step out of those of the record that belong to it.
func (s drawnStep) draw(record []flow.Step) FlowStep {
	step := FlowStep{ID: s.id}
	var params []flow.Param
	for _, x := range record {
		if slices.Contains(s.params, x.Kind) {
			step.Known = true
			step.Took += x.Took
			params = append(params, x.Params...)
			step.ToAPI = s.id == FlowIdentity && x.To == flow.RoleResourceServer
		}
		if slices.Contains(s.checks, x.Kind) {
			step.Checks = append(step.Checks, x.Checks...)
		}
		if (slices.Contains(s.params, x.Kind) || slices.Contains(s.checks, x.Kind)) && x.Status == flow.StatusFailed {
			step.Failed, step.Problem = true, x.Problem
		}
		if x.Kind == s.where && step.Host == "" {
			step.Host = hostOfParam(x.Params, s.address)
		}
		if s.id == FlowSignIn && x.Kind == flow.KindAuthorization {
			step.Known, step.Took = true, x.Took // the same wait as for the response, which is what it waited for
		}
	}
	if s.id == FlowResponse {
		step.Took = 0
	}
	step.Sent, step.Got = s.split(params)
	if step.ToAPI {
		step.Sent, step.Got = params, nil // the ID token came; an API is asked
	}
	return step
}

// fit makes text from a file fit to be shown.
func fit(s string) string { return flow.Public("", s).Value }

// fit is fit for all texts of a step.
func (s FlowStep) fit() FlowStep {
	params := func(list []flow.Param) (out []flow.Param) {
		for _, p := range list {
			out = append(out, flow.Param{Name: fit(p.Name), Value: fit(p.Value), Secret: p.Secret})
		}
		return out
	}
	s.Host, s.Problem, s.Sent, s.Got = fit(s.Host), fit(s.Problem), params(s.Sent), params(s.Got)
	checks := make([]flow.Check, 0, len(s.Checks))
	for _, c := range s.Checks {
		checks = append(checks, flow.Check{Name: fit(c.Name), Verdict: c.Verdict, Spec: fit(c.Spec), Expected: fit(c.Expected), Got: fit(c.Got)})
	}
	s.Checks = checks
	return s
}

// split tells what was sent from what came back.
func (s drawnStep) split(params []flow.Param) (sent, got []flow.Param) {
	if s.got == "*" {
		return nil, params
	}
	if i := slices.IndexFunc(params, func(p flow.Param) bool { return s.got != "" && p.Name == s.got }); i >= 0 {
		return params[:i:i], params[i:]
	}
	return params, nil
}

// pkceOf finds the two halves of PKCE in a record.
func pkceOf(record []flow.Step) *PKCEView {
	for _, x := range record {
		for _, c := range x.Checks {
			if x.Kind != flow.KindToken || c.Name != "code_challenge" {
				continue
			}
			v := &PKCEView{Sent: fit(c.Expected), Hash: fit(c.Got), Match: c.Verdict == flow.Passed, Spec: fit(c.Spec)}
			for _, p := range x.Params {
				switch p.Name {
				case "code":
					v.Code = fit(p.Value)
				case "code_verifier":
					v.Verifier = fit(p.Value)
				}
			}
			return v
		}
	}
	return nil
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
		p.showFlow()
	})
}

// flowNow is the tab as it is to be shown; nil: not looked at yet.
func (p *Presenter) flowNow() *FlowView {
	if p.record == nil {
		return nil
	}
	view := flowView(*p.record, p.chosen)
	view.CanTry, view.CanSave = p.config.Trials != nil, p.config.Exporter != nil
	view.Trial, view.Saved = p.trial.view(), p.saved
	return &view
}

func (p *Presenter) showFlow() {
	if p.record != nil && p.state.Screen == ScreenProfile {
		p.show(func(s *State) { s.Profile.Flow = p.flowNow() })
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
		p.onSession(session, func() {
			p.record = &record
			p.showFlow()
		})
	})
}
