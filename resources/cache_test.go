package resources_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/resources"
)

func wantPrivate(t *testing.T, path string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has rights %o, want %o", filepath.Base(p), got, want)
		}
	}
}

func TestCached(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), nil)
	if _, _, ok := b.client.Cached(key); ok {
		t.Error("something is cached before anything was fetched")
	}
	want, err := b.profile()
	if err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]*resources.Client{
		"same": b.client, "after a restart": resources.New(resources.Config{CacheDir: b.dir}),
	} {
		got, picture, ok := client.Cached(key)
		if !ok || got != want || picture != "" {
			t.Errorf("%s: got %+v, %q, %v\nwant %+v", name, got, picture, ok, want)
		}
	}
	wantPrivate(t, filepath.Join(b.dir, "profiles", key+".json"))
}

func TestCacheNarrowsRights(t *testing.T) {
	b := newBench(t, answer(200, okUserinfo), nil)
	path := filepath.Join(b.dir, "profiles", key+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := b.profile(); err != nil {
		t.Fatal(err)
	}
	wantPrivate(t, path)
}

// TestBrokenCache: what cannot be read is not there, and is replaced.
func TestBrokenCache(t *testing.T) {
	good := `{"version":1,"profile":{"subject":"` + sub + `"`
	for name, text := range map[string]string{
		"empty": "", "no JSON": "x", "half": good, "a list": "[]", "no subject": `{"version":1,"profile":{}}`,
		"later version": strings.Replace(good, "1", "2", 1) + "}}", "no version": `{"profile":{"subject":"x"}}`,
		"wrong type": `{"version":1,"profile":{"subject":5}}`, "huge": good + `,"name":"` + strings.Repeat("x", 1<<20) + `"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, answer(200, okUserinfo), nil)
			path := filepath.Join(b.dir, "profiles", key+".json")
			_ = os.MkdirAll(filepath.Dir(path), 0o700)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if p, _, ok := b.client.Cached(key); ok {
				t.Errorf("got %+v", p)
			}
			if _, err := b.profile(); err != nil {
				t.Fatal(err)
			}
			if _, _, ok := b.client.Cached(key); !ok {
				t.Error("it was not replaced")
			}
		})
	}
	t.Run("a folder in its place", func(t *testing.T) {
		b := newBench(t, answer(200, okUserinfo), nil)
		_ = os.MkdirAll(filepath.Join(b.dir, "profiles", key+".json"), 0o700)
		if _, _, ok := b.client.Cached(key); ok {
			t.Error("it was read")
		}
		if _, err := b.profile(); err != nil {
			t.Errorf("a cache that cannot be written spoils the profile: %v", err)
		}
	})
}

func TestCachedTextsAreCleanedAgain(t *testing.T) {
	b := newBench(t, nil, nil)
	path := filepath.Join(b.dir, "profiles", key+".json")
	_ = os.MkdirAll(filepath.Dir(path), 0o700)
	_ = os.WriteFile(path, []byte(`{"version":1,"profile":{"subject":"1","name":"A\u202eda","birthday":"x"}}`), 0o600)
	if p, _, ok := b.client.Cached(key); !ok || p.Name != "Ada" || !p.Birthday.IsZero() {
		t.Errorf("got %+v, %v", p, ok)
	}
}

func TestForget(t *testing.T) {
	b, p := pictured(t, answer(200, string(pngOf(2, 2))))
	if _, err := b.picture(p); err != nil {
		t.Fatal(err)
	}
	for range 2 { // nothing being there is no error
		if err := b.client.Forget(key); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, "profiles", "*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestAccountKeysAreNoPaths: keys are read from the index file, which may be
// anything.
func TestAccountKeysAreNoPaths(t *testing.T) {
	b := newBench(t, nil, nil)
	outside := filepath.Join(b.dir, "outside.json")
	_ = os.WriteFile(outside, []byte(`{"version":1,"profile":{"subject":"1"}}`), 0o600)
	for _, k := range []string{"../outside", "", ".", "0123ABCD", "0123abc", "0123abcd/..", strings.Repeat("a", 65)} {
		if _, _, ok := b.client.Cached(k); ok {
			t.Errorf("%q was read", k)
		}
		if err := b.client.Forget(k); err == nil {
			t.Errorf("%q: no error", k)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

func TestFromIdentity(t *testing.T) {
	p := resources.FromIdentity(auth.Identity{Subject: sub, Name: "Ada", Email: "a@example.com", EmailVerified: true, Locale: "en_gb", Picture: "https://x.example/a"})
	want := resources.Profile{Subject: sub, Name: "Ada", Email: "a@example.com", EmailVerified: true, Locale: "en-GB", PictureURL: "https://x.example/a"}
	if p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	if b, err := json.Marshal(p); err != nil || strings.Contains(string(b), "birthday") {
		t.Errorf("got %s, %v", b, err)
	}
}
