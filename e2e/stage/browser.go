package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// browserLeft is where the browser's window begins on the screen; what is left of
// it is the program's.
const browserLeft = 900

// browserCommand finds the browser. A snap is none: it cannot use a profile
// below /tmp.
func browserCommand() (string, error) {
	for _, name := range []string{"chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && !strings.HasPrefix(path, "/snap/") {
			return path, nil
		}
	}
	return "", errors.New("no chromium on this machine")
}

func (s *Stage) browserWrapper() string { return filepath.Join(s.Dir, "open-browser") }
func (s *Stage) browserProfile() string { return filepath.Join(s.Dir, "browser") }
func (s *Stage) browserPID() string     { return filepath.Join(s.Dir, "browser.pid") }
func (s *Stage) openedPath() string     { return filepath.Join(s.Dir, "log", "opened") }

// installBrowser makes a wrapper of the real browser the default browser of the
// stage's user, so that the system's way of opening an address (xdg-open) ends
// there: by the desktop's settings where xdg-open asks them, by $BROWSER where
// it does not.
func (s *Stage) installBrowser() error {
	if err := s.writeBrowserWrapper(); err != nil {
		return err
	}
	const entry = "stage-browser.desktop"
	home := filepath.Join(s.Dir, "home")
	for path, text := range map[string]string{
		filepath.Join(home, ".local/share/applications", entry): "[Desktop Entry]\nType=Application\nName=Browser\nExec=" + s.browserWrapper() + " %u\n" +
			"MimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
		filepath.Join(home, ".config/mimeapps.list"): "[Default Applications]\nx-scheme-handler/http=" + entry + "\nx-scheme-handler/https=" + entry + "\n",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("making the browser the default: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("making the browser the default: %w", err)
		}
	}
	return nil
}

// writeBrowserWrapper writes the command that starts the browser with a profile
// of its own and a port by which a person can be played. The first start leaves
// its number; a later one hands its address to the browser that runs, which a
// headless browser would not take: this one has a window like a person's.
func (s *Stage) writeBrowserWrapper() error {
	browser, err := browserCommand()
	if err != nil {
		return err
	}
	script := fmt.Sprintf(`#!/bin/sh
printf '%%s\n' "$1" >>'%s'
for p in $$ $PPID; do tr '\0' ' ' </proc/$p/cmdline; echo; tr '\0' '\n' </proc/$p/environ; done >>'%s'
[ -s '%s' ] || echo $$ >'%s'
exec setsid '%s' --remote-debugging-port=0 --user-data-dir='%s' --window-position=%d,40 --window-size=1000,760 \
  --password-store=basic --no-sandbox --disable-gpu --disable-quic --no-first-run --no-default-browser-check --test-type --no-proxy-server \
  --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
  "$1" >>'%s' 2>&1
`, s.openedPath(), s.logPath("opener"), s.browserPID(), s.browserPID(), browser, s.browserProfile(), browserLeft, s.logPath("chromium"))
	if err := os.WriteFile(s.browserWrapper(), []byte(script), 0o700); err != nil {
		return fmt.Errorf("writing the browser's wrapper: %w", err)
	}
	return nil
}

// Opened returns the addresses that the program had the system open so far.
func (s *Stage) Opened() ([]string, error) {
	text, err := os.ReadFile(s.openedPath())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("reading what was opened: %w", err)
	}
	return strings.Fields(string(text)), nil
}

// AwaitOpened waits until n addresses were opened and returns the last.
func (s *Stage) AwaitOpened(ctx context.Context, n int) (string, error) {
	var last string
	err := await(ctx, fmt.Sprintf("address %d to be opened in the browser", n), func() (bool, error) {
		all, err := s.Opened()
		if err != nil || len(all) < n {
			return false, err
		}
		last = all[n-1]
		return true, nil
	})
	return last, err
}

