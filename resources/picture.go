package resources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
)

const (
	pictureBytes = 2 << 20
	pictureFresh = 24 * time.Hour // the same address is not asked again before
)

// ErrPictureTooLarge means more than 2 MiB, or more than 4096 pixels to a side.
var ErrPictureTooLarge = errors.New("the picture is too large")

// Picture fetches the picture of a profile, checks it, scales it to at most 256
// pixels a side and returns the path of a PNG in the cache. It returns "" where
// the profile has none, or nothing is cached. An error means that initials have
// to do; the picture fetched last stays in the cache.
//
// The step is recorded in r, which may be nil; asking nobody is no step.
//
// The access token is not sent. Pictures come over https from the open Internet
// only, or from this computer only if the issuer is here. See pictureClient for
// what that means behind a proxy.
func (c *Client) Picture(ctx context.Context, s Session, p Profile, r *flow.Recorder) (path string, err error) {
	key := s.Account().Key
	if p.PictureURL == "" || c.cache.dir == "" {
		return "", c.cache.removePicture(key)
	}
	now := c.now().Round(0)
	if e, ok := c.cache.read(key); ok && e.PictureOf == p.PictureURL {
		if age := now.Sub(e.PictureFetched); age >= 0 && age < pictureFresh {
			if path := c.cache.existingPicture(key); path != "" {
				return path, nil
			}
		}
	}
	step := r.Start(flow.KindPicture, flow.RoleClient, flow.RoleResourceServer)
	step.Params(flow.Public("picture_host", hostOf(p.PictureURL)))
	path, err = c.fetchPicture(ctx, s, p.PictureURL, now)
	if err != nil {
		step.Fail(string(auth.CodeOf(err)))
		c.log.WarnContext(ctx, "picture not fetched", "provider", s.Provider().ID, "code", auth.CodeOf(err))
		return path, err
	}
	step.Checks(
		flow.Check{Name: "address", Verdict: flow.Passed, Spec: "https from the open Internet, looked at again when connecting"},
		flow.Check{Name: "size", Verdict: flow.Passed, Spec: "2 MiB and 4096 pixels a side at most, before it is decoded"})
	step.Done()
	return path, nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func (c *Client) fetchPicture(ctx context.Context, s Session, address string, now time.Time) (string, error) {
	body, host, err := c.download(ctx, address, auth.IsLoopbackURL(s.Provider().Issuer))
	if err != nil {
		return "", pictureProblem(host, err)
	}
	c.decoding.Lock()
	png, err := thumbnail(body)
	c.decoding.Unlock()
	if err != nil {
		return "", pictureProblem(host, err)
	}
	if ctx.Err() != nil {
		return "", pictureProblem(host, networkError{ctx.Err()}) // see Profile
	}
	path, err := c.cache.writePicture(s.Account().Key, address, now, png)
	if err != nil {
		return "", pictureProblem(host, err)
	}
	return path, nil
}

// download reads the bytes at address. local says that the issuer is on this
// computer.
func (c *Client) download(ctx context.Context, address string, local bool) (body []byte, host string, err error) {
	if err := auth.CheckEndpoint(address, local); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrPictureAddress, err)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, "", ErrPictureAddress
	}
	client := c.public
	if local {
		client = c.loopback
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, u.Host, ErrPictureAddress
	}
	req.Header.Set("Accept", "image/webp, image/png, image/jpeg, image/gif")
	req.Header.Set("User-Agent", "Latchkey")
	resp, err := client.Do(req)
	if err != nil {
		return nil, u.Host, transportCause(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, u.Host, fmt.Errorf("the picture's server answered with status %d", resp.StatusCode)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, pictureBytes+1))
	if err != nil {
		return nil, u.Host, networkError{err}
	}
	if len(body) > pictureBytes {
		return nil, u.Host, ErrPictureTooLarge
	}
	return body, u.Host, nil
}

// networkError tells "not reached" from "refused".
type networkError struct{ error }

func (e networkError) Unwrap() error { return e.error }

// transportCause drops the address from an error of net/http: it may identify
// the person.
func transportCause(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	if errors.Is(err, ErrPictureAddress) {
		return err
	}
	return networkError{err}
}

func pictureProblem(host string, err error) *auth.Problem {
	if n := (networkError{}); errors.As(err, &n) {
		p := auth.TransportProblem(auth.PhaseProfile, host, n.error)
		p.Next = auth.NextDismiss
		return p
	}
	p := &auth.Problem{Phase: auth.PhaseProfile, Code: auth.CodeProfileUnavailable, Next: auth.NextDismiss, Err: err}
	return p.With("Host", host)
}
