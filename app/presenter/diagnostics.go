package presenter

// DiagnosticsView is the page that looks for what is wrong.
type DiagnosticsView struct{}

// DiagnosticsActions are what a person can do on the page of diagnostics.
type DiagnosticsActions interface{}

// beginDiagnostics fills the page when it is opened.
func (p *Presenter) beginDiagnostics() {}
