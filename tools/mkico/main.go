// Command mkico draws a square picture in the sizes that Windows shows and
// writes them as one .ico file; and it draws the side of a setup's last page, a
// bitmap with the picture on its own ground.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"

	"golang.org/x/image/draw"
)

// sizes are those of 100, 125, 150, 200 and 400 percent: 16 in title bars, 32 in
// lists, 48 on the desktop, 256 everywhere else. Windows scales the rest.
var sizes = []int{16, 20, 24, 32, 40, 48, 64, 256}

// packed is the size from which a picture is kept as PNG, as Windows itself
// does; smaller ones are bitmaps, which every reader of icons knows.
const packed = 256

func main() {
	out := flag.String("out", "", "the .ico file")
	sideOut := flag.String("side", "", "the .bmp file")
	flag.Parse()
	picture, err := read(flag.Arg(0))
	if err == nil && *out != "" {
		err = makeIcon(picture, *out)
	}
	if err == nil && *sideOut != "" {
		err = makeSide(picture, *sideOut)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mkico:", err)
		os.Exit(1)
	}
}

func read(source string) (image.Image, error) {
	file, err := os.Open(source)
	if err != nil {
		return nil, fmt.Errorf("reading the picture: %w", err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", source, err)
	}
	return picture, nil
}

func makeIcon(picture image.Image, out string) error {
	var images [][]byte
	for _, size := range sizes {
		icon := image.NewNRGBA(image.Rect(0, 0, size, size))
		draw.CatmullRom.Scale(icon, icon.Bounds(), picture, picture.Bounds(), draw.Src, nil)
		encoded := bitmap(icon)
		if size >= packed {
			var buffer bytes.Buffer
			encoder := png.Encoder{CompressionLevel: png.BestCompression}
			if err := encoder.Encode(&buffer, icon); err != nil {
				return fmt.Errorf("drawing the icon of %d pixels: %w", size, err)
			}
			encoded = buffer.Bytes()
		}
		images = append(images, encoded)
	}
	if err := os.WriteFile(out, directory(images), 0o644); err != nil {
		return fmt.Errorf("writing the icon: %w", err)
	}
	return nil
}

// directory puts an ICONDIR before the pictures.
func directory(images [][]byte) []byte {
	const header, entry = 6, 16
	le := binary.LittleEndian
	ico := le.AppendUint16(nil, 0)
	ico = le.AppendUint16(ico, 1) // an icon
	ico = le.AppendUint16(ico, uint16(len(images)))
	at := header + entry*len(images)
	for i, data := range images {
		side := byte(sizes[i]) // 256 is written as 0
		ico = append(ico, side, side, 0, 0)
		ico = le.AppendUint16(ico, 1)
		ico = le.AppendUint16(ico, 32)
		ico = le.AppendUint32(ico, uint32(len(data)))
		ico = le.AppendUint32(ico, uint32(at))
		at += len(data)
	}
	for _, data := range images {
		ico = append(ico, data...)
	}
	return ico
}

// bitmap is a BITMAPINFOHEADER, the points as BGRA from the lowest line up, and
// the mask that readers without transparency use.
func bitmap(icon *image.NRGBA) []byte {
	side := icon.Bounds().Dx()
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 40)
	b = le.AppendUint32(b, uint32(side))
	b = le.AppendUint32(b, uint32(2*side)) // points and mask
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, 32)
	b = append(b, make([]byte, 24)...) // not compressed, no palette
	maskLine := (side + 31) / 32 * 4
	mask := make([]byte, maskLine*side)
	for row := range side {
		y := side - 1 - row
		for x := range side {
			c := icon.NRGBAAt(x, y)
			b = append(b, c.B, c.G, c.R, c.A)
			if c.A < 0x80 {
				mask[row*maskLine+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return append(b, mask...)
}

// makeSide draws a side as NSIS wants it, 164 by 314 points in 24 bits.
func makeSide(picture image.Image, out string) error {
	const width, height, icon, top, fileHeader, header = 164, 314, 96, 56, 14, 40
	side := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(side, side.Bounds(), image.NewUniform(ground(picture)), image.Point{}, draw.Src)
	place := image.Rect(0, 0, icon, icon).Add(image.Pt((width-icon)/2, top))
	draw.CatmullRom.Scale(side, place, picture, picture.Bounds(), draw.Over, nil)

	const size = fileHeader + header + 3*width*height // a line of 164 points needs no padding
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("BM"), size)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, fileHeader+header)
	b = le.AppendUint32(b, header)
	b = le.AppendUint32(b, width)
	b = le.AppendUint32(b, height)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, 24)
	b = append(b, make([]byte, 24)...)
	for y := height - 1; y >= 0; y-- {
		for x := range width {
			c := side.NRGBAAt(x, y)
			b = append(b, c.B, c.G, c.R)
		}
	}
	if err := os.WriteFile(out, b, 0o644); err != nil {
		return fmt.Errorf("writing the side: %w", err)
	}
	return nil
}

// ground is the colour in the middle of a picture's upper part, which is its
// ground if it has one, and white otherwise.
func ground(picture image.Image) color.Color {
	b := picture.Bounds()
	c := color.NRGBAModel.Convert(picture.At(b.Min.X+b.Dx()/2, b.Min.Y+b.Dy()/12)).(color.NRGBA)
	if c.A < 0xff {
		return color.White
	}
	return c
}
