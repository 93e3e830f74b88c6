package stage

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// Held is a request of the page that the browser has not sent yet.
type Held struct {
	URL  string
	page *Page
	id   fetch.RequestID
}

// HoldWhen does something on the page and stops the first request for an
// address of the pattern ("*" stands for anything) that comes of it, so that a
// test can do what an attacker who learned of it would do first.
func (p *Page) HoldWhen(ctx context.Context, pattern string, do func(context.Context) error) (*Held, error) {
	listening, stop := context.WithCancel(p.ctx)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	paused := chromedp.Events(listening, fetch.RequestPaused)
	if _, err := chromedp.Call(listening, fetch.Enable, fetch.EnableParams{
		Patterns: []*fetch.RequestPattern{{URLPattern: pattern}},
	}); err != nil {
		return nil, fmt.Errorf("holding a request: %w", err)
	}
	// What is done here may itself wait for the request: it ends later.
	go func() { _ = do(listening) }() // a failure shows as no request
	for event, err := range paused {
		if err != nil {
			return nil, fmt.Errorf("holding a request: %w", err)
		}
		return &Held{URL: event.Request.URL, page: p, id: event.RequestID}, nil
	}
	return nil, fmt.Errorf("waiting for a request to hold: %w", context.Cause(ctx))
}

// Release lets the browser send the request after all.
func (h *Held) Release(ctx context.Context) error {
	tab, cancel := context.WithCancel(h.page.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if _, err := chromedp.Call(tab, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: h.id}); err != nil {
		return fmt.Errorf("letting a request go: %w", err)
	}
	return nil
}
