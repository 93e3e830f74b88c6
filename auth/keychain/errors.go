package keychain

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"app.latchkey/auth/store"
)

// fail turns any error into an *store.Error for op, and remembers it for
// Health.
func (s *Store) fail(op string, err error) error {
	e := s.failure(op, err)
	s.remember(e, tame(s.plat.code(err)))
	return e
}

func (s *Store) failure(op string, err error) *store.Error {
	if known, ok := errors.AsType[*store.Error](err); ok {
		e := *known // errBusy and others are shared
		e.Op = op
		e.Err = tamed(e.Err)
		return &e
	}
	e := &store.Error{Op: op, Outcome: store.Unavailable, Err: tamed(err)}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		e.Reason = store.ReasonTimeout
	case malformed(err):
		// Such an error quotes the item.
		e.Reason = store.ReasonCorrupt
		e.Err = errors.New("the stored item is not in the library's form")
	default:
		e.Outcome, e.Reason = s.plat.explain(err)
	}
	return e
}

// malformed says whether err is about what the item holds.
func malformed(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var b64 base64.CorruptInputError
	return errors.As(err, &syntax) || errors.As(err, &kind) || errors.As(err, &b64)
}

// tameError is an error whose text came from another process.
type tameError struct {
	text string
	err  error
}

func (e *tameError) Error() string { return e.text }
func (e *tameError) Unwrap() error { return e.err }

func tamed(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if t := tame(text); t != text {
		return &tameError{t, err}
	}
	return err
}

// maxText is how many characters of another process's text are kept.
const maxText = 300

// tame makes text of another process safe to show: one line, of limited
// length, with no control characters and none that change the direction of
// writing.
func tame(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxText {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) { // also refuses bidi controls (category Cf)
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// failedStatus is st with the outcome, reason and text of err.
func failedStatus(p platform, st store.Status, err error) store.Status {
	var e *store.Error
	switch {
	case errors.As(err, &e):
		st.Outcome, st.Reason = e.Outcome, e.Reason
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		st.Outcome, st.Reason = store.Unavailable, store.ReasonTimeout
	default:
		st.Outcome, st.Reason = p.explain(err)
	}
	st.Detail = tame(err.Error())
	return st
}

// statusError is the error that a status stands for, nil if it says Found.
func statusError(st store.Status, cause error) error {
	if st.Outcome == store.Found {
		return nil
	}
	return &store.Error{Outcome: st.Outcome, Reason: st.Reason, Err: &tameError{st.Detail, cause}}
}
