package panva_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// verdictsFile is the table of what openid-client makes of each fault.
const verdictsFile = "verdicts.md"

const verdictsHead = `# What openid-client 6.8.9 makes of each fault

A sign-in against the mock's plain persona with one fault at a time: discovery,
authorization, token, userinfo, refresh. "refuses" names the step and the
library's own code. The third column is the library as it comes, the fourth with
` + "`enableNonRepudiationChecks`" + `, without which it does not look at the signature
of an ID token that came over TLS. What a correct client does is the fault's own
row in docs/mock-provider.md.

Written by ` + "`make conformance UPDATE=1`; `make conformance`" + ` fails when it is stale.

| fault | a correct client | openid-client | with signature checks |
|---|---|---|---|
`

// TestVerdicts signs in once with each fault and compares the table. It takes
// minutes, for some faults are slow, and runs when LATCHKEY_CONFORMANCE says
// check or update.
func TestVerdicts(t *testing.T) {
	mode := os.Getenv("LATCHKEY_CONFORMANCE")
	if mode == "" {
		t.Skip("runs in make conformance")
	}
	var b strings.Builder
	b.WriteString(verdictsHead)
	for _, row := range fault.Rows() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", row.Name, should[row.Client], verdict(t, row, false), verdict(t, row, true))
	}
	if mode == "update" {
		if err := os.WriteFile(verdictsFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(verdictsFile)
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(string(old), "\n"), strings.Split(b.String(), "\n")
	for i := range max(len(was), len(is)) {
		var before, after string
		if i < len(was) {
			before = was[i]
		}
		if i < len(is) {
			after = is[i]
		}
		if before != after {
			t.Errorf("%s:%d is stale:\nwas %s\nis  %s", verdictsFile, i+1, before, after)
		}
	}
}

// should puts a row's verdict into words.
var should = map[fault.Verdict]string{fault.Refuse: "refuses", fault.Accept: "accepts", fault.Either: "may do either"}

// verdict is what the client says to a fault, in a fresh program at a fresh
// provider: a fault must not be excused by what was cached before it.
func verdict(t *testing.T, row fault.Row, strict bool) string {
	t.Helper()
	said := ""
	t.Run(fmt.Sprintf("%s strict=%v", row.Name, strict), func(t *testing.T) {
		rp := start(t, "rp.mjs")
		srv := mocktest.Start(t, mockprovider.WithPersona(persona.Plain()), mockprovider.WithFault(fault.Spec{Name: row.Name}))
		a, err := rp.signIn(t, srv, strict)
		switch {
		case err != nil:
			t.Fatal(err)
		case a.Refused != "":
			said = "refuses at " + a.Refused
		case applied(srv) == 0:
			said = "does not meet it"
		default:
			said = "accepts"
		}
		t.Log(said)
	})
	return said
}

// applied is how often the fault bent anything.
func applied(srv *mocktest.Server) int {
	n := 0
	for _, active := range srv.Faults() {
		n += active.Applied
	}
	return n
}

// TestVerdictsComplete checks that no fault is without a row, and no row
// without a fault.
func TestVerdictsComplete(t *testing.T) {
	data, err := os.ReadFile(verdictsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range fault.Rows() {
		if n := strings.Count(string(data), "\n| `"+row.Name+"` |"); n != 1 {
			t.Errorf("%s has %d rows in %s: run make conformance UPDATE=1", row.Name, n, verdictsFile)
		}
	}
	if rows := strings.Count(string(data), "\n| `"); rows != len(fault.Rows()) {
		t.Errorf("%s has %d rows, there are %d faults", verdictsFile, rows, len(fault.Rows()))
	}
}
