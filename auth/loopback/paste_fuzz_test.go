package loopback_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"app.latchkey/auth/loopback"
)

// FuzzPaste: whatever is pasted, only an address with this attempt's state ends
// the wait, and every other one is told what is wrong with it.
func FuzzPaste(f *testing.F) {
	r, err := loopback.Listen(f.Context(), loopback.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { r.Close() })
	r.Arm(loopback.Attempt{State: "an unguessable state", AuthorizationURL: provider})
	for _, s := range []string{"", "http://", r.RedirectURI(), r.RedirectURI() + "?code=c&state=x", r.RedirectURI() + "?code=c&code=d",
		r.RedirectURI() + "?error=%zz", "<" + r.RedirectURI() + "?error=e#state>", "https://accounts.example.com/?code=c", "\x00", "//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pasted string) {
		err := r.Paste(pasted)
		known := errors.Is(err, loopback.ErrNotAddress) || errors.Is(err, loopback.ErrElsewhere) ||
			errors.Is(err, loopback.ErrNoResponse) || errors.Is(err, loopback.ErrOtherSignIn)
		if !known {
			t.Errorf("Paste: %v", err)
		}
		if len(pasted) > 40 && strings.Contains(err.Error(), pasted) {
			t.Errorf("the error quotes what was pasted: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if v, err := r.Wait(ctx); err == nil {
			t.Errorf("the wait has ended with %v", v)
		}
	})
}
