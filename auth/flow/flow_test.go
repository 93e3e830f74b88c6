package flow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth/flow"
)

func TestMaskedKeepsTooLittleToUse(t *testing.T) {
	const value = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	cases := []struct {
		name, value, want string
	}{
		{"long", value, "E9Me•••••••"},
		{"short enough to be guessed", "1234567890", "•••••••"},
		{"empty", "", "•••••••"},
	}
	for _, c := range cases {
		if p := flow.Masked("x", c.value); p.Value != c.want || !p.Secret {
			t.Errorf("%s: %+v, want %q", c.name, p, c.want)
		}
	}
	if p := flow.Hidden("x"); p.Value != "•••••••" || !p.Secret {
		t.Errorf("Hidden = %+v", p)
	}
}

func TestPublicIsFitToBeShown(t *testing.T) {
	p := flow.Public("iss", "https://a.example\x1b[31m\u202e\n"+strings.Repeat("x", 500))
	if strings.ContainsAny(p.Value, "\x1b\n\u202e") || len([]rune(p.Value)) != 201 || p.Secret {
		t.Errorf("Public = %+v (%d characters)", p, len([]rune(p.Value)))
	}
}

func TestRecorder(t *testing.T) {
	now := time.Unix(1000, 0)
	var seen []string
	r := flow.NewRecorder("Google", "https://accounts.google.com", func() time.Time { return now }, func(s flow.Step) {
		seen = append(seen, fmt.Sprintf("%s %s %v", s.Kind, s.Status, s.Took))
	})
	good := r.Start(flow.KindToken, flow.RoleClient, flow.RoleAuthorizationServer)
	good.Params(flow.Hidden("access_token"))
	good.Checks(flow.Check{Name: "token_type", Verdict: flow.Passed})
	now = now.Add(30 * time.Millisecond)
	good.Done()
	good.Fail("too_late") // an ended step does not change
	bad := r.Start(flow.KindIdentity, flow.RoleClient, flow.RoleClient)
	bad.Fail("id_token_nonce")

	want := []string{"token running 0s", "token done 30ms", "identity running 0s", "identity failed 1ns"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("the observer saw %v, want %v", seen, want)
	}
	f := r.Flow()
	if len(f.Steps) != 2 || f.Steps[0].Problem != "" || f.Steps[1].Problem != "id_token_nonce" || len(f.Steps[0].Checks) != 1 {
		t.Errorf("flow %+v", f)
	}
	f.Steps[0].Checks[0].Name = "changed"
	if r.Flow().Steps[0].Checks[0].Name != "token_type" {
		t.Error("Flow hands out what it goes on writing to")
	}
	b, err := json.Marshal(r.Flow())
	var back flow.Flow
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil || len(back.Steps) != 2 || !back.Started.Equal(f.Started) {
		t.Errorf("after JSON: %+v, %v", back, err)
	}
}

func TestRecorderOfNobody(t *testing.T) {
	var r *flow.Recorder
	a := r.Start(flow.KindToken, flow.RoleClient, flow.RoleClient)
	a.Params(flow.Hidden("x"))
	a.Checks(flow.Check{})
	a.Done()
	a.Fail("x")
	if len(r.Flow().Steps) != 0 {
		t.Error("a nil Recorder recorded something")
	}
}

func TestRecorderIsSafeForConcurrentUse(t *testing.T) {
	r := flow.NewRecorder("p", "i", nil, nil)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a := r.Start(flow.KindProfile, flow.RoleClient, flow.RoleResourceServer)
			a.Params(flow.Public("a", "b"))
			_ = r.Flow()
			a.Done()
		})
	}
	wg.Wait()
	if n := len(r.Flow().Steps); n != 20 {
		t.Errorf("%d steps, want 20", n)
	}
}
