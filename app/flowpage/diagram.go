package flowpage

import (
	"strconv"
	"time"

	"app.latchkey/app/presenter"
)

// The measures of the drawing, in its own units.
const (
	drawingWidth = 640
	firstLane    = 112
	lastLane     = 580
	headHeight   = 36
	rowHeight    = 52
	loopWidth    = 28
)

// drawing is a sequence diagram with all its places worked out: the template
// only writes them down.
type drawing struct {
	Width, Height int
	Bottom        int // of the lanes
	Lanes         []lane
	Arrows        []arrow
}

type lane struct {
	X    int
	Name string
}

type arrow struct {
	Y           int
	From, To    int // where it begins and ends
	Loop        bool
	Right       bool // it goes to the right
	TextX       int
	LabelY      int
	NoteY       int
	Begin       bool // its texts begin at TextX, else their middle is there
	Label, Note string
	Aside       string
	AsideY      int // where Aside begins
	LaneX       int // of the lane that Aside marks
	Failed      bool
}

// draw works out where everything goes.
func draw(d presenter.Diagram, w words) drawing {
	at := func(i int) int { return firstLane + i*(lastLane-firstLane)/max(1, len(d.Lanes)-1) }
	out := drawing{Width: drawingWidth, Height: headHeight + len(d.Messages)*rowHeight + 12, Bottom: headHeight + len(d.Messages)*rowHeight + 8}
	for i, key := range d.Lanes {
		out.Lanes = append(out.Lanes, lane{at(i), w.say(key, nil)})
	}
	for i, m := range d.Messages {
		y := headHeight + i*rowHeight + 24
		a := arrow{Y: y, From: at(m.From), To: at(m.To), Loop: m.From == m.To, Right: m.To > m.From, LabelY: y - 8, NoteY: y + 18, AsideY: y - 18, LaneX: at(0),
			Label: w.phrase(m.Label), Note: w.note(m), Aside: w.phrase(m.Aside), Failed: m.Failed}
		a.TextX = (a.From + a.To) / 2
		if a.Loop {
			a.To, a.TextX, a.Begin = a.From+loopWidth, a.From+loopWidth+10, true
			a.LabelY, a.NoteY = y-2, y+14
		}
		out.Arrows = append(out.Arrows, a)
	}
	return out
}

func (w words) phrase(p presenter.Phrase) string {
	if p.Key == "" {
		return ""
	}
	values := map[string]string{}
	for name, v := range p.Values {
		values[name] = clean(v)
	}
	return w.say(p.Key, values)
}

func (w words) note(m presenter.Message) string {
	note := w.phrase(m.Note)
	if note == "" || m.Took <= 0 {
		return note
	}
	return w.say("flow.note.took", map[string]string{"Note": note, "N": milliseconds(m.Took)})
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(max(1, d.Round(time.Millisecond).Milliseconds()), 10)
}
