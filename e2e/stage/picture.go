package stage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"time"
)

// settle is how long a picture may take to stand still before it is taken as
// it is; a screen with a spinner never does.
const settle = 2 * time.Second

// Picture writes what window w shows, as PNG. The window is brought to the
// front for it, and the focus given back to who had it. Picture waits until two
// looks in a row show the same, for at most two seconds.
func (s *Stage) Picture(ctx context.Context, w Window, path string) error {
	before, err := s.ActiveWindow(ctx)
	if err != nil {
		return err
	}
	if before != w {
		if err := s.Focus(ctx, w); err != nil {
			return err
		}
	}
	area, err := s.geometry(ctx, w)
	if err != nil {
		return err
	}
	if err := s.takePicture(ctx, area, path); err != nil {
		return err
	}
	if before != w && before != 0 {
		return s.Focus(ctx, before)
	}
	return nil
}

// takePicture writes an area of the screen as PNG once it stands still.
func (s *Stage) takePicture(ctx context.Context, area image.Rectangle, path string) error {
	calm, cancel := context.WithTimeout(ctx, settle)
	defer cancel()
	var last *image.RGBA
	err := await(calm, "a still picture", func() (bool, error) {
		picture, err := s.grab(area)
		if err != nil {
			return false, err
		}
		same := last != nil && bytes.Equal(picture.Pix, last.Pix)
		last = picture
		return same && !uniform(picture), nil
	})
	if err != nil && (last == nil || ctx.Err() != nil) {
		return err
	}
	if uniform(last) {
		return errors.New("the window shows nothing: every point of it has one colour")
	}
	return writePNG(path, last)
}

// grab reads an area of the screen out of the X server's frame buffer file.
func (s *Stage) grab(area image.Rectangle) (*image.RGBA, error) {
	data, err := os.ReadFile(filepath.Join(s.Dir, "fb", "Xvfb_screen0"))
	if err != nil {
		return nil, fmt.Errorf("taking a picture: %w", err)
	}
	return decodeXWD(data, area)
}

// The fields of an XWD header (X11/XWDFile.h), as indexes of 32-bit words.
const (
	xwdHeaderSize   = 0
	xwdVersion      = 1
	xwdWidth        = 4
	xwdHeight       = 5
	xwdByteOrder    = 7
	xwdBitsPerPixel = 11
	xwdBytesPerLine = 12
	xwdColors       = 19
	xwdWords        = 25
	xwdColorSize    = 12
)

// decodeXWD cuts an area out of an X window dump of 32 bits a pixel, the form
// in which Xvfb keeps its screen.
func decodeXWD(data []byte, area image.Rectangle) (*image.RGBA, error) {
	if len(data) < xwdWords*4 {
		return nil, errors.New("reading the screen: no XWD header")
	}
	word := func(index int) int { return int(binary.BigEndian.Uint32(data[index*4:])) }
	if word(xwdVersion) != 7 || word(xwdBitsPerPixel) != 32 || word(xwdByteOrder) != 0 {
		return nil, fmt.Errorf("reading the screen: version %d, %d bits a pixel, byte order %d are not supported",
			word(xwdVersion), word(xwdBitsPerPixel), word(xwdByteOrder))
	}
	begin, stride := word(xwdHeaderSize)+word(xwdColors)*xwdColorSize, word(xwdBytesPerLine)
	screen := image.Rect(0, 0, word(xwdWidth), word(xwdHeight))
	if len(data) < begin+stride*screen.Dy() || stride < 4*screen.Dx() {
		return nil, errors.New("reading the screen: the file is too short")
	}
	area = area.Intersect(screen)
	picture := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	for row := range area.Dy() {
		line := data[begin+(area.Min.Y+row)*stride+area.Min.X*4:]
		for column := range area.Dx() {
			pixel := line[column*4:]
			picture.SetRGBA(column, row, color.RGBA{R: pixel[2], G: pixel[1], B: pixel[0], A: 0xff})
		}
	}
	return picture, nil
}

// uniform reports whether a picture has only one colour: nothing was drawn yet.
func uniform(picture *image.RGBA) bool {
	if picture == nil || len(picture.Pix) < 4 {
		return true
	}
	for i := 4; i < len(picture.Pix); i += 4 {
		if !bytes.Equal(picture.Pix[i:i+4], picture.Pix[:4]) {
			return false
		}
	}
	return true
}

func writePNG(path string, picture image.Image) error {
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, picture); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.WriteFile(path, buffer.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing a picture: %w", err)
	}
	return nil
}
