package presenter

import (
	"strconv"
	"strings"
	"time"
)

// Diagram is a sequence diagram: what the window draws, and what is saved. Its
// words are keys of the translations.
type Diagram struct {
	Lanes    []string // keys
	Messages []Message
	Selected string
}

// Message is one arrow of a Diagram.
type Message struct {
	Key      string // of the step or try that it belongs to; several may share one
	From, To int    // lanes; the same: something that a party does by itself
	Label    Phrase // above the line; may be empty
	Note     Phrase // below it; may be empty
	Aside    Phrase // beside the first lane; may be empty. It marks where the code can be stolen
	Took     time.Duration
	Failed   bool // something went wrong, or a thief got in
	Stopped  bool // an attack that was refused
}

// Phrase is a key of the translations and what fills its placeholders.
type Phrase struct {
	Key    string
	Values map[string]string
}

func say(key string, values ...string) Phrase {
	p := Phrase{Key: key}
	for i := 0; i+1 < len(values); i += 2 {
		if p.Values == nil {
			p.Values = map[string]string{}
		}
		p.Values[values[i]] = values[i+1]
	}
	return p
}

// The lanes of a sign-in: the four roles of RFC 6749 §1.1.
const (
	laneUser = iota
	laneClient
	laneServer
	laneResources
)

// Diagram draws the demonstration that is shown, else the sign-in.
func (v FlowView) Diagram() Diagram {
	if v.Trial != nil {
		return v.Trial.diagram()
	}
	d := Diagram{Lanes: []string{"flow.lane.user", "flow.lane.client", "flow.lane.server", "flow.lane.resources"}, Selected: string(v.Selected)}
	for _, s := range v.Steps {
		d.Messages = append(d.Messages, s.messages()...)
	}
	return d
}

// messages are the arrows of a step. The code takes two: it comes back through
// the browser, which is where it could be stolen.
func (s FlowStep) messages() []Message {
	m := Message{Key: string(s.ID), Failed: s.Failed, Label: say("flow." + string(s.ID) + ".label")}
	switch s.ID {
	case FlowRequest:
		m.From, m.To, m.Note = laneClient, laneUser, say("flow.request.note")
	case FlowSignIn:
		m.From, m.To, m.Note = laneUser, laneServer, say("flow.signin.note")
	case FlowResponse:
		m.From, m.To = laneServer, laneUser
		last := Message{Key: m.Key, Failed: s.Failed, From: laneUser, To: laneClient, Aside: say("flow.response.thief"),
			Note: s.note(say("flow.response.note", "Host", s.Host))}
		return []Message{m, last}
	case FlowExchange:
		m.From, m.To, m.Note, m.Took = laneClient, laneServer, say("flow.exchange.note"), s.Took
	case FlowIdentity:
		m.From, m.To, m.Took = laneClient, laneClient, s.Took
		m.Note = say("flow.identity.note", "N", strconv.Itoa(len(s.Checks)))
		if s.ToAPI {
			m.To, m.Label, m.Note = laneResources, say("flow.identity.label.api"), say("flow.identity.note.api")
		}
	case FlowProfile:
		m.From, m.To, m.Note, m.Took = laneClient, laneResources, say("flow.profile.note"), s.Took
	}
	m.Note = s.note(m.Note)
	return []Message{m}
}

// note is what is said below an arrow, unless something is amiss.
func (s FlowStep) note(well Phrase) Phrase {
	switch {
	case !s.Known:
		return say("flow.missing")
	case s.Failed:
		return say("flow.failed")
	}
	return well
}

// diagram draws the tries, each as an arrow that arrives or is stopped.
func (v TrialView) diagram() Diagram {
	d := Diagram{Selected: v.Selected, Lanes: []string{"flow.lane.user", "flow.lane.thief", "flow.lane.server", "flow.lane.bare"}}
	if v.Kind == TrialCallback {
		d.Lanes = []string{"flow.lane.user", "flow.lane.client", "flow.lane.forger"}
	}
	for _, t := range v.Tries {
		d.Messages = append(d.Messages, t.message(v.Kind))
	}
	return d
}

func (t Try) message(kind TrialKind) Message {
	m := Message{Key: t.ID, Label: say("flow.try." + t.ID + ".label"), Took: t.Took, Stopped: t.Outcome == TryRefused && !t.Honest,
		Failed: t.Outcome == TryTaken && !t.Honest || t.Outcome == TryUnclear || t.Outcome == TryRefused && t.Honest}
	m.Note = say(t.noteKey(), "Answer", t.Answer())
	switch {
	case kind == TrialCallback && (t.Honest || t.Outcome == TryReady):
		m.From, m.To = 0, 1
	case kind == TrialCallback:
		m.From, m.To = 2, 1
	case t.Outcome == TryReady:
		m.From, m.To, m.Aside = 2, 0, say("flow.response.thief")
	case t.ID == TryBare:
		m.From, m.To = 1, 3
	default:
		m.From, m.To = 1, 2
	}
	return m
}

// noteKey is "" where there is no answer yet.
func (t Try) noteKey() string {
	switch {
	case t.Outcome == TryReady:
		return ""
	case t.Outcome == TryTaken && t.Honest:
		return "flow.try.note.right"
	case t.Outcome == TryTaken:
		return "flow.try.note.taken"
	case t.Outcome == TryRefused:
		return "flow.try.note.refused"
	}
	return "flow.try.note.unclear"
}

// Answer is the reply in short: its status, and its error where it has one.
func (t Try) Answer() string {
	words := []string{strconv.Itoa(t.Status)}
	for _, p := range t.Got {
		if p.Name == "error" {
			words = append(words, p.Value)
		}
	}
	return strings.Join(words, " ")
}
