// Command mkicns draws a square picture in the sizes that macOS shows and writes
// them as one .icns file.
//
//	mkicns -out icon.icns assets/Icon.png
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"

	"golang.org/x/image/draw"
)

// kinds are the parts of the file that hold PNG data, by Apple's names. Several
// sizes are there twice: as they are, and for a screen of double density.
var kinds = []struct {
	name string
	size int
}{
	{"ic11", 32}, {"ic12", 64}, {"ic07", 128}, {"ic13", 256}, {"ic08", 256}, {"ic14", 512}, {"ic09", 512}, {"ic10", 1024},
}

func main() {
	out := flag.String("out", "", "the .icns `file`")
	flag.Parse()
	if err := makeIcon(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "mkicns:", err)
		os.Exit(1)
	}
}

func makeIcon(source, out string) error {
	file, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("reading the picture: %w", err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return fmt.Errorf("reading %s: %w", source, err)
	}
	var body bytes.Buffer
	for _, kind := range kinds {
		if kind.size > picture.Bounds().Dx() {
			continue // never larger than it was drawn
		}
		icon := image.NewNRGBA(image.Rect(0, 0, kind.size, kind.size))
		draw.CatmullRom.Scale(icon, icon.Bounds(), picture, picture.Bounds(), draw.Src, nil)
		var data bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&data, icon); err != nil {
			return fmt.Errorf("drawing %d pixels: %w", kind.size, err)
		}
		part(&body, kind.name, data.Bytes())
	}
	var whole bytes.Buffer
	part(&whole, "icns", body.Bytes())
	if err := os.WriteFile(out, whole.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the icon: %w", err)
	}
	return nil
}

// part writes a name of four letters, the length of all of it, and what it holds.
func part(to *bytes.Buffer, name string, data []byte) {
	to.WriteString(name)
	_ = binary.Write(to, binary.BigEndian, uint32(8+len(data))) // a Buffer takes everything
	to.Write(data)
}
