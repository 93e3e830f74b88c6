package resources_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/resources"
)

func canvas(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for y := range h {
		img.Set(0, y, color.NRGBA{R: 0x7d, G: 0x4f, B: 0xd6, A: 0xff})
	}
	return img
}

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, canvas(w, h))
	return b.Bytes()
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, canvas(w, h), nil)
	return b.Bytes()
}

func gifOf(w, h int) []byte {
	var b bytes.Buffer
	_ = gif.Encode(&b, canvas(w, h), nil)
	return b.Bytes()
}

// webpLossless and webpLossy are one pixel each.
var (
	webpLossless = decode64("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	webpLossy    = decode64("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA=")
)

func decode64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// extended puts an extended header that claims w × h before the frame of a
// simple WebP (RFC 9649 §2.7).
func extended(simple []byte, w, h int) []byte {
	header := make([]byte, 18)
	copy(header, "VP8X\x0a\x00\x00\x00")
	put := func(at, n int) { header[at], header[at+1], header[at+2] = byte(n), byte(n>>8), byte(n>>16) }
	put(12, w-1)
	put(15, h-1)
	body := append(append([]byte("WEBP"), header...), simple[12:]...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// claiming changes the size in a PNG's header.
func claiming(data []byte, w, h uint32) []byte {
	out := bytes.Clone(data)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

func gifClaiming(w, h uint16) []byte {
	out := gifOf(2, 2)
	binary.LittleEndian.PutUint16(out[6:], w)
	binary.LittleEndian.PutUint16(out[8:], h)
	return out
}

func jpegClaiming(w, h uint16) []byte {
	out := jpegOf(8, 8)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[at+5:], h)
	binary.BigEndian.PutUint16(out[at+7:], w)
	return out
}

// pictured is a bench whose provider also has a picture.
func pictured(t *testing.T, h http.HandlerFunc) (*bench, resources.Profile) {
	t.Helper()
	b := newBench(t, h, nil) // /userinfo plays the picture
	return b, resources.Profile{Subject: sub, PictureURL: b.server.URL + "/userinfo"}
}

func (b *bench) picture(p resources.Profile) (string, error) {
	return b.client.Picture(context.Background(), b.fakeSession, p, b.record)
}

func TestPicture(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		w, h int
	}{
		{"PNG", pngOf(96, 96), 96, 96},
		{"JPEG scaled down", jpegOf(1024, 1024), 256, 256},
		{"wide", pngOf(1000, 10), 256, 2},
		{"high and thin", pngOf(1, 4096), 1, 256},
		{"GIF", gifOf(300, 300), 256, 256},
		{"WebP lossless", webpLossless, 1, 1},
		{"WebP lossy", webpLossy, 1, 1},
		{"WebP with extended header", extended(webpLossless, 1, 1), 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, p := pictured(t, answer(200, string(c.data), "Content-Type", "text/plain"))
			path, err := b.picture(p)
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			got, err := png.Decode(f)
			if err != nil || got.Bounds() != image.Rect(0, 0, c.w, c.h) {
				t.Errorf("got %v, %v; want %d × %d", got.Bounds(), err, c.w, c.h)
			}
			wantPrivate(t, path)
			for name := range b.requests[0].Header {
				if name == "Authorization" || name == "Cookie" {
					t.Errorf("%s was sent", name)
				}
			}
		})
	}
}

func TestPictureColoursSurvive(t *testing.T) {
	b, p := pictured(t, answer(200, string(pngOf(64, 64))))
	path, err := b.picture(p)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := color.NRGBAModel.Convert(img.At(0, 5)); got != (color.NRGBA{R: 0x7d, G: 0x4f, B: 0xd6, A: 0xff}) {
		t.Errorf("got %v", got)
	}
}

func TestPictureRefused(t *testing.T) {
	scans := append(jpegOf(8, 8), bytes.Repeat([]byte{0xff, 0xda}, 70)...)
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		want error // nil: any
	}{
		{"PNG bomb", answer(200, string(claiming(pngOf(2, 2), 50000, 50000))), resources.ErrPictureTooLarge},
		{"PNG a pixel too wide", answer(200, string(pngOf(4097, 1))), resources.ErrPictureTooLarge},
		{"PNG a pixel too high", answer(200, string(pngOf(1, 4097))), resources.ErrPictureTooLarge},
		{"GIF bomb", answer(200, string(gifClaiming(65535, 65535))), resources.ErrPictureTooLarge},
		{"JPEG bomb", answer(200, string(jpegClaiming(65535, 65535))), resources.ErrPictureTooLarge},
		{"JPEG with very many scans", answer(200, string(scans)), resources.ErrPictureFormat},
		{"WebP bomb", answer(200, string(extended(webpLossless, 1<<24, 1<<24))), resources.ErrPictureTooLarge},
		{"WebP frame of another size", answer(200, string(extended(webpLossless, 2, 2))), resources.ErrPictureFormat},
		{"2 MiB and a byte", answer(200, string(pngOf(2, 2))+strings.Repeat("x", 2<<20)), resources.ErrPictureTooLarge},
		{"no length told, too long", func(w http.ResponseWriter, _ *http.Request) {
			for range 33 {
				_, _ = w.Write(make([]byte, 64<<10))
				w.(http.Flusher).Flush()
			}
		}, resources.ErrPictureTooLarge},
		{"SVG", answer(200, `<svg xmlns="http://www.w3.org/2000/svg"/>`, "Content-Type", "image/png"), resources.ErrPictureFormat},
		{"BMP", answer(200, "BM\x3a\x00\x00\x00"), resources.ErrPictureFormat},
		{"empty", answer(200, ""), resources.ErrPictureFormat},
		{"cut", answer(200, string(pngOf(64, 64)[:80])), resources.ErrPictureFormat},
		{"not found", answer(404, string(pngOf(2, 2))), nil},
		{"redirect", answer(302, "", "Location", "/people/me"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, p := pictured(t, c.h)
			path, err := b.picture(p)
			wantCode(t, err, auth.CodeProfileUnavailable, auth.NextDismiss)
			if path != "" || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %q, %v; want %v", path, err, c.want)
			}
			if got := b.asked(); len(got) != 1 {
				t.Errorf("asked %v", got)
			}
			b.wantNothingCached(t)
		})
	}
}

