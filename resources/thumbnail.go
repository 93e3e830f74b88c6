package resources

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/riff"
	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
	"golang.org/x/image/webp"
)

const (
	maxSide       = 4096 // pixels, of what is decoded: at most 16 Mi pixels
	thumbnailSide = 256  // pixels, of what is kept
	maxScans      = 64   // of a JPEG; encoders write about ten
)

// ErrPictureFormat means a picture in no known format, or a broken one.
var ErrPictureFormat = errors.New("the picture is broken or in an unknown format")

// format is one kind of picture. It is told by its first bytes; what a server
// calls it does not matter, nor what other formats the program has linked in.
type format struct {
	magic  string // '?' stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	check  func([]byte) error // what config does not see; may be nil
}

var formats = []format{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, nil},
	{"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, checkJPEG},
	{"GIF87a", gif.DecodeConfig, gif.Decode, nil},
	{"GIF89a", gif.DecodeConfig, gif.Decode, nil},
	{"RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode, checkWebP},
}

// thumbnail turns a picture from anywhere into a small PNG. Sizes are checked
// before anything is decoded: a few bytes can claim a gigabyte of pixels.
func thumbnail(data []byte) (out []byte, err error) {
	defer func() {
		// The decoders are fed whatever a stranger chose.
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%w: the decoder gave up", ErrPictureFormat)
		}
	}()
	for _, f := range formats {
		if !hasMagic(data, f.magic) {
			continue
		}
		config, err := f.config(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPictureFormat, err)
		}
		if err := checkSize(config); err != nil {
			return nil, err
		}
		if f.check != nil {
			if err := f.check(data); err != nil {
				return nil, err
			}
		}
		img, err := f.decode(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPictureFormat, err)
		}
		return encode(img)
	}
	return nil, ErrPictureFormat
}

func hasMagic(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

func checkSize(c image.Config) error {
	if c.Width > maxSide || c.Height > maxSide {
		return fmt.Errorf("%w: %d × %d pixels", ErrPictureTooLarge, c.Width, c.Height)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return ErrPictureFormat
	}
	return nil
}

// checkJPEG refuses files with very many scans: each makes the decoder walk
// over all pixels again, and costs the sender a few bytes. 0xFF 0xDA cannot
// occur within a scan's data (ITU T.81 §B.1.1.5); thumbnails in the metadata
// add a few.
func checkJPEG(data []byte) error {
	if bytes.Count(data, []byte{0xff, 0xda}) > maxScans {
		return fmt.Errorf("%w: too many scans", ErrPictureFormat)
	}
	return nil
}

// checkWebP compares the size in an extended header with that of the frame.
// webp.DecodeConfig believes the header and webp.Decode the frame, so that a
// small header could hide a huge frame; and transparency of another size than
// the frame makes the image unusable.
func checkWebP(data []byte) error {
	_, r, err := riff.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPictureFormat, err)
	}
	var canvas image.Config
	for {
		id, length, chunk, err := r.Next()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPictureFormat, err)
		}
		var frame image.Config
		switch string(id[:]) {
		case "VP8X":
			if canvas, err = webpCanvas(chunk); err != nil {
				return err
			}
			continue
		case "VP8 ":
			d := vp8.NewDecoder()
			d.Init(chunk, int(length))
			h, err := d.DecodeFrameHeader()
			if err != nil {
				return fmt.Errorf("%w: %w", ErrPictureFormat, err)
			}
			frame.Width, frame.Height = h.Width, h.Height
		case "VP8L":
			if frame, err = vp8l.DecodeConfig(chunk); err != nil {
				return fmt.Errorf("%w: %w", ErrPictureFormat, err)
			}
		default:
			continue
		}
		if canvas.Width != 0 && (canvas.Width != frame.Width || canvas.Height != frame.Height) {
			return fmt.Errorf("%w: the frame has another size than the picture", ErrPictureFormat)
		}
		return checkSize(frame)
	}
}

// webpCanvas reads the size from a VP8X chunk (RFC 9649 §2.7.1.3).
func webpCanvas(chunk io.Reader) (image.Config, error) {
	var b [10]byte
	if _, err := io.ReadFull(chunk, b[:]); err != nil {
		return image.Config{}, fmt.Errorf("%w: %w", ErrPictureFormat, err)
	}
	c := image.Config{
		Width:  1 + int(b[4]) + int(b[5])<<8 + int(b[6])<<16,
		Height: 1 + int(b[7]) + int(b[8])<<8 + int(b[9])<<16,
	}
	return c, checkSize(c)
}

// encode scales img down where needed, keeping its proportions, and writes it
// as a PNG.
func encode(img image.Image) ([]byte, error) {
	b := img.Bounds()
	if b.Empty() {
		return nil, ErrPictureFormat
	}
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > thumbnailSide {
		w, h = max(1, w*thumbnailSide/longest), max(1, h*thumbnailSide/longest)
	}
	small := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return nil, fmt.Errorf("encoding the picture: %w", err)
	}
	return out.Bytes(), nil
}
