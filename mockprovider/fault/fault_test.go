package fault_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/stage"
)

// TestTable checks what every row must say, and that there are enough.
func TestTable(t *testing.T) {
	rows := fault.Rows()
	if len(rows) < 70 {
		t.Errorf("%d rows, want 70", len(rows))
	}
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	param := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	reserved := []string{"client", "user", "grant", "endpoint", "sign_in", "nth", "after", "times", "probability", "seed"}
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.Name] || !name.MatchString(r.Name) {
			t.Errorf("%q is there twice, or no name", r.Name)
		}
		seen[r.Name] = true
		if r.About == "" || r.Must == "" || r.Place == "" || !r.Stage.Known() {
			t.Errorf("%s says too little: %+v", r.Name, r)
		}
		if strings.HasSuffix(r.About, ".") || strings.ContainsAny(r.About+r.Must+r.Spec, "|`\n") {
			t.Errorf("%s: its words do not fit the table of the documentation", r.Name)
		}
		if !slices.Contains([]fault.Verdict{fault.Refuse, fault.Accept, fault.Either}, r.Client) {
			t.Errorf("%s: verdict %q", r.Name, r.Client)
		}
		if r.Endpoint != "" && !slices.Contains(fault.Endpoints(), r.Endpoint) {
			t.Errorf("%s: unknown endpoint %q", r.Name, r.Endpoint)
		}
		for _, p := range r.Params {
			if !param.MatchString(p.Name) || slices.Contains(reserved, p.Name) || p.About == "" {
				t.Errorf("%s: parameter %q", r.Name, p.Name)
			}
		}
		if err := (fault.Spec{Name: r.Name}).Check(); err != nil {
			t.Errorf("its defaults are refused: %v", err)
		}
	}
}

// TestParseFlag checks the form of a command line, and that String writes it.
func TestParseFlag(t *testing.T) {
	for _, tt := range []struct {
		text string
		want fault.Spec
	}{
		{"id-token-iss-wrong", fault.Spec{Name: "id-token-iss-wrong"}},
		{"latency:delay=2s,endpoint=userinfo,times=once", fault.Spec{
			Name: "latency", Params: fault.Params{"delay": "2s"}, Match: fault.Match{Endpoint: "userinfo"}, Times: fault.Once}},
		{`token-error:code=invalid_client,description="no, thank \"you\"",user=ada,nth=2`, fault.Spec{
			Name: "token-error", Params: fault.Params{"code": "invalid_client", "description": `no, thank "you"`}, Match: fault.Match{User: "ada", Nth: 2}}},
		{"drop:client=c,grant=refresh_token,after=3,times=always,probability=0.5,seed=7", fault.Spec{
			Name: "drop", Match: fault.Match{Client: "c", Grant: "refresh_token", After: 3}, Probability: .5, Seed: 7}},
		{"redirect-elsewhere:to=http://127.0.0.1:9/a=b:c", fault.Spec{Name: "redirect-elsewhere", Params: fault.Params{"to": "http://127.0.0.1:9/a=b:c"}}},
	} {
		got, err := fault.ParseFlag(tt.text)
		if err != nil || !sameJSON(got, tt.want) {
			t.Errorf("%s: %+v %v", tt.text, got, err)
			continue
		}
		again, err := fault.ParseFlag(got.String())
		if err != nil || !sameJSON(again, got) {
			t.Errorf("%s was written as %s: %v", tt.text, got, err)
		}
	}
}

