package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/journal"
	"app.latchkey/settings"
)

// demo is the mock provider inside the program. It keeps its address, its keys
// and its grants in a file, so that a demo's session outlives the program as a
// real one does. A mock's secrets are no secrets.
type demo struct {
	mock *mockprovider.Provider
	path string // "" where the state is another window's
	log  *slog.Logger
	stop func()
}

// demoState is the file. Address is part of the issuer, and so of every grant.
type demoState struct {
	Address string          `json:"address"`
	State   json.RawMessage `json:"state"`
}

// startDemo starts the mock on a loopback address. stop ends it and keeps its
// state.
func startDemo(path string, log *slog.Logger) (*demo, error) {
	ctx, cancel := context.WithCancel(context.Background())
	d := &demo{path: path, log: log}
	if err := d.start(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("starting the demo's provider: %w", err)
	}
	d.save()
	kept := make(chan struct{})
	go func() { d.keep(ctx); close(kept) }()
	d.stop = func() {
		cancel()
		<-kept
		d.save() // what was granted a moment ago
	}
	return d, nil
}

// provider is the mock as a provider to sign in at.
func (d *demo) provider() auth.Provider {
	p := auth.GoogleAt(d.mock.Issuer(), d.mock.PeopleAPI(), d.mock.ClientID(), d.mock.ClientSecret())
	p.ID = "google-demo"
	return p
}

// end is stop, or nothing where there is no demo.
func (d *demo) end() {
	if d != nil {
		d.stop()
	}
}

// trials are the demonstrations at the mock; none where there is no demo.
func (d *demo) trials() presenter.Trials {
	if d == nil {
		return nil
	}
	return &trials{mock: d.mock}
}

func (d *demo) start(ctx context.Context) error {
	old, err := d.load()
	if err != nil {
		d.log.Warn("the demo starts afresh", "error", err.Error())
	}
	if old.Address != "" {
		if d.mock, err = mockprovider.New(mockprovider.WithSnapshot(old.State)); err == nil {
			if err = d.mock.Start(ctx, old.Address); err == nil {
				return nil
			}
			// Most likely another window's demo sits on the old port. Its
			// state is not ours to overwrite: this demo lasts until it ends.
			d.path = ""
		}
		d.log.Warn("the demo starts afresh", "error", err.Error())
	}
	if d.mock, err = mockprovider.New(); err != nil {
		return err
	}
	return d.mock.Start(ctx, "127.0.0.1:0")
}

func (d *demo) load() (demoState, error) {
	var s demoState
	b, err := os.ReadFile(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

func (d *demo) save() {
	if d.path == "" {
		return
	}
	state, err := d.mock.Snapshot()
	if err == nil {
		var b []byte
		if b, err = json.Marshal(demoState{Address: d.mock.Addr(), State: state}); err == nil {
			err = settings.WriteFile(d.path, b)
		}
	}
	if err != nil {
		d.log.Warn("keeping the demo's state", "error", err.Error())
	}
}

// keep saves the state after each request that changes a grant.
func (d *demo) keep(ctx context.Context) {
	var seen int64
	for {
		e, err := d.mock.Journal().WaitFor(ctx, func(e journal.Entry) bool {
			return e.Seq > seen && (e.Endpoint == "token" || e.Endpoint == "revoke")
		})
		if err != nil {
			return
		}
		seen = e.Seq
		d.save()
	}
}
