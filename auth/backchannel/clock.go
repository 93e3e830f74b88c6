package backchannel

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// What a Date header is good for: it counts whole seconds and was written some
// time between request and answer. Differences below skewFloor are noise and
// count as none; an answer that took longer than slowest says too little.
const (
	skewFloor = 5 * time.Second
	slowest   = 10 * time.Second
)

// clock compares the local clock with the provider's.
type clock struct {
	local func() time.Time
	skew  atomic.Int64 // nanoseconds, server minus local
}

// measure takes the skew from one answer. Answers without a usable Date, from a
// cache (Age, RFC 9111 §5.1), or slow ones leave the last measure as it is.
func (c *clock) measure(before, after time.Time, h http.Header) {
	took := after.Sub(before)
	if took < 0 || took > slowest || h.Get("Age") != "" {
		return
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	// Half a second for the fraction that Date leaves out.
	skew := date.Add(time.Second / 2).Sub(before.Add(took / 2))
	if skew.Abs() < skewFloor {
		skew = 0
	}
	c.skew.Store(int64(skew.Round(time.Second)))
}

// Skew is the provider's clock minus this computer's, by the last good answer;
// positive means that this computer is behind. Less than 5 seconds count as 0,
// and so does "not known yet". It is meant for judging times in tokens and for
// telling the user that the clock is wrong, not for measuring time.
func (c *Client) Skew() time.Duration { return time.Duration(c.guard.clock.skew.Load()) }

// Now is the provider's time as far as it is known: local time plus Skew.
func (c *Client) Now() time.Time { return c.guard.clock.local().Add(c.Skew()) }

// longestRetry caps what a server can make us wait.
const longestRetry = 24 * time.Hour

// RetryAfter reads the Retry-After header (RFC 9110 §10.2.3), in seconds or as a
// date, which is compared with now: give it the Client's Now. A date that has
// passed is 0, anything over a day is a day. false means that there is no usable
// header.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v != "" && strings.Trim(v, "0123456789") == "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n > int64(longestRetry/time.Second) {
			return longestRetry, true
		}
		return time.Duration(n) * time.Second, true
	}
	t, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	return min(max(t.Sub(now), 0), longestRetry), true
}
