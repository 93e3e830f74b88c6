package mockprovider

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"sync"
)

// pictureSize is the width and height of a picture in pixels.
const pictureSize = 256

// Portrait is how a user's picture is drawn: a head on a coloured ground.
// Colours are 0xRRGGBB.
type Portrait struct {
	Ground   uint32 `toml:"ground"`
	Skin     uint32 `toml:"skin"`
	Hair     uint32 `toml:"hair"`
	Clothes  uint32 `toml:"clothes"`
	LongHair bool   `toml:"long_hair"`
}

// pictures are the drawn pictures by user key; each is drawn once.
type pictures struct {
	mu   sync.Mutex
	data map[string][]byte
}

// picturePath is where a user's picture is found. It needs no token, as at
// Google.
func picturePath(u User) string { return "/picture/" + u.Key }

// servePicture answers with a user's picture, or the provider's own icon.
func (p *Provider) servePicture(x *exchange) {
	portrait := &Portrait{Ground: 0x1D2030, Skin: 0xD9AE5F, Hair: 0x1D2030, Clothes: 0xD9AE5F}
	key := x.r.PathValue("key")
	if key != "provider" {
		u, ok := p.findUser(key)
		if !ok || u.Portrait == nil {
			p.serveNotFound(x)
			return
		}
		key, portrait = u.Key, u.Portrait
	}
	data, err := p.pictures.get(key, *portrait)
	if err != nil {
		p.internalError(x, err)
		return
	}
	e := &Event{Stage: StagePicture, Body: data}
	p.stage(x, e)
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := x.w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, max-age=86400")
	if x.r.Header.Get("If-None-Match") == tag && e.Status == 0 {
		x.w.WriteHeader(http.StatusNotModified)
		return
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "image/png")
	}
	p.send(x, e.Status, "", e.Body)
}

// get returns the picture as PNG.
func (c *pictures) get(key string, portrait Portrait) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if data := c.data[key]; data != nil {
		return data, nil
	}
	var b bytes.Buffer
	if err := png.Encode(&b, portrait.draw()); err != nil {
		return nil, err
	}
	if c.data == nil {
		c.data = map[string][]byte{}
	}
	c.data[key] = b.Bytes()
	return b.Bytes(), nil
}

// draw paints the portrait, four samples per pixel in each direction so that
// edges are smooth.
func (t Portrait) draw() image.Image {
	const samples = 4
	img := image.NewRGBA(image.Rect(0, 0, pictureSize, pictureSize))
	for y := range pictureSize {
		for x := range pictureSize {
			var r, g, b uint32
			for s := range samples * samples {
				c := t.at((float64(x)+(float64(s%samples)+.5)/samples)/pictureSize,
					(float64(y)+(float64(s/samples)+.5)/samples)/pictureSize)
				r, g, b = r+c>>16, g+c>>8&0xff, b+c&0xff
			}
			const n = samples * samples
			img.SetRGBA(x, y, color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255})
		}
	}
	return img
}

// at returns the colour at a point of the unit square, front to back.
func (t Portrait) at(x, y float64) uint32 {
	const ink = 0x2B1D16
	switch {
	case inEllipse(x, y, .435, .465, .017, .021), inEllipse(x, y, .565, .465, .017, .021): // eyes
		return ink
	case inEllipse(x, y, .5, .535, .065, .05) && !inEllipse(x, y, .5, .515, .075, .05): // smile
		return ink
	case inEllipse(x, y, .5, .27, .185, .095), inEllipse(x, y, .36, .33, .06, .1), inEllipse(x, y, .64, .33, .06, .1): // fringe
		return t.Hair
	case inEllipse(x, y, .5, .45, .165, .205): // face
		return t.Skin
	case y > .58 && y < .74 && x > .435 && x < .565: // neck
		return t.Skin
	case inEllipse(x, y, .5, .70, .1, .06): // neckline
		return t.Skin
	case inEllipse(x, y, .5, 1.02, .36, .34): // shoulders
		return t.Clothes
	case t.LongHair && inEllipse(x, y, .5, .5, .235, .32):
		return t.Hair
	case inEllipse(x, y, .5, .38, .19, .19):
		return t.Hair
	}
	return t.Ground
}

// inEllipse says whether x, y lies in the ellipse around cx, cy.
func inEllipse(x, y, cx, cy, rx, ry float64) bool {
	dx, dy := (x-cx)/rx, (y-cy)/ry
	return dx*dx+dy*dy <= 1
}
