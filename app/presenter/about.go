package presenter

import (
	"context"
	"time"
)

// Build says which program this is.
type Build struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Number  int    `json:"number,omitempty"` // counts the builds of a version; 0: not counted
	Commit  string `json:"commit,omitempty"`
}

// Updates looks for a newer version of the program, where a vendor built an
// address in.
type Updates interface {
	// Newer returns the newer version, "" if there is none. It asks at most once a
	// day, and answers from what it heard before otherwise.
	Newer(ctx context.Context) (version string, err error)
	// Page is where a person gets it: a web page of the vendor's.
	Page() string
}

// AboutView is the page that tells what this program is.
type AboutView struct {
	Build Build `json:"build"`
	Logs  bool  `json:"logs,omitempty"` // there is a folder of logs
	// Newer is a newer version that there is; "": none is known.
	Newer string `json:"newer,omitempty"`
	// Notice is the notice of others' work that is read; "": the list of them.
	Notice string `json:"notice,omitempty"`
}

// AboutActions are what a person can do on the page that tells what this program
// is.
type AboutActions interface {
	OpenLogs()              // shows the folder of the logs
	OpenConfig()            // shows the folder of the configuration
	OpenUpdate()            // opens the vendor's page with the newer version
	ShowNotice(name string) // shows a notice of others' work; "": the list
}

// beginAbout fills the page when it is opened.
func (p *Presenter) beginAbout() {
	p.pages.about = AboutView{Build: p.config.Build, Logs: p.config.LogDir != "", Newer: p.newer}
}

// OpenLogs implements Actions.
func (p *Presenter) OpenLogs() {
	p.post(func() {
		if p.config.LogDir != "" {
			p.config.Window.OpenFolder(p.config.LogDir)
		}
	})
}

// OpenConfig implements Actions.
func (p *Presenter) OpenConfig() {
	p.post(func() { p.config.Window.OpenFolder(p.config.ConfigDir) })
}

// ShowNotice implements Actions.
func (p *Presenter) ShowNotice(name string) {
	p.post(func() {
		p.pages.about.Notice = name
		p.show(func(*State) {})
	})
}

// updateEvery is how often the vendor is asked while the program runs; what is
// asked more often than once a day is answered from the last time.
const updateEvery = 25 * time.Hour

// watchUpdates looks for a newer version, now and then.
func (p *Presenter) watchUpdates() {
	ticker := time.NewTicker(updateEvery)
	defer ticker.Stop()
	for {
		p.post(p.lookForUpdate)
		select {
		case <-p.ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookForUpdate asks the vendor, unless the person would rather not.
func (p *Presenter) lookForUpdate() {
	if p.config.Updates == nil || p.gone() {
		return
	}
	if p.choices.now.QuietUpdates {
		p.showNewer("")
		return
	}
	p.work(func() {
		version, err := p.config.Updates.Newer(p.ctx)
		if err != nil {
			p.config.Logger.Info("looking for a newer version", "error", err.Error())
			return
		}
		p.post(func() {
			if !p.choices.now.QuietUpdates {
				p.showNewer(version)
			}
		})
	})
}

func (p *Presenter) showNewer(version string) {
	if p.newer != version {
		p.newer, p.pages.about.Newer = version, version
		p.show(func(*State) {})
	}
}

// OpenUpdate implements Actions.
func (p *Presenter) OpenUpdate() {
	p.post(func() {
		if p.newer != "" && p.config.OpenURL != nil {
			p.work(func() {
				if err := p.config.OpenURL(p.ctx, p.config.Updates.Page()); err != nil {
					p.config.Logger.Warn("opening the page with the newer version", "error", err.Error())
				}
			})
		}
	})
}
