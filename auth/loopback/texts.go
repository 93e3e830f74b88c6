package loopback

import "strings"

// texts are all the words of the pages in one language. {product} and
// {provider} stand for names.
type texts struct {
	lang      string // of <html lang>
	checking  string // while the verdict is not known
	checkText string // {provider}
	checkAnon string // the same without a provider's name
	pages     map[kind]words
}

type words struct{ title, text string }

// textsFor returns the texts in the language that fits a BCP 47 tag best.
func textsFor(language string) texts {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch base {
	default:
		return english()
	}
}

func english() texts {
	return texts{
		lang:      "en",
		checking:  "Checking the answer…",
		checkText: "{provider} has answered. {product} is making sure that the answer is genuine.",
		checkAnon: "{product} is making sure that the answer is genuine.",
		pages: map[kind]words{
			kindSuccess: {"You're signed in.",
				"You can close this tab and go back to {product}."},
			kindFailure: {"You're not signed in.",
				"Something went wrong. Go back to {product} to see what you can do."},
			kindCancelled: {"Sign-in cancelled.",
				"Nothing was changed. You can close this tab and go back to {product}."},
			kindInterrupted: {"Sign-in was interrupted.",
				"{product} stopped before the answer was checked. Go back to it and sign in again."},
			kindRefused: {"This is not the answer {product} waits for.",
				"It is still waiting. Go back to {product} and press “Open browser again”, then finish in the same browser. If you see this page again, allow cookies for this address."},
			kindUsed: {"This link was already used.",
				"Each link works once, in one browser. Go back to {product} and press “Open browser again”."},
			kindOver: {"This sign-in is already answered.",
				"There is nothing more to do here. You can close this tab and go back to {product}."},
		},
	}
}
