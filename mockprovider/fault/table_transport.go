package fault

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"app.latchkey/mockprovider/stage"
)

// before makes a row that works before the endpoint does: whatever was asked
// has not happened, and a code or refresh token is not used up.
func before(name, place, about string, client Verdict, must, spec string, params []Param, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.Transport, Endpoint: "token", Place: place, Params: params,
		About: about, Client: client, Must: must, Spec: spec, bend: bend,
	}
}

// after makes a row that works when the endpoint is done: the code is used up.
func after(name, about string, client Verdict, must, spec string, params []Param, bend func(*bend)) Row {
	r := before(name, "sending", about, client, must, spec, params, bend)
	r.Stage = stage.Wire
	return r
}

const (
	reportIt = "report it, and keep what it has"
	busy     = "report that the provider is busy, keep what it has, and wait as long as Retry-After says"
)

func retryAfter(seconds string) []Param {
	return []Param{{"retry_after", Text, seconds, "Retry-After: seconds or an HTTP date; empty for none"}}
}

// status answers with an error status.
func status(code int) func(*bend) {
	return func(b *bend) {
		if s := b.text("retry_after"); s != "" {
			b.Header.Set("Retry-After", strings.Map(printable, s))
		}
		b.answer(code, "text/plain; charset=utf-8", http.StatusText(code)+"\n")
	}
}

// printable drops what fits no header.
func printable(r rune) rune {
	if r < 0x20 || r > 0x7e {
		return -1
	}
	return r
}

var transportRows = []Row{
	before("latency", "time", "the answer takes a while", Accept, "wait, and let the person cancel", "", durationParam("delay", "2s", "how long"),
		func(b *bend) { wait(b, b.duration("delay")) }),
	before("hang", "answer", "there is no answer, and the connection stays open", Refuse, "give up after a while", "", durationParam("for", "10m", "how long"),
		func(b *bend) {
			d := b.duration("for")
			b.Send = func(http.ResponseWriter) {
				wait(b, d)
				panic(http.ErrAbortHandler)
			}
		}),
	before("drop", "answer", "the connection is closed instead of an answer", Refuse, reportIt, "", nil, func(b *bend) { b.Send = drop }),
	before("reset", "answer", "the connection is reset instead of an answer", Refuse, reportIt, "RFC 9293 §3.5.2", nil, func(b *bend) { b.Send = reset }),
	before("not-http", "answer", "the answer is no HTTP", Refuse, reportIt, "RFC 9112 §4", nil, func(b *bend) { b.Send = notHTTP }),
	before("http-429", "answer", "too many requests", Refuse, busy, "RFC 6585 §4", retryAfter("30"), status(http.StatusTooManyRequests)),
	before("http-503", "answer", "the service is unavailable", Refuse, busy, "RFC 9110 §15.6.4, §10.2.3", retryAfter("30"), status(http.StatusServiceUnavailable)),
	before("http-500", "answer", "an internal error", Refuse, reportIt, "RFC 9110 §15.6.1", nil, status(http.StatusInternalServerError)),
	before("http-404", "answer", "there is nothing", Refuse, reportIt, "RFC 9110 §15.5.5", nil, status(http.StatusNotFound)),
	before("http-status", "answer", "any status", Refuse, reportIt, "RFC 9110 §15", []Param{{"code", Int, "502", "the status, from 200 to 599"}},
		func(b *bend) { status(min(max(b.int("code"), 200), 599))(b) }),
	before("html", "answer", "a page instead of JSON, as in a hotel", Refuse, "say that a page is in the way, not that JSON is broken", "", nil,
		func(b *bend) { b.answer(http.StatusOK, "text/html; charset=utf-8", hotelPage) }),
	before("html-error", "answer", "an error page of a proxy", Refuse, "say that a page is in the way, not that JSON is broken", "", nil,
		func(b *bend) { b.answer(http.StatusBadGateway, "text/html; charset=utf-8", hotelPage) }),
	before("json-invalid", "answer", "the JSON is broken", Refuse, reportIt, "RFC 8259 §2", nil,
		func(b *bend) {
			b.answer(http.StatusOK, "application/json; charset=utf-8", `{"access_token": "ya29.`+"\n")
		}),
	before("huge-body", "answer", "the answer is larger than anybody needs", Refuse, "stop reading", "", intParam("bytes", "10485760", "how many"),
		func(b *bend) {
			b.answer(http.StatusOK, "application/json; charset=utf-8", `{"x":"`+strings.Repeat("x", b.int("bytes"))+`"}`)
		}),
	before("gzip-bomb", "answer", "a small compressed answer becomes a large one", Refuse, "stop reading", "RFC 9110 §17.6", intParam("bytes", "10485760", "how many there are when it is unpacked"),
		func(b *bend) {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, err := w.Write([]byte(`{"x":"` + strings.Repeat("x", b.int("bytes")) + `"}`))
			if closed := w.Close(); err == nil && closed == nil {
				b.Header.Set("Content-Encoding", "gzip")
				b.answer(http.StatusOK, "application/json; charset=utf-8", packed.String())
			}
		}),
	before("redirect-loop", "answer", "the endpoint redirects to itself", Refuse, "follow no redirect with secrets, or stop after a few", "RFC 9700 §4.12", nil,
		func(b *bend) {
			b.Header.Set("Location", b.Request.URL.RequestURI())
			b.answer(http.StatusTemporaryRedirect, "text/plain; charset=utf-8", "Here again.\n")
		}),
	before("redirect-elsewhere", "answer", "the endpoint redirects to another host, and the browser or client is to repeat the request there", Refuse, "send no secrets after it", "RFC 9700 §4.12",
		textParam("to", "http://127.0.0.1:9/steal", "where"),
		func(b *bend) {
			b.Header.Set("Location", strings.Map(printable, b.text("to")))
			b.answer(http.StatusTemporaryRedirect, "text/plain; charset=utf-8", "Over there.\n")
		}),
	after("answer-lost", "the endpoint does its work, and the connection is closed before the answer", Refuse, "report it; a code that was sent must not be sent again", "RFC 6749 §4.1.2", nil,
		func(b *bend) { b.Send = drop }),
	after("cut-body", "the second half of the answer is missing", Refuse, reportIt, "RFC 9112 §8", nil, cutBody),
	after("dribble", "the answer comes a few bytes at a time", Accept, "wait, but not for ever", "",
		[]Param{{"bytes", Int, "16", "how many at a time"}, {"delay", Duration, "100ms", "how long between them"}}, dribble),
	after("empty-body", "the answer has a status and no body", Refuse, reportIt, "", nil, func(b *bend) { b.Body = []byte{} }),
	after("content-type-wrong", "the answer says that it is something else", Either, "refuse, or read it as what it must be", "RFC 6749 §5.1", textParam("type", "text/plain", "what it says"),
		func(b *bend) { b.Header.Set("Content-Type", strings.Map(printable, b.text("type"))) }),
	after("content-type-missing", "the answer does not say what it is", Either, "refuse, or read it as what it must be", "RFC 9110 §8.3", nil,
		func(b *bend) { b.Header["Content-Type"] = nil }),
	after("charset-utf16", "the answer is in UTF-16", Refuse, reportIt, "RFC 8259 §8.1", nil, func(b *bend) {
		var out []byte
		for _, u := range utf16.Encode([]rune(string(b.Body))) {
			out = append(out, byte(u), byte(u>>8))
		}
		b.Body = out
	}),
	after("gzip-lie", "the answer is said to be compressed, and is not", Refuse, reportIt, "RFC 9110 §8.4", nil,
		func(b *bend) { b.Header.Set("Content-Encoding", "gzip") }),
	after("header-huge", "the answer has a header of many bytes", Either, "stop reading, or go on", "RFC 9110 §5.4", intParam("bytes", "1048576", "how many"),
		func(b *bend) { b.Header.Set("X-Padding", strings.Repeat("x", b.int("bytes"))) }),
	after("date-skew", "the provider's clock, as its Date header shows it, is wrong", Accept, "go on; say so if times do not fit", "RFC 9110 §6.6.1",
		durationParam("by", "1h", "how far"),
		func(b *bend) {
			b.Header.Set("Date", b.Now.Add(b.duration("by")).UTC().Format(http.TimeFormat))
		}),
	after("unicode-escapes", "every letter of the answer's strings is escaped", Accept, "read it: it is the same JSON", "RFC 8259 §7", nil, escapeStrings),
}

