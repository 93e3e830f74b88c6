package panva

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"app.latchkey/mockprovider/rpcheck"
)

// Client is npm openid-client as a program uses it that follows its documentation:
// it signs in, fetches userinfo, refreshes and revokes. One Node process serves any
// number of sign-ins, each with a configuration of its own. It is an
// rpcheck.Client.
type Client struct {
	program *Program
	// strict switches on whatever checks the library offers and leaves off.
	strict bool

	mu    sync.Mutex
	last  int
	calls map[int]chan reply
	gone  error
}

// NewClient starts the program of a folder: this package's own, after Install.
// strict switches on the checks that the library leaves off by default
// (enableNonRepudiationChecks and idTokenExpected).
func NewClient(dir string, strict bool) (*Client, error) {
	p, err := Start(dir, "rp.mjs")
	if err != nil {
		return nil, err
	}
	c := &Client{program: p, strict: strict, calls: map[int]chan reply{}}
	go c.read()
	return c, nil
}

// Close ends the program and returns what it said on its standard error.
func (c *Client) Close() string { return c.program.Stop() }

// call is one line to rp.mjs, which answers it by a reply of the same number.
type call struct {
	Call int    `json:"call"`
	Do   string `json:"do"`
	// Flow is the sign-in that is meant; begin's own number.
	Flow int `json:"flow"`
	// Setup and Strict are for begin.
	Setup  *rpcheck.Setup `json:"setup,omitempty"`
	Strict bool           `json:"strict,omitempty"`
}

type reply struct {
	Call    int
	URL     string
	Subject string
	Scope   string
	Refresh bool
	// Refused is the library's own code for why it gave up.
	Refused string
}

// read hands the replies to whoever waits for them.
func (c *Client) read() {
	for {
		line, err := c.program.Line()
		var r reply
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		c.mu.Lock()
		if err != nil {
			c.gone = err
			for _, waiting := range c.calls {
				close(waiting)
			}
			c.calls = nil
			c.mu.Unlock()
			return
		}
		if waiting, ok := c.calls[r.Call]; ok {
			delete(c.calls, r.Call)
			waiting <- r
		}
		c.mu.Unlock()
	}
}

// ask sends a call and waits for the reply. A refusal is an error.
func (c *Client) ask(ctx context.Context, request call) (reply, int, error) {
	answer := make(chan reply, 1)
	c.mu.Lock()
	if c.gone != nil {
		c.mu.Unlock()
		return reply{}, 0, c.gone
	}
	c.last++
	request.Call = c.last
	if request.Do == "begin" {
		request.Flow = c.last
	}
	c.calls[request.Call] = answer
	line, err := json.Marshal(request)
	if err == nil {
		err = c.program.Send(line)
	}
	c.mu.Unlock()
	if err != nil {
		return reply{}, 0, err
	}
	select {
	case r, ok := <-answer:
		switch {
		case !ok:
			return reply{}, 0, errors.New("openid-client's program ended")
		case r.Refused != "":
			return r, request.Flow, &rpcheck.Refusal{Code: r.Refused, Err: errors.New("openid-client: " + r.Refused)}
		}
		return r, request.Flow, nil
	case <-ctx.Done():
		return reply{}, request.Flow, context.Cause(ctx)
	}
}

// SignIn implements rpcheck.Client.
func (c *Client) SignIn(ctx context.Context, s rpcheck.Setup, open func(address string)) (*rpcheck.Session, error) {
	if s.Endpoints.User != "" {
		return nil, rpcheck.ErrUnable
	}
	begun, flow, err := c.ask(ctx, call{Do: "begin", Setup: &s, Strict: c.strict})
	closeFlow := func() { _, _, _ = c.ask(context.WithoutCancel(ctx), call{Do: "close", Flow: flow}) }
	if err != nil {
		return nil, err
	}
	open(begun.URL)
	in, _, err := c.ask(ctx, call{Do: "finish", Flow: flow})
	if err != nil {
		closeFlow()
		return nil, err
	}
	session := &rpcheck.Session{
		Subject: in.Subject, Scopes: strings.Fields(in.Scope), Close: closeFlow,
		Profile: func(ctx context.Context) (string, error) {
			r, _, err := c.ask(ctx, call{Do: "userinfo", Flow: flow})
			return r.Subject, err
		},
		Revoke: func(ctx context.Context) error {
			_, _, err := c.ask(ctx, call{Do: "revoke", Flow: flow})
			return err
		},
	}
	session.Refresh = func(ctx context.Context) error {
		_, _, err := c.ask(ctx, call{Do: "refresh", Flow: flow})
		return err
	}
	return session, nil
}
