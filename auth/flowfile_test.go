package auth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
)

func TestStoredFlow(t *testing.T) {
	w := newWorld(t, nil)
	pending, err := w.signIn()
	if err != nil {
		t.Fatal(err)
	}
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := session.KeepFlow(); err != nil {
		t.Fatal(err)
	}
	account := session.Account()
	got, err := w.client.Flow(account)
	if err != nil || len(got.Steps) == 0 || got.Provider != w.provider.Name {
		t.Fatalf("Flow = %+v, %v", got, err)
	}
	kinds := map[flow.Kind]bool{}
	for _, s := range got.Steps {
		kinds[s.Kind] = true
	}
	for _, k := range []flow.Kind{flow.KindRequest, flow.KindAuthorization, flow.KindToken, flow.KindIdentity} {
		if !kinds[k] {
			t.Errorf("the stored record has no step %q", k)
		}
	}

	path := filepath.Join(w.dir, "flows", account.Key+".json")
	for name, text := range map[string]string{"broken": "{", "huge": strings.Repeat(" ", 2<<20)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if f, err := w.client.Flow(account); err == nil || len(f.Steps) != 0 {
			t.Errorf("%s: Flow = %+v, %v; want an error", name, f, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if f, err := w.client.Flow(account); err != nil || len(f.Steps) != 0 {
		t.Errorf("without a record: %+v, %v", f, err)
	}
	if f, err := w.client.Flow(auth.Account{Key: "none"}); err != nil || len(f.Steps) != 0 {
		t.Errorf("of nobody: %+v, %v", f, err)
	}
}
