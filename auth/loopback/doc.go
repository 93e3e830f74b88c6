// Package loopback receives the authorization response: a small HTTP server
// on this computer's own address, to which the provider sends the user's
// browser back (RFC 8252 §7.3). It knows nothing of codes and tokens; it hands
// the response's parameters on and shows the user how it ended.
//
// # How an attempt goes
//
//	Listen ──► Arm ──► Link … the browser opens the link
//	                     │
//	                     ▼
//	  GET /start/<ticket>     sets a cookie, sends the browser to the provider
//	                     │    (the user signs in there)
//	                     ▼
//	  GET /callback?state=…   state and cookie match ──► Wait returns
//	                     │    anything else: 4xx, and Wait goes on
//	                     ▼
//	  GET /done/<random>      "Checking the answer…", held open until Tell
//	                     │
//	                     ▼
//	                   Tell ──► the page says how it ended, the receiver closes
//
// # Who may end the wait
//
// Any program and any web page can send requests to a port of 127.0.0.1. So
// the only request that counts is the one that carries the attempt's state
// (which the provider was sent and repeats) and a cookie that this receiver
// gave to the browser which opened a start link. Everything else, errors
// included, is refused and the wait goes on: a forged "?error=access_denied"
// must not cancel a sign-in, nor a forged "?code=" begin one.
//
// The start link is what is handed to the system to open and what the user may
// copy. It is worth nothing once used, so that neither the list of processes
// nor the clipboard ever holds state or code challenge. What happens when a
// link is opened twice is told at [Receiver.Link].
//
// A response may come by POST too (OAuth 2.0 Form Post Response Mode); it is
// taken once a GET has shown the cookie. Where the browser is on another
// computer its last address can be pasted: [Receiver.Paste].
//
// # What is never done
//
// No part of a request is echoed. No page needs JavaScript, loads anything or
// talks to the receiver after it was loaded. The listener is never closed and
// bound again. No CORS header is ever sent.
package loopback
