package presenter

// SystemActions are what a person can do about the program itself.
type SystemActions interface {
	// CloseCrash ends State.Crashed; show opens the folder of the report.
	CloseCrash(show bool)
}

// CloseCrash implements Actions.
func (p *Presenter) CloseCrash(show bool) {
	p.post(func() {
		if !p.crashed {
			return
		}
		p.crashed = false
		p.show(func(*State) {})
		if show {
			p.config.Window.OpenFolder(p.config.CrashDir)
		}
	})
}
