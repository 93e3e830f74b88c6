// Command shots draws every screen, light and dark, into PNG
// files, with Fyne's software renderer: it needs no display. `make screenshots`
// runs it.
//
//	go run ./app/shots docs/screenshots          # what the documentation shows
//	go run ./app/shots -all build/screenshots    # every variant, for looking at
//	go run ./app/shots -language ru build/ru     # in another language
package main

import (
	"flag"
	"fmt"
	"image"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
)

// now is the time on every picture, so that they only change when the screens do.
var now = time.Date(2026, 11, 22, 14, 2, 30, 0, time.Local)

func main() {
	log.SetFlags(0)
	all := flag.Bool("all", false, "every variant in 860×600, 640×480 and 1600×1000, not only the documentation's")
	only := flag.String("only", "", "only those whose name begins with this `prefix`")
	language := flag.String("language", "en", "draw in this `language`, one of assets/translations")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: shots [-all] [-only PREFIX] [-language TAG] FOLDER")
	}
	if err := run(flag.Arg(0), *language, *only, *all); err != nil {
		log.Fatal("shots: ", err)
	}
}

func run(dir, language, only string, all bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	os.Setenv("LC_ALL", "C") // no system's ways with hours on the pictures
	a := test.NewApp()
	if err := screens.UseLanguage(language); err != nil {
		return err
	}
	sizes := []fyne.Size{fyne.NewSize(860, 600)}
	if all {
		sizes = append(sizes, fyne.NewSize(640, 480), fyne.NewSize(1600, 1000))
	}
	looks := usualLooks()
	if all {
		looks = append(looks, strongLooks()...)
	}
	for _, shot := range shots {
		if !all && !shot.documented || !strings.HasPrefix(shot.name, only) {
			continue
		}
		for _, look := range looks {
			a.Settings().SetTheme(look.theme)
			for _, size := range sizes {
				name := shot.name + "-" + look.name
				if size.Width != 860 {
					name += fmt.Sprintf("-%d", int(size.Width))
				}
				if err := save(shot, size, filepath.Join(dir, name+".png")); err != nil {
					return fmt.Errorf("drawing %s: %w", name, err)
				}
			}
		}
	}
	return nil
}

// look is how a picture is drawn, and the least contrast of text in it.
type look struct {
	name     string
	theme    *theme.Theme
	contrast float64
}

func usualLooks() []look {
	return []look{{"light", theme.NewFixed(base.VariantLight), 4.5}, {"dark", theme.NewFixed(base.VariantDark), 4.5}}
}

// strongLooks are those of high contrast.
func strongLooks() []look {
	return []look{{"contrast-light", theme.NewFixed(base.VariantLight).HighContrast(), 7}, {"contrast-dark", theme.NewFixed(base.VariantDark).HighContrast(), 7}}
}

// save puts the picture of s into the file at path, unless the one that is there
// differs by the way of this computer's processor with fractions only.
func save(s shot, size fyne.Size, path string) error {
	drawn := capture(s, size)
	if before, err := readPicture(path); err == nil && compare(before, drawn).same() {
		return nil
	}
	return writePicture(path, drawn)
}

// capture draws s in a window of its own.
func capture(s shot, size fyne.Size) image.Image {
	root := screens.New(noActions{}, func() time.Time { return now })
	w := test.NewWindow(nil)
	defer w.Close()
	w.SetPadded(false)
	w.SetContent(root.Object())
	w.Resize(size)
	root.Update(s.state)
	for range s.tabs {
		w.Canvas().FocusNext()
	}
	if s.menu {
		root.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF10})
	}
	return w.Canvas().Capture()
}

func readPicture(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

func writePicture(path string, m image.Image) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, m)
}

// noActions does nothing: nobody presses anything on a picture.
type noActions struct{ presenter.Actions }
