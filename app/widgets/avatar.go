package widgets

import (
	"image"
	_ "image/png" // the cache holds PNG only
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// maxPictureSide is the greatest side of a picture that is drawn. The cache
// holds smaller ones; this only guards against a file that somebody swapped.
const maxPictureSide = 1024

// Avatar is a person's round picture, or the initials on a coloured ground.
type Avatar struct {
	widget.BaseWidget

	diameter float32
	name     string
	initials string
	ground   int
	file     pictureFile
	picture  image.Image
}

// pictureFile tells whether a picture has to be read again.
type pictureFile struct {
	path string
	time time.Time
	size int64
}

var _ fyne.Accessible = (*Avatar)(nil)

// NewAvatar returns an avatar of the given diameter.
func NewAvatar(diameter float32) *Avatar {
	a := &Avatar{diameter: diameter}
	a.ExtendBaseWidget(a)
	return a
}

// SetPerson says whom to show: name for screen readers, initials and the number
// of their ground ([theme.AvatarGround]), and the path of a PNG, which may be
// empty. A picture that can't be read falls back to the initials.
func (a *Avatar) SetPerson(name, initials string, ground int, picture string) {
	file := statPicture(picture)
	if a.name == name && a.initials == initials && a.ground == ground && a.file == file {
		return
	}
	if a.file != file {
		a.picture = readPicture(file)
	}
	a.name, a.initials, a.ground, a.file = name, initials, ground, file
	a.Refresh()
}

// HasPicture reports whether a picture is drawn rather than initials.
func (a *Avatar) HasPicture() bool { return a.picture != nil }

func statPicture(path string) pictureFile {
	if path == "" {
		return pictureFile{}
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return pictureFile{}
	}
	return pictureFile{path, info.ModTime(), info.Size()}
}

func readPicture(f pictureFile) image.Image {
	if f.path == "" {
		return nil
	}
	r, err := os.Open(f.path)
	if err != nil {
		return nil
	}
	defer r.Close()
	c, _, err := image.DecodeConfig(r)
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxPictureSide || c.Height > maxPictureSide {
		return nil
	}
	if _, err := r.Seek(0, 0); err != nil {
		return nil
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return nil
	}
	return img
}

// AccessibilityLabel implements [fyne.Accessible].
func (a *Avatar) AccessibilityLabel() string { return a.name }

// AccessibilityRole implements [fyne.Accessible].
func (a *Avatar) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// MinSize implements [fyne.CanvasObject].
func (a *Avatar) MinSize() fyne.Size { return fyne.NewSquareSize(a.diameter) }

// CreateRenderer implements [fyne.Widget].
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	a.ExtendBaseWidget(a)
	r := &avatarRenderer{
		a:        a,
		ground:   canvas.NewCircle(nil),
		initials: canvas.NewText("", nil),
		picture:  &canvas.Image{FillMode: canvas.ImageFillCover},
	}
	r.paint()
	return r
}

type avatarRenderer struct {
	a        *Avatar
	ground   *canvas.Circle
	initials *canvas.Text
	picture  *canvas.Image
}

func (r *avatarRenderer) Destroy()           {}
func (r *avatarRenderer) MinSize() fyne.Size { return r.a.MinSize() }

func (r *avatarRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.initials, r.picture}
}

func (r *avatarRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.picture.Resize(size)
	ts := r.initials.MinSize()
	place(r.initials, (size.Width-ts.Width)/2, (size.Height-ts.Height)/2, ts.Width, ts.Height)
}

func (r *avatarRenderer) Refresh() {
	r.paint()
	r.Layout(r.a.Size())
	canvas.Refresh(r.a)
}

func (r *avatarRenderer) paint() {
	r.ground.FillColor = base.Color(theme.AvatarGround(r.a.ground))
	r.initials.Text = r.a.initials
	r.initials.Color = base.Color(theme.ColorOnAvatar)
	r.initials.TextStyle = fyne.TextStyle{Bold: true}
	r.initials.TextSize = r.a.diameter * 0.36
	r.picture.Hidden = r.a.picture == nil
	r.ground.Hidden, r.initials.Hidden = !r.picture.Hidden, !r.picture.Hidden
	if r.a.picture != nil {
		r.picture.CornerRadius = r.a.diameter / 2
		r.picture.Image = r.a.picture
		r.picture.Refresh()
	}
	r.ground.Refresh()
	r.initials.Refresh()
}
