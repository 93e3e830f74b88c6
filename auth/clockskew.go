package auth

import (
	"strconv"
	"time"
)

// A computer whose clock is wrong can sign in all the same: times in tokens are
// judged by the provider's clock, as its answers' Date headers tell it. But the
// person should know, since other programs are not as patient.

// ClockSkew is the provider's clock minus this computer's, by the provider's
// last answer; positive means that this computer is behind. Less than 5 seconds
// count as 0, and so does "not known yet".
func (c *Client) ClockSkew(p Provider) time.Duration { return c.site(p).channel.Skew() }

// ClockSkew is how far the provider's clock is from this computer's, see
// [Client.ClockSkew].
func (p *Pending) ClockSkew() time.Duration { return p.attempt.site.channel.Skew() }

// ClockSkew is how far the provider's clock is from this computer's, see
// [Client.ClockSkew].
func (s *Session) ClockSkew() time.Duration { return s.site.channel.Skew() }

// seconds is a duration for Problem.Values.
func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
