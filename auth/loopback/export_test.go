package loopback

import (
	"context"
	"net"
)

// MaxConns is the connection cap.
const MaxConns = maxConns

// ListenWith is Listen on a computer whose network behaves as how says.
func ListenWith(ctx context.Context, c Config, how func(ctx context.Context, network, address string) (net.Listener, error)) (*Receiver, error) {
	return listen(ctx, c, how)
}

// RefusalPages are the whole pages that refuse, by their data-verdict.
func RefusalPages(product string) map[string][]byte {
	p := newPages(product, "en").to(nil)
	return map[string][]byte{
		string(kindRefused): p.refusal("n", kindRefused),
		string(kindUsed):    p.refusal("n", kindUsed),
		string(kindOver):    p.refusal("n", kindOver),
	}
}

// VerdictPage is the page with the verdict, and WaitingPage what is there
// before.
func VerdictPage(product, provider string, v Verdict) []byte {
	p := newPages(product, "en").to(nil)
	return append(p.waiting("n", provider), p.verdict("n", v)...)
}

// WaitingPage is the page before the verdict.
func WaitingPage(product, provider string) []byte {
	return newPages(product, "en").to(nil).waiting("n", provider)
}

// Interrupted is the verdict of a receiver that was closed without one.
func Interrupted() Verdict { return Verdict{kind: kindInterrupted} }

// VerdictPageIn is a verdict's page in a language.
func VerdictPageIn(language string, v Verdict) []byte {
	return newPages("Latchkey", language).to(nil).verdict("n", v)
}
