package stage_test

import (
	"context"
	"fmt"
	"image"
	_ "image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/e2e/stage"
)

// TestStage tries the stage itself, without the program: what it says about
// windows, the keychain and the browser must be true before any test of the
// program means something.
func TestStage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	// Any program stands for the binaries: none is started here.
	s, err := stage.Open(ctx, stage.Options{Program: os.Args[0], MockProvider: os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			t.Error(s.Close())
		}
	}()

	t.Run("keychain is there and empty", func(t *testing.T) {
		items, err := s.KeychainItems(ctx)
		if err != nil || len(items) != 0 {
			t.Errorf("items = %q, error = %v", items, err)
		}
	})
	t.Run("focus moves between windows", func(t *testing.T) {
		other, err := s.OtherWindow(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if active, err := s.ActiveWindow(ctx); err != nil || active != other {
			t.Errorf("active window = %v, error = %v, want %v", active, err, other)
		}
		path := filepath.Join(t.TempDir(), "window.png")
		if err := s.Picture(ctx, other, path); err != nil {
			t.Fatal(err)
		}
		checkPicture(t, path, 600, 400)
	})
	t.Run("xdg-open reaches the page that a person then uses", func(t *testing.T) { testBrowser(ctx, t, s) })

	closed = true
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := os.Stat(s.Dir); !os.IsNotExist(err) {
		t.Errorf("the stage's folder is still there: %v", err)
	}
}

func testBrowser(ctx context.Context, t *testing.T, s *stage.Stage) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<p id="path">%s</p><p id="at-%s">here</p><form action="/next"><button id="go">go</button></form>`, r.URL.Path, r.URL.Path[1:])
	}))
	defer server.Close()

	for n, path := range []string{"/first", "/second"} {
		// The first xdg-open stays until the browser ends.
		opening, cancel := context.WithCancel(ctx)
		open := exec.CommandContext(opening, "xdg-open", server.URL+path)
		open.Env = s.Environment()
		if err := open.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { cancel(); _ = open.Wait() }() // ended by the line before: no error of interest
		if opened, err := s.AwaitOpened(ctx, n+1); err != nil || opened != server.URL+path {
			t.Fatalf("opened %q, error = %v", opened, err)
		}
		page, err := s.Page(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := page.Text(ctx, "#path"); err != nil || text != path {
			t.Errorf("the page shows %q, error = %v, want %q", text, err, path)
		}
		if found, err := page.Has(ctx, "#go"); err != nil || !found {
			t.Errorf("Has(#go) = %t, error = %v", found, err)
		}
		held, err := page.HoldWhen(ctx, server.URL+"/next*", func(ctx context.Context) error { return page.Click(ctx, "#go") })
		if err != nil || !strings.HasPrefix(held.URL, server.URL+"/next") {
			t.Fatalf("held %+v, error = %v", held, err)
		}
		if err := held.Release(ctx); err != nil {
			t.Fatal(err)
		}
		if err := page.Await(ctx, "#at-next"); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			picture := filepath.Join(t.TempDir(), "page.png")
			if err := page.Picture(ctx, picture); err != nil {
				t.Fatal(err)
			}
			checkPicture(t, picture, 0, 0)
		}
		page.Leave()
	}
}

func checkPicture(t *testing.T, path string, width, height int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	config, format, err := image.DecodeConfig(file)
	if err != nil || format != "png" || width != 0 && config.Width != width || height != 0 && config.Height != height {
		t.Errorf("%s: %s of %dx%d, error = %v, want png of %dx%d", path, format, config.Width, config.Height, err, width, height)
	}
}
