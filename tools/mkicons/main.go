// Command mkicons draws a square picture in the sizes of the hicolor icon theme
// and writes them as OUT/<size>x<size>/apps/<name>.png.
package main

import (
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"
)

var sizes = []int{16, 24, 32, 48, 64, 128, 256, 512}

func main() {
	name := flag.String("name", "", "name of the icon")
	out := flag.String("out", "", "folder of the icon theme")
	flag.Parse()
	if err := makeIcons(flag.Arg(0), *out, *name); err != nil {
		fmt.Fprintln(os.Stderr, "mkicons:", err)
		os.Exit(1)
	}
}

func makeIcons(source, out, name string) error {
	file, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("reading the picture: %w", err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return fmt.Errorf("reading %s: %w", source, err)
	}
	for _, size := range sizes {
		if size > picture.Bounds().Dx() {
			continue // never larger than it was drawn
		}
		icon := image.NewNRGBA(image.Rect(0, 0, size, size))
		draw.CatmullRom.Scale(icon, icon.Bounds(), picture, picture.Bounds(), draw.Src, nil)
		dir := filepath.Join(out, fmt.Sprintf("%dx%d", size, size), "apps")
		if err := writePNG(filepath.Join(dir, name+".png"), icon); err != nil {
			return err
		}
	}
	return nil
}

func writePNG(path string, picture image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making the icon's folder: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing an icon: %w", err)
	}
	if err := png.Encode(file, picture); err != nil {
		file.Close()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