// TestBadSpecs checks that what is wrong is refused in words that help.
func TestBadSpecs(t *testing.T) {
	for text, want := range map[string]string{
		"id-token-is-wrong":                        `did you mean "id-token-iss-wrong"?`,
		"nonce-wrong-id-token":                     `did you mean "id-token-nonce-wrong"?`,
		"latncy":                                   `did you mean "latency"?`,
		"":                                         `unknown fault ""`,
		"latency:dealy=2s":                         `did you mean "delay"?`,
		"latency:tims=once":                        `did you mean "times"?`,
		"drop:dealy=2s":                            `unknown parameter "dealy"`,
		"latency:delay=2":                          `"2" is no duration`,
		"latency:delay=200000h":                    "is more than",
		"huge-body:bytes=99999999999":              "is not between",
		"huge-body:bytes=-1":                       "is not between",
		"latency:delay=2s,delay=3s":                "given twice",
		"latency:delay":                            "is not name=value",
		`latency:delay="2s`:                        "quotation mark",
		"latency:times=never":                      "want once, always or a number",
		"latency:nth=0":                            "want a number from 1",
		"latency:nth=1,after=1":                    "exclude each other",
		"latency:probability=2":                    "not between 0 and 1",
		"latency:probability=x":                    "is no number",
		"latency:endpoint=tokn":                    `did you mean "token"?`,
		"id-token-iss-wrong:endpoint=jwks":         "bends at token only",
		"latency:grant=password":                   "want authorization_code or refresh_token",
		"refresh-revoked:grant=authorization_code": "grant refresh_token only",
		"jwks-empty:sign_in=s1":                    "belongs to no sign-in",
		"redirect-error:description=" + strings.Repeat("x", 5000): "longer than",
	} {
		if _, err := fault.ParseFlag(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`{"name":"latency","parms":{}}`:                 `did you mean "params"?`,
		`{"name":"latency","match":{"usr":"ada"}}`:      `did you mean "match.user"?`,
		`{"name":"latency","times":"twice"}`:            "want once, always or a number",
		`{"name":"latency","times":0}`:                  "want once, always or a number",
		`[]`:                                            "is a JSON object",
		`{"name":"latency","params":{"delay":{"a":1}}}`: "is no duration",
	} {
		var s fault.Spec
		err := json.Unmarshal([]byte(text), &s)
		if err == nil {
			err = s.Check()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestOneSpecThreeForms checks that JSON, TOML and a command line say the same.
func TestOneSpecThreeForms(t *testing.T) {
	want, err := fault.ParseFlag("huge-body:bytes=1000,endpoint=jwks,times=2,nth=3")
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON fault.Spec
	if err := json.Unmarshal([]byte(`{"name":"huge-body","params":{"bytes":1000},"match":{"endpoint":"jwks","nth":3},"times":2}`), &fromJSON); err != nil {
		t.Fatal(err)
	}
	var fromTOML struct{ Fault []fault.Spec }
	if _, err := toml.Decode("[[fault]]\nname = \"huge-body\"\nparams = {bytes = 1000}\nmatch = {endpoint = \"jwks\", nth = 3}\ntimes = 2\n"+
		"[[fault]]\nname = \"drop\"\ntimes = \"once\"\n", &fromTOML); err != nil {
		t.Fatal(err)
	}
	for _, got := range []fault.Spec{fromJSON, fromTOML.Fault[0]} {
		if got.String() != want.String() || got.Check() != nil {
			t.Errorf("%s, want %s: %v", got, want, got.Check())
		}
	}
	if fromTOML.Fault[1].Times != fault.Once {
		t.Error("once was not read")
	}
}

func claims(client, user string) *stage.Event {
	return &stage.Event{Stage: stage.IDTokenClaims, Endpoint: "token", ClientID: client, User: user, GrantType: "authorization_code",
		Object: new(stage.Object).Set("aud", client)}
}

// TestMatching checks which of ten requests are bent, by the sequence of those
// that are.
func TestMatching(t *testing.T) {
	for _, tt := range []struct{ flag, want string }{
		{"", "xxxxxxxxxx"},
		{"times=once", "x---------"},
		{"times=3", "xxx-------"},
		{"nth=4", "---x------"},
		{"after=7", "-------xxx"},
		{"after=2,times=2", "--xx------"},
		{"client=even", "x-x-x-x-x-"},
		{"client=even,nth=2", "--x-------"},
		{"client=odd,times=2", "-x-x------"},
		{"user=noa", "----------"},
		{"grant=refresh_token", "----------"},
		{"probability=0.5,seed=1", ""},
		{"probability=1", "xxxxxxxxxx"},
	} {
		run := func() string {
			var e fault.Engine
			s, err := fault.ParseFlag("id-token-aud-wrong:" + tt.flag)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Add(s); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for i := range 10 {
				ev := claims([]string{"even", "odd"}[i%2], "ada")
				applied := e.Apply(ev)
				bent := ev.Object.Get("aud") == "another-client"
				if bent != (len(applied) == 1) {
					t.Errorf("%s: applied %v, bent %v", tt.flag, applied, bent)
				}
				got.WriteByte(map[bool]byte{true: 'x', false: '-'}[bent])
			}
			return got.String()
		}
		got := run()
		if tt.want == "" {
			if n := strings.Count(got, "x"); n < 2 || n > 8 || run() != got {
				t.Errorf("%s: %s, then %s", tt.flag, got, run())
			}
			continue
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.flag, got, tt.want)
		}
	}
}

// TestTwoFaults checks what happens to two faults on one place, and that
// others apply in the order in which they were added.
func TestTwoFaults(t *testing.T) {
	for _, tt := range []struct {
		first, second string
		refused       bool
	}{
		{"id-token-iss-wrong", "id-token-iss-missing", true},
		{"id-token-iss-wrong", "id-token-iss-wrong", true},
		{"id-token-iss-wrong", "id-token-sub-missing", false},
		{"id-token-iss-wrong:client=a", "id-token-iss-missing:client=b", false},
		{"id-token-iss-wrong:client=a", "id-token-iss-missing:user=ada", true},
		{"id-token-iss-wrong:nth=1", "id-token-iss-missing:nth=2", false},
		{"id-token-iss-wrong:grant=authorization_code", "refresh-iss-wrong", false},
		{"http-503", "html", true},
		{"http-503", "html:endpoint=jwks", false},
		{"http-503:endpoint=any", "html:endpoint=jwks", true},
		{"latency", "http-503", false},
	} {
		var e fault.Engine
		for i, flag := range []string{tt.first, tt.second} {
			s, err := fault.ParseFlag(flag)
			if err != nil {
				t.Fatal(err)
			}
			_, err = e.Add(s)
			if i == 1 && (err != nil) != tt.refused || i == 0 && err != nil {
				t.Errorf("%s, %s: %v", tt.first, tt.second, err)
			}
			if err != nil && !strings.Contains(err.Error(), "f1") {
				t.Errorf("the error does not say which one is in the way: %v", err)
			}
		}
	}
	var e fault.Engine
	once := fault.Spec{Name: "id-token-aud-wrong", Times: fault.Once}
	if _, err := e.Add(once); err != nil {
		t.Fatal(err)
	}
	e.Apply(claims("c", "ada"))
	if id, err := e.Add(once); err != nil || id != "f2" {
		t.Errorf("a spent fault is in the way: %v", err)
	}
	if active := e.Active(); len(active) != 2 || !active[0].Spent || active[0].Applied != 1 || active[1].Spent {
		t.Errorf("%+v", active)
	}
	if !e.Remove("f1") || e.Remove("f1") || e.Clear() != 1 || !e.Idle() {
		t.Error("removing does not remove")
	}
}

// TestBounds checks that faults cannot fill the memory.
func TestBounds(t *testing.T) {
	var e fault.Engine
	var last error
	for range 1000 {
		_, last = e.Add(fault.Spec{Name: "drop", Match: fault.Match{Client: strings.Repeat("c", len(e.Active())+1)}})
	}
	if n := len(e.Active()); n > 256 || last == nil {
		t.Errorf("%d active faults", n)
	}
	e.Clear()
	for i := range 1000 {
		if _, err := e.Add(fault.Spec{Name: "drop", Match: fault.Match{SignIn: strings.Repeat("s", i+1)}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(e.Active()); n != 64 {
		t.Errorf("%d faults of sign-ins", n)
	}
}

// FuzzParseFlag reads anything, and what it accepts it writes and reads again.
func FuzzParseFlag(f *testing.F) {
	for _, s := range []string{"latency:delay=2s,times=once", `token-error:description="a,b",nth=3`, ":", "drop:,", `drop:a="`, "latency:delay=-1h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := fault.ParseFlag(text)
		if err != nil {
			return
		}
		again, err := fault.ParseFlag(s.String())
		if err != nil || !sameJSON(s, again) {
			t.Fatalf("%q was written as %q: %v", text, s, err)
		}
	})
}

func sameJSON(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// TestNeverApplies checks that a fault is refused whose match nothing could
// ever fulfil: a test with it would pass and prove nothing.
func TestNeverApplies(t *testing.T) {
	for flag, field := range map[string]string{
		"discovery-issuer-wrong:grant=refresh_token":        "match.grant",
		"userinfo-sub-other:grant=refresh_token":            "match.grant",
		"drop:endpoint=userinfo,grant=refresh_token":        "match.grant",
		"refresh-sub-wrong:grant=authorization_code":        "match.grant",
		"jwks-empty:client=c":                               "match.client",
		"jwks-empty:user=ada":                               "match.user",
		"drop:endpoint=discovery,user=ada":                  "match.user",
		"request-state-lost:user=ada":                       "match.user",
		"id-token-nonce-wrong:endpoint=jwks":                "match.endpoint",
		"jwks-empty:sign_in=s1":                             "match.sign_in",
		"drop:endpoint=any,grant=refresh_token,user=ada":    "",
		"id-token-nonce-wrong:grant=refresh_token,client=c": "match.grant",
		"id-token-nonce-wrong:client=c":                     "",
		"request-state-lost:client=c":                       "",
		"userinfo-sub-other:user=ada,client=c,nth=2":        "",
	} {
		spec, err := fault.ParseFlag(flag)
		var wrong *fault.Mistake
		switch errors.As(err, &wrong) {
		case true:
			if wrong.Field != field {
				t.Errorf("%s: %q is wrong: %v, want %q", flag, wrong.Field, err, field)
			}
		default:
			if field != "" || err != nil || spec.Check() != nil {
				t.Errorf("%s: %v, want %q to be wrong", flag, err, field)
			}
		}
	}
}
