package journal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider/journal"
)

// TestWaitFor checks that nothing is missed, before or after the wait began.
func TestWaitFor(t *testing.T) {
	var j journal.Journal
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	token := func(e journal.Entry) bool { return e.Endpoint == "token" }
	j.Add(journal.Entry{Endpoint: "token", Status: 400})
	if e, err := j.WaitFor(ctx, token); err != nil || e.Status != 400 || e.Seq != 1 {
		t.Errorf("what was there: %+v %v", e, err)
	}
	found := make(chan journal.Entry, 1)
	go func() {
		e, _ := j.WaitFor(ctx, func(e journal.Entry) bool { return token(e) && e.Status == 200 })
		found <- e
	}()
	for range 100 {
		j.Add(journal.Entry{Endpoint: "jwks", Status: 200})
	}
	j.Add(journal.Entry{Endpoint: "token", Status: 200})
	if e := <-found; e.Seq != 102 {
		t.Errorf("what came: %+v", e)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := j.WaitFor(ended, func(journal.Entry) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

// TestLimit checks that a journal does not grow without end.
func TestLimit(t *testing.T) {
	var j journal.Journal
	for range 3*journal.Limit + 7 {
		j.Add(journal.Entry{Endpoint: "token", Request: journal.NewMessage("a=b", nil, nil, 0)})
	}
	entries := j.Entries()
	if len(entries) != journal.Limit || entries[len(entries)-1].Seq != 3*journal.Limit+7 {
		t.Errorf("%d entries, the last is %d", len(entries), entries[len(entries)-1].Seq)
	}
	for i := 1; i < len(entries); i++ {
		if entries[i].Seq != entries[i-1].Seq+1 {
			t.Fatalf("a gap after %d", entries[i-1].Seq)
		}
	}
	for i, e := range entries {
		if newest := i >= journal.Limit-journal.MessageLimit; (e.Request != nil) != newest {
			t.Fatalf("entry %d: what was sent is kept: %t", e.Seq, e.Request != nil)
		}
	}
	j.Clear()
	if j.Entries() != nil {
		t.Error("not cleared")
	}
	j.Add(journal.Entry{Endpoint: "jwks"})
	if entries := j.Entries(); len(entries) != 1 || entries[0].Endpoint != "jwks" || entries[0].Seq != 3*journal.Limit+8 {
		t.Errorf("after clearing: %+v", entries)
	}
}

// TestString checks that a line says who refused and why.
func TestString(t *testing.T) {
	line := journal.Entry{Endpoint: "token", Method: "POST", Path: "/token", Status: 400, Error: "invalid_grant", RefusedBy: "code_unused", Spec: "RFC 6749 §4.1.2"}.String()
	for _, want := range []string{"400", "POST /token", `error="invalid_grant"`, `refused_by="code_unused"`, `spec="RFC 6749 §4.1.2"`} {
		if !strings.Contains(line, want) {
			t.Errorf("no %s in %s", want, line)
		}
	}
}
