package assets_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"testing"

	"app.latchkey/assets"
)

func TestIcons(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(assets.IconPNG))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 512 || b.Dy() != 512 {
		t.Errorf("Icon.png is %v, want 512×512", b)
	}
	if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
		t.Error("the corners of Icon.png are not transparent")
	}
	d := xml.NewDecoder(bytes.NewReader(assets.IconSVG))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// The mark is Google's: the source tree must not carry it.
func TestNoMarkOfGoogle(t *testing.T) {
	if g := assets.GoogleG(); g != nil {
		if _, err := png.Decode(bytes.NewReader(g)); err != nil {
			t.Errorf("icons/google-g.png is no PNG: %v", err)
		}
		t.Skip("a packager added Google's mark")
	}
}
