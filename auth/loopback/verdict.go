package loopback

// Verdict is what the user's browser is told at the end. Title and Text are the
// program's own words, never a remote party's; empty ones mean the pages' own.
type Verdict struct {
	OK          bool
	Title, Text string
	kind        kind
	title, text string // keys of the pages' own words, if not those of the kind
}

// Success is the verdict on a sign-in that is complete.
func Success() Verdict { return Verdict{OK: true, kind: kindSuccess} }

// Failure is the verdict on a sign-in that failed; text says why, in one
// sentence, and what to do, in the language of Config.Language.
func Failure(text string) Verdict { return Verdict{Text: text, kind: kindFailure} }

// Denied is the verdict on a sign-in that the user or the provider did not
// allow.
func Denied() Verdict { return Verdict{kind: kindFailure, text: "denied.text"} }

// Failed is the verdict on a sign-in that failed, where the program says why.
func Failed() Verdict { return Verdict{kind: kindFailure, text: "failed.text"} }

// SignedOut is the verdict on a logout that is complete.
func SignedOut() Verdict {
	return Verdict{OK: true, kind: kindSuccess, title: "signedout.title", text: "signedout.text"}
}

// Cancelled is the verdict on a sign-in that the user gave up, in the window or
// at the provider.
func Cancelled() Verdict { return Verdict{kind: kindCancelled} }

// Kind is the verdict's word in data-verdict of the page: "success", "failure",
// "cancelled" or "interrupted".
func (v Verdict) Kind() string { return string(v.outcome()) }

func (v Verdict) outcome() kind {
	switch {
	case v.kind != "":
		return v.kind
	case v.OK:
		return kindSuccess
	default:
		return kindFailure
	}
}

// kind is which page it is. It is in data-verdict and is a key of the texts.
type kind string

const (
	kindSuccess     kind = "success"
	kindFailure     kind = "failure"
	kindCancelled   kind = "cancelled"
	kindInterrupted kind = "interrupted" // the program closed the receiver before there was a verdict
	kindRefused     kind = "refused"     // not the response that is waited for
	kindUsed        kind = "used"        // a start link opened by a second browser
	kindOver        kind = "over"        // the response has already come
)
