package presenter

import (
	"context"
	"slices"
)

// DiagnosticsView is the page that looks for what is wrong.
type DiagnosticsView struct {
	Running bool             `json:"running,omitempty"`
	Lines   []DiagnosticLine `json:"lines,omitempty"`
	Copied  bool             `json:"copied,omitempty"` // the report was copied: the button says so
}

// DiagnosticsActions are what a person can do on the page of diagnostics.
type DiagnosticsActions interface {
	RunDiagnostics()  // looks once more
	StopDiagnostics() // does not wait for what is not known yet
	CopyDiagnostics() // puts the redacted report on the clipboard
}

// diagnosing is an inspection that the page shows.
type diagnosing struct {
	cancel context.CancelFunc
}

// beginDiagnostics looks when the page is opened.
func (p *Presenter) beginDiagnostics() { p.diagnose() }

// RunDiagnostics implements Actions.
func (p *Presenter) RunDiagnostics() {
	p.post(func() {
		if p.pages.open == PageDiagnostics {
			p.diagnose()
			p.show(func(*State) {})
		}
	})
}

func (p *Presenter) inspection() Inspection {
	i := p.config.Inspection
	i.Auth, i.Providers, i.Now = p.config.Auth, slices.Clone(p.config.Providers), p.config.Now
	return i
}

func (p *Presenter) diagnose() {
	if p.inspect != nil {
		return
	}
	ctx, cancel := context.WithCancel(p.ctx)
	d := &diagnosing{cancel}
	p.inspect = d
	p.pages.diagnostics = DiagnosticsView{Running: true}
	inspection := p.inspection()
	p.work(func() {
		defer cancel()
		lines := inspection.Run(ctx, func(lines []DiagnosticLine) { p.inspected(d, lines, true) })
		p.inspected(d, lines, false)
	})
}

func (p *Presenter) inspected(d *diagnosing, lines []DiagnosticLine, more bool) {
	p.post(func() {
		if p.inspect != d {
			return
		}
		if !more {
			p.inspect = nil
		}
		p.pages.diagnostics.Lines, p.pages.diagnostics.Running = lines, more
		if p.pages.open == PageDiagnostics {
			p.show(func(*State) {})
		}
	})
}

// StopDiagnostics implements Actions.
func (p *Presenter) StopDiagnostics() {
	p.post(func() {
		if p.inspect != nil {
			p.inspect.cancel()
		}
	})
}

// CopyDiagnostics implements Actions.
func (p *Presenter) CopyDiagnostics() {
	p.post(func() {
		v := &p.pages.diagnostics
		if v.Running || len(v.Lines) == 0 {
			return
		}
		p.config.Window.CopyText(p.inspection().Report(v.Lines))
		v.Copied = true
		p.show(func(*State) {})
	})
}
