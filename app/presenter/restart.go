package presenter

import "time"

// lookForBus is how often a bus that was not there at the start is looked for.
const lookForBus = 2 * time.Second

// watchBus offers to start the program anew once that would give it a keychain:
// what it speaks to the keychain with looks once, before main.
func (p *Presenter) watchBus() {
	ticker := time.NewTicker(lookForBus)
	defer ticker.Stop()
	for !p.config.BusLate() {
		select {
		case <-p.ctx.Done():
			return
		case <-ticker.C:
		}
	}
	p.post(func() {
		p.late = true
		p.show(func(*State) {})
	})
}

// Restart implements Actions. A sign-in under way is cancelled.
func (p *Presenter) Restart() {
	p.post(func() {
		if p.late || p.pages.settings.Restart {
			p.startAnew()
		}
	})
}

func (p *Presenter) startAnew() {
	if p.config.Restart != nil {
		p.config.Restart()
	}
}