// TestPictureThatNeverEnds: no more is read than a picture may have.
func TestPictureThatNeverEnds(t *testing.T) {
	const much = 64 << 20 // more than the sockets in between hold
	sent := make(chan int, 1)
	b, p := pictured(t, func(w http.ResponseWriter, _ *http.Request) {
		n := 0
		for part := make([]byte, 64<<10); n < much; n += len(part) {
			if _, err := w.Write(part); err != nil {
				break
			}
		}
		sent <- n
	})
	if _, err := b.picture(p); !errors.Is(err, resources.ErrPictureTooLarge) {
		t.Errorf("got %v, want %v", err, resources.ErrPictureTooLarge)
	}
	if n := <-sent; n >= much {
		t.Errorf("all of %d MiB was read", n>>20)
	}
}

// TestPictureAddresses: a profile must not make this computer ask its own
// network for things. None of these leads to a connection.
func TestPictureAddresses(t *testing.T) {
	reached := func(http.ResponseWriter, *http.Request) { t.Error("a connection was made") }
	secure := httptest.NewTLSServer(http.HandlerFunc(reached))
	defer secure.Close()
	plain := httptest.NewServer(http.HandlerFunc(reached))
	defer plain.Close()
	port := secure.URL[strings.LastIndexByte(secure.URL, ':'):]
	const remote, local = "https://id.example.com", "http://127.0.0.1:1"
	for _, c := range []struct{ name, issuer, address string }{
		{"loopback", remote, secure.URL},
		{"a name that leads to loopback", remote, "https://localhost" + port},
		{"loopback in disguise", remote, "https://[::ffff:127.0.0.1]" + port},
		{"unspecified", remote, "https://0.0.0.0" + port},
		{"metadata of a cloud", remote, "https://169.254.169.254/latest"},
		{"private network", remote, "https://10.0.0.1/"},
		{"carrier's network", remote, "https://100.64.0.1/"},
		{"multicast", remote, "https://224.0.0.1/"},
		{"private, version 6", remote, "https://[fd00:ec2::254]/"},
		{"not protected", remote, plain.URL},
		{"not protected, open Internet", remote, "http://192.0.2.1/"},
		{"a file", remote, "file:///etc/passwd"},
		{"data", remote, "data:image/png;base64,AAAA"},
		{"credentials", remote, "https://a:b@127.0.0.1" + port},
		{"nothing of an address", remote, "//"},
		{"open Internet for a local issuer", local, "https://192.0.2.1/"},
		{"private network for a local issuer", local, "https://10.0.0.1/"},
		{"not protected, for a local issuer", local, "http://10.0.0.1/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, nil)
			b.provider.Issuer = c.issuer
			_, err := b.picture(resources.Profile{Subject: sub, PictureURL: c.address})
			wantCode(t, err, auth.CodeProfileUnavailable, auth.NextDismiss)
			if !errors.Is(err, resources.ErrPictureAddress) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// endsWithTheBody is a context that ends while a picture is being decoded: once
// the server has sent all of it, without a word to the connection.
type endsWithTheBody struct {
	context.Context
	sent atomic.Bool
}

func (e *endsWithTheBody) Err() error {
	if e.sent.Load() {
		return context.Canceled
	}
	return nil
}

// TestNothingIsWrittenAfterTheSignOut: a sign-out cancels what is under way and
// forgets; what was under way must not write it down again.
func TestNothingIsWrittenAfterTheSignOut(t *testing.T) {
	t.Run("picture", func(t *testing.T) {
		ctx := &endsWithTheBody{Context: context.Background()}
		b, p := pictured(t, func(w http.ResponseWriter, r *http.Request) {
			ctx.sent.Store(true) // the answer is on its way when this returns
			answer(200, string(pngOf(2, 2)))(w, r)
		})
		if path, err := b.client.Picture(ctx, b.fakeSession, p, nil); path != "" || auth.CodeOf(err) != auth.CodeCanceled {
			t.Errorf("got %q, %v", path, err)
		}
		b.wantNothingCached(t)
	})
	t.Run("profile", func(t *testing.T) {
		b := newBench(t, answer(200, okUserinfo), nil)
		ctx, signOut := context.WithCancel(context.Background())
		defer signOut()
		r := flow.NewRecorder("Mock", b.server.URL, nil, func(s flow.Step) {
			if s.Status == flow.StatusDone {
				signOut()
			}
		})
		if got, err := b.client.Profile(ctx, b.fakeSession, r); got.Subject != "" || auth.CodeOf(err) != auth.CodeCanceled {
			t.Errorf("got %+v, %v", got, err)
		}
		b.wantNothingCached(t)
	})
}

func (b *bench) wantNothingCached(t *testing.T) {
	t.Helper()
	if files, _ := filepath.Glob(filepath.Join(b.dir, "profiles", "*")); len(files) != 0 {
		t.Errorf("written %v", files)
	}
}

func TestPictureOffline(t *testing.T) {
	b, p := pictured(t, answer(200, string(pngOf(2, 2))))
	p.PictureURL += "?person=ada"
	b.server.Close()
	_, err := b.picture(p)
	problem := wantCode(t, err, auth.CodeOffline, auth.NextDismiss)
	if strings.Contains(problem.Detail(), "person=ada") {
		t.Errorf("the details hold the address: %s", problem.Detail())
	}
}

func TestPictureIsAskedOnceADay(t *testing.T) {
	b, p := pictured(t, answer(200, string(pngOf(2, 2))))
	fetch := func(want int) {
		t.Helper()
		if path, err := b.picture(p); err != nil || path == "" {
			t.Fatalf("got %q, %v", path, err)
		}
		if got := len(b.asked()); got != want {
			t.Errorf("%d requests, want %d", got, want)
		}
	}
	fetch(1)
	fetch(1)
	b.now = b.now.Add(25 * time.Hour)
	fetch(2)
	p.PictureURL += "?new"
	fetch(3)
	_ = os.Remove(filepath.Join(b.dir, "profiles", key+".png"))
	fetch(4)
	b.now = b.now.Add(-time.Hour) // the clock was set back: the stamp lies in the future
	fetch(5)
}

func TestPictureSurvivesAFailure(t *testing.T) {
	b, p := pictured(t, inTurn(answer(200, string(pngOf(2, 2))), answer(500, "")))
	if _, err := b.client.Profile(context.Background(), &fakeSession{provider: b.provider, identity: b.identity, channel: b.channel}, nil); err != nil {
		t.Fatal(err)
	}
	before, err := b.picture(p)
	if err != nil {
		t.Fatal(err)
	}
	p.PictureURL += "?new"
	if _, err := b.picture(p); err == nil {
		t.Fatal("no error")
	}
	if _, path, ok := b.client.Cached(key); !ok || path != before {
		t.Errorf("got %q, %v", path, ok)
	}
}

func TestPictureTakenDown(t *testing.T) {
	b, p := pictured(t, answer(200, string(pngOf(2, 2))))
	before, err := b.picture(p)
	if err != nil {
		t.Fatal(err)
	}
	p.PictureURL = ""
	if path, err := b.picture(p); path != "" || err != nil {
		t.Errorf("got %q, %v", path, err)
	}
	if _, err := os.Stat(before); !os.IsNotExist(err) {
		t.Errorf("the picture is still there: %v", err)
	}
}

func TestNoCacheNoPicture(t *testing.T) {
	b, p := pictured(t, answer(200, string(pngOf(2, 2))))
	client := resources.New(resources.Config{})
	if path, err := client.Picture(context.Background(), b.fakeSession, p, b.record); path != "" || err != nil || len(b.asked()) != 0 {
		t.Errorf("got %q, %v, requests %v", path, err, b.asked())
	}
}
