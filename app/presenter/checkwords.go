package presenter

import (
	"strings"

	"app.latchkey/auth/flow"
)

// checkWords are what auth and resources write into checks in English. All else
// in a check is a name of a protocol's, or a value, and stays as it is.
var checkWords = map[string]string{
	"signature":                 "flow.term.signature",
	"second audience":           "flow.term.second_audience",
	"token response":            "flow.term.token_response",
	"keys":                      "flow.term.keys",
	"metadata":                  "flow.term.metadata",
	"user API":                  "flow.term.user_api",
	"none":                      "flow.term.none",
	"missing":                   "flow.term.missing",
	"1 to 255 ASCII characters": "flow.term.subject",
	"RFC 6749: plain OAuth 2.0 signs nothing": "flow.term.unsigned",
}

// openWords begin a text that goes on with a value.
var openWords = []struct{ start, key string }{
	{"not after ", "flow.term.not_after"}, {"after ", "flow.term.after"}, {"the word of ", "flow.term.word_of"},
}

// CheckIn is c in another language: words gives those for a Phrase. Of what came
// from the provider only our own remarks are translated.
func CheckIn(c flow.Check, words func(Phrase) string) flow.Check {
	texts := []*string{&c.Name, &c.Spec, &c.Expected}
	if c.Got == "missing" || strings.HasPrefix(c.Got, "the word of ") {
		texts = append(texts, &c.Got)
	}
	for _, t := range texts {
		if p := checkPhrase(*t); p.Key != "" {
			*t = words(p)
		}
	}
	return c
}

// checkPhrase has no Key for what is no words.
func checkPhrase(s string) Phrase {
	if key, ok := checkWords[s]; ok {
		return say(key)
	}
	for _, o := range openWords {
		if value, ok := strings.CutPrefix(s, o.start); ok {
			return say(o.key, "What", value)
		}
	}
	return Phrase{}
}
