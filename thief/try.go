package thief

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"app.latchkey/auth/flow"
)

// What can become of a try.
const (
	OutcomeReady   = "ready"   // nothing was tried yet: what there is to attack
	OutcomeRefused = "refused" // an answer that says no
	OutcomeTaken   = "taken"   // tokens came back, or the sign-in took the response
	OutcomeUnclear = "unclear" // neither: an answer that can't be read, or none
)

// Try is one attempt and what came of it. It holds no secret: what was sent is
// masked as in the record of a sign-in.
type Try struct {
	ID      string        // which one: one of the constants of this package
	Request string        // "POST http://127.0.0.1:41233/token", without parameters
	Sent    []flow.Param  // its parameters
	Status  int           // of the answer; 0: there was none
	Got     []flow.Param  // what stood in the answer
	Outcome string        // one of the Outcome constants
	Honest  bool          // not an attack: the right answer, which must be taken
	Took    time.Duration // until the whole answer was there
}

// Report is told of each try as it ends.
type Report func(Try)

const (
	requestTimeout = 10 * time.Second
	maxAnswer      = 64 << 10
)

// client is a program of the thief's own: no cookies, no redirects, no proxy.
func client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		Timeout:       requestTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

func send(r *http.Request) (answer, error) {
	began := time.Now()
	response, err := client().Do(r)
	if err != nil {
		return answer{}, withoutAddress(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	return answer{response.StatusCode, response.Header, body, max(time.Since(began), 1)}, nil
}

// withoutAddress drops the address, whose query may hold a code, from an error.
func withoutAddress(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return fmt.Errorf("sending the request: %w", u.Err)
	}
	return err
}

// redeem sends a token request (RFC 6749 §4.1.3) and judges the answer by
// itself: an error is a refusal, an access token is success.
func redeem(ctx context.Context, endpoint string, form url.Values) (Try, error) {
	t := Try{Request: http.MethodPost + " " + endpoint, Outcome: OutcomeUnclear}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return t, fmt.Errorf("making the token request: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	a, err := send(r)
	if err != nil {
		return t, err
	}
	t.Status, t.Took = a.status, a.took
	var said struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		IDToken     string `json:"id_token"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(a.body, &said) != nil {
		return t, nil
	}
	switch {
	case a.status == http.StatusOK && said.AccessToken != "":
		t.Outcome = OutcomeTaken
		t.Got = append(t.Got, flow.Hidden("access_token"), flow.Public("token_type", said.TokenType))
		if said.IDToken != "" {
			t.Got = append(t.Got, flow.Hidden("id_token"))
		}
	case a.status >= 400 && said.Error != "":
		t.Outcome = OutcomeRefused
		t.Got = append(t.Got, flow.Public("error", said.Error))
		if said.Description != "" {
			t.Got = append(t.Got, flow.Public("error_description", veil(form).Clean(said.Description)))
		}
	}
	return t, nil
}

// veil knows what was sent: servers echo it.
func veil(form url.Values) *flow.Veil {
	var v flow.Veil
	for _, name := range []string{"code", "code_verifier", "client_secret", "state"} {
		v.Hide(form[name]...)
	}
	return &v
}