// wait waits, or until the client has gone away.
func wait(b *bend, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.Request.Context().Done():
	}
}

// drop closes the connection without a word.
func drop(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// reset closes the connection so that the other side gets a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		drop(w) // no connection of its own, as in HTTP/2
	}
	inner := conn
	if t, ok := conn.(*tls.Conn); ok {
		inner = t.NetConn()
	}
	if t, ok := inner.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = inner.Close()
}

// notHTTP answers as an SSH server would.
func notHTTP(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		drop(w)
	}
	_, _ = fmt.Fprint(conn, "SSH-2.0-OpenSSH_9.9\r\n")
	_ = conn.Close()
}

// cutBody promises a body and sends half of it.
func cutBody(b *bend) {
	whole := b.Body
	b.Send = func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
		b.sendWhole(w, whole[:len(whole)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// dribble sends a body bit by bit.
func dribble(b *bend) {
	whole, step, delay := b.Body, max(1, b.int("bytes")), b.duration("delay")
	b.Send = func(w http.ResponseWriter) {
		b.sendWhole(w, nil)
		for len(whole) > 0 && b.Request.Context().Err() == nil {
			n := min(step, len(whole))
			if _, err := w.Write(whole[:n]); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			whole = whole[n:]
			wait(b, delay)
		}
	}
}

// escapeStrings writes each letter between quotation marks as \uXXXX.
func escapeStrings(b *bend) {
	var out bytes.Buffer
	quoted := false
	for i := 0; i < len(b.Body); i++ {
		c := b.Body[i]
		switch {
		case quoted && c == '\\' && i+1 < len(b.Body):
			n := 2
			if b.Body[i+1] == 'u' {
				n = 6
			}
			n = min(n, len(b.Body)-i)
			out.Write(b.Body[i : i+n])
			i += n - 1
		case c == '"':
			quoted = !quoted
			out.WriteByte(c)
		case quoted && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'):
			fmt.Fprintf(&out, `\u%04x`, c)
		default:
			out.WriteByte(c)
		}
	}
	b.Body = out.Bytes()
}
