package screens

import (
	"fmt"
	"time"

	"app.latchkey/app/presenter"
)

// known maps what is not a state to "to do".
func known(s presenter.StepState) presenter.StepState {
	switch s {
	case presenter.StepActive, presenter.StepDone, presenter.StepFailed:
		return s
	}
	return presenter.StepTodo
}

func stepText(l presenter.StepLine) string {
	switch l.ID {
	case presenter.StepBrowser:
		if l.State == presenter.StepDone {
			return Word("step.browser")
		}
		return Word("step.browser.todo")
	case presenter.StepSignIn:
		if l.State == presenter.StepDone {
			return Word("step.signin.done")
		}
		return Word("step.signin")
	case presenter.StepCheck:
		return Word("step.check")
	case presenter.StepLoad:
		return Word("step.load")
	}
	return ""
}

// back reports whether the browser has come back, so that nothing more is to be
// done there.
func back(v presenter.WaitingView) bool {
	for _, l := range v.Steps {
		if l.ID == presenter.StepSignIn {
			return l.State == presenter.StepDone
		}
	}
	return false
}

// countdown is m:ss, rounded up so that 0:00 means over.
func countdown(d time.Duration) string {
	s := max(0, int((d+time.Second-1)/time.Second))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
