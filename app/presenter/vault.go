package presenter

import (
	"context"
)

// Fallback is the choice of where sign-ins are kept on a computer without a
// keychain.
type Fallback interface {
	Asked() bool             // the person has chosen before, on this computer
	Choose(vault bool) error // a vault under a passphrase, or until the program ends
}

// PassphraseQuestion is what a vault wants to know.
type PassphraseQuestion struct {
	New, Wrong, Short bool
}

// MinPassphrase is how many characters a new passphrase needs.
const MinPassphrase = 8

// asking is a passphrase that is asked for.
type asking struct {
	what   PassphraseView
	answer chan passphrase
}

type passphrase struct {
	text string
	ok   bool
}

func (a *asking) view() *PassphraseView {
	if a == nil {
		return nil
	}
	v := a.what
	return &v
}

// AskPassphrase shows the question and waits for its answer, for the end of ctx
// or for that of the program. It is called on any goroutine but the window's.
func (p *Presenter) AskPassphrase(ctx context.Context, q PassphraseQuestion) (text string, ok bool) {
	a := &asking{PassphraseView{New: q.New, Wrong: q.Wrong, Short: q.Short, Least: MinPassphrase}, make(chan passphrase, 1)}
	p.post(func() {
		p.asked++
		a.what.Asked = p.asked
		p.secret = a
		p.show(func(s *State) { s.Waiting.Unlock = "" })
	})
	defer p.post(func() {
		if p.secret == a {
			p.secret = nil
			p.show(func(*State) {})
		}
	})
	select {
	case answer := <-a.answer:
		return answer.text, answer.ok
	case <-ctx.Done():
	case <-p.ctx.Done():
	}
	return "", false
}

// Passphrase implements Actions. The question goes at once; deriving a key takes
// about a second, and a wrong passphrase brings it back.
func (p *Presenter) Passphrase(text string, ok bool) {
	p.post(func() {
		if p.secret == nil {
			return
		}
		p.secret.answer <- passphrase{text, ok} // it has room for the one answer
		p.secret = nil
		p.show(func(*State) {})
	})
}

// chooseFallback asks, once on a computer, where a sign-in is to be kept for
// which there is no keychain.
func (p *Presenter) chooseFallback(ctx context.Context, r *running) error {
	f := p.config.Fallback
	if f == nil || f.Asked() || p.config.Auth.Keeping(ctx).Usable {
		return nil
	}
	if late := p.config.BusLate; late != nil && late() { // the next start has a keychain
		return nil
	}
	p.during(r, func() {
		p.show(func(s *State) { s.Confirm = &ConfirmView{Kind: ConfirmVault} })
	})
	select {
	case vault := <-r.answer:
		if err := f.Choose(vault); err != nil {
			p.config.Logger.Warn("remembering where sign-ins are kept", "error", err.Error())
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