// stopBrowser ends the browser and forgets its number.
func (s *Stage) stopBrowser() {
	text, err := os.ReadFile(s.browserPID())
	if err != nil {
		return // none was started
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil && pid > 1 && marked(s.mark())[pid] != "" {
		_ = syscall.Kill(pid, syscall.SIGTERM) // it may just have ended
		deadline := time.Now().Add(patience)
		for marked(s.mark())[pid] != "" && time.Now().Before(deadline) {
			time.Sleep(poll)
		}
		_ = syscall.Kill(-pid, syscall.SIGKILL) // ESRCH: all gone
	}
	_ = os.Remove(s.browserPID()) // no number, nothing to end
}

// Page is a page in the browser, at which a person sits.
type Page struct {
	ctx    context.Context // chromedp keeps the page in it
	cancel context.CancelFunc
}

// Page takes over the page that the program had the system open: the newest of
// those that were not taken over before. Pages stay open when they are left, so
// there is one for each address that was opened.
func (s *Stage) Page(ctx context.Context) (*Page, error) {
	port, err := s.debuggingPort(ctx)
	if err != nil {
		return nil, err
	}
	var id target.ID
	err = await(ctx, "the page in the browser", func() (bool, error) {
		opened, err := s.Opened()
		if err != nil {
			return false, err
		}
		pages, err := listPages(ctx, port)
		fresh := slices.DeleteFunc(slices.Clone(pages), func(id target.ID) bool { return slices.Contains(s.taken, id) })
		if err != nil || len(pages) < len(opened) || len(fresh) == 0 {
			return false, err
		}
		id = fresh[0]
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	s.taken = append(s.taken, id)
	// The page outlives the step in which it was taken over; Close lets go of it.
	allocator, cancelAllocator := remote.NewAllocator(context.WithoutCancel(ctx), "http://127.0.0.1:"+port)
	tab, cancelTab := chromedp.NewContext(allocator, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
	page := &Page{ctx: tab, cancel: func() { cancelTab(); cancelAllocator() }}
	// The first run attaches; it must have the page's own context, which lives
	// as long as the page. A page that is just going from one address to the
	// next has nothing to ask for a moment ("Cannot find default execution
	// context"), so it is asked until it answers.
	s.pages = append(s.pages, page)
	var last error
	err = await(ctx, "the page's address", func() (bool, error) {
		_, last = chromedp.Run(tab, chromedp.Location())
		return last == nil, nil
	})
	if err != nil {
		page.Leave()
		return nil, fmt.Errorf("taking over the page: %w", errors.Join(err, last))
	}
	return page, nil
}

// debuggingPort waits for the file in which the browser leaves its port.
func (s *Stage) debuggingPort(ctx context.Context) (string, error) {
	var port string
	err := await(ctx, "the browser", func() (bool, error) {
		text, err := os.ReadFile(filepath.Join(s.browserProfile(), "DevToolsActivePort"))
		if err != nil {
			return false, nil // not yet
		}
		var rest bool
		port, _, rest = strings.Cut(string(text), "\n")
		return rest && port != "", nil
	})
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, tail(s.Log("chromium"), 8))
	}
	return port, err
}

// listPages asks the browser for its pages; it lists the newest first.
func listPages(ctx context.Context, port string) ([]target.ID, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/json/list", nil)
	if err != nil {
		return nil, fmt.Errorf("listing the browser's pages: %w", err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return nil, nil // the port is written a moment before it is served
	}
	defer response.Body.Close()
	var targets []struct {
		ID   target.ID `json:"id"`
		Type string    `json:"type"`
		URL  string    `json:"url"`
	}
	if err := json.NewDecoder(response.Body).Decode(&targets); err != nil {
		return nil, fmt.Errorf("listing the browser's pages: %w", err)
	}
	var pages []target.ID
	for _, t := range targets {
		if t.Type == "page" && strings.HasPrefix(t.URL, "http") {
			pages = append(pages, t.ID)
		}
	}
	return pages, nil
}

// run does something on the page, and ends when ctx does.
func run[T any](ctx context.Context, p *Page, action chromedp.Action[T]) (T, error) {
	tab, cancel := context.WithCancel(p.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	result, err := chromedp.Run(tab, action)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return result, err
}

// lookAgain is how often Await looks, and lookFor how long one look may take.
const (
	lookAgain = 50 * time.Millisecond
	lookFor   = 3 * time.Second
)

// Await waits until an element is visible, on whatever page the browser has
// come to by then. The selector is CSS. It asks anew each time: chromedp's own
// waiting holds on to nodes, and on a busy machine to those of a page that was
// left meanwhile.
func (p *Page) Await(ctx context.Context, selector string) error {
	quoted, err := json.Marshal(selector)
	if err != nil {
		return fmt.Errorf("waiting for %s in the browser: %w", selector, err)
	}
	look := chromedp.Evaluate[bool]("(e => e !== null && e.getClientRects().length > 0)(document.querySelector(" + string(quoted) + "))")
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		once, cancel := context.WithTimeout(ctx, lookFor)
		shown, err := run(once, p, look)
		cancel()
		if err == nil && shown {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s in the browser: %w", selector, errors.Join(context.Cause(ctx), err))
		}
	}
}

// Click waits for an element and clicks its middle with the mouse, again if the
// click was lost. As in Await, the page is asked anew each time: a click by
// chromedp's nodes was seen to wait for ever for those of a page that had just
// been left by a redirect.
func (p *Page) Click(ctx context.Context, selector string) error {
	quoted, err := json.Marshal(selector)
	if err != nil {
		return fmt.Errorf("clicking %s: %w", selector, err)
	}
	for {
		if err := p.Await(ctx, selector); err != nil {
			return fmt.Errorf("clicking %s: %w", selector, err)
		}
		once, cancel := context.WithTimeout(ctx, lookFor)
		err := p.clickOnce(once, string(quoted))
		cancel()
		if err == nil {
			return nil
		}
		// A browser that leaves the page because of the click need not answer.
		if present, gone := p.Has(ctx, selector); gone == nil && !present {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("clicking %s: %w", selector, errors.Join(context.Cause(ctx), err))
		}
	}
}

// clickOnce clicks what is at the middle of an element, if that is the element
// and not something above it, and waits until the page has got the click: on a
// busy machine a browser may drop one on a page that it has not painted yet.
func (p *Page) clickOnce(ctx context.Context, quoted string) error {
	at, err := run(ctx, p, chromedp.Evaluate[[]float64](`(e => {
		if (e === null) return []
		e.scrollIntoView({block: "nearest", behavior: "instant"})
		const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2
		if (!e.contains(document.elementFromPoint(x, y))) return []
		document.stageWaits = true
		e.addEventListener("click", () => { document.stageWaits = false }, {capture: true, once: true})
		return [x, y]
	})(document.querySelector(`+quoted+`))`))
	if err != nil {
		return err
	}
	if len(at) != 2 {
		return errors.New("it cannot be reached with the mouse")
	}
	if _, err := run(ctx, p, chromedp.MouseClickXY(at[0], at[1])); err != nil {
		return err
	}
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		// Another page knows nothing of the wait: then the click has led there.
		waits, err := run(ctx, p, chromedp.Evaluate[bool]("document.stageWaits === true"))
		if err == nil && !waits {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.Join(errors.New("the page did not get the click"), err)
		}
	}
}

// Cookies returns the values of all cookies that the browser keeps for hosts on
// this computer, also those that pages may not see.
func (p *Page) Cookies(ctx context.Context) ([]string, error) {
	tab, cancel := context.WithCancel(p.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	got, err := chromedp.Call(tab, storage.GetCookies, storage.GetCookiesParams{})
	if err != nil {
		return nil, fmt.Errorf("reading the browser's cookies: %w", err)
	}
	var values []string
	for _, c := range got.Cookies {
		if c.Domain == "127.0.0.1" {
			values = append(values, c.Value)
		}
	}
	return values, nil
}

// Location returns the page's address.
func (p *Page) Location(ctx context.Context) (string, error) {
	at, err := run(ctx, p, chromedp.Location())
	if err != nil {
		return "", fmt.Errorf("reading the page's address: %w", err)
	}
	return at, nil
}

// Text waits for an element and returns its text.
func (p *Page) Text(ctx context.Context, selector string) (string, error) {
	quoted, err := json.Marshal(selector)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", selector, err)
	}
	if err := p.Await(ctx, selector); err != nil {
		return "", err
	}
	text, err := run(ctx, p, chromedp.Evaluate[string]("document.querySelector("+string(quoted)+").innerText"))
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", selector, err)
	}
	return text, nil
}

// Has reports whether the page has an element now.
func (p *Page) Has(ctx context.Context, selector string) (bool, error) {
	quoted, err := json.Marshal(selector)
	if err != nil {
		return false, fmt.Errorf("looking for %s: %w", selector, err)
	}
	found, err := run(ctx, p, chromedp.Evaluate[bool]("document.querySelector("+string(quoted)+") !== null"))
	if err != nil {
		return false, fmt.Errorf("looking for %s: %w", selector, err)
	}
	return found, nil
}

// Picture writes a picture of the page, as PNG.
func (p *Page) Picture(ctx context.Context, path string) error {
	picture, err := run(ctx, p, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Errorf("taking a picture of the page: %w", err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		return fmt.Errorf("writing a picture: %w", err)
	}
	return nil
}

// Leave lets go of the page without closing it.
func (p *Page) Leave() { p.cancel() }
