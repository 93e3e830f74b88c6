package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"app.latchkey/app/theme"
)

// Page is what fills the window below the ribbon: content of a greatest width, in
// the middle of a wider window, which scrolls when the window is too low.
type Page struct {
	// Object is what to put into the window. (Fyne walks its own containers
	// only, so a Page can't be one itself.)
	Object *fyne.Container

	scroll *container.Scroll
	body   *pageBody
	head   fyne.CanvasObject // stays where it is; may be nil
}

// NewPage returns a page. The content is at most width wide and keeps margin
// from the edges; center puts it into the middle from top to bottom too, else it
// starts at the top.
func NewPage(content fyne.CanvasObject, width, margin float32, center bool) *Page {
	b := &pageBody{maxWidth: width, margin: margin, sides: margin, center: center}
	if center {
		b.sides = fyne.Max(margin, clearSides)
	}
	s := container.NewVScroll(&fyne.Container{Layout: b, Objects: []fyne.CanvasObject{content}})
	p := &Page{scroll: s, body: b}
	p.Object = &fyne.Container{Layout: &pageFrame{p}, Objects: []fyne.CanvasObject{s}}
	return p
}

// clearSides is how far content keeps from the sides of the window so that it
// does not cover what stands in the window's corner.
const clearSides = 15 * theme.Grid

// KeepClear says whether something stands in the window's corner, which the
// content must leave free. A page that is centred both ways always does.
func (p *Page) KeepClear(on bool) {
	p.body.sides = p.body.margin
	if on || p.body.center {
		p.body.sides = fyne.Max(p.body.margin, clearSides)
	}
}

// NewHeadedPage returns a page below a head that stays where it is while the
// content scrolls. The content starts at the top.
func NewHeadedPage(head, content fyne.CanvasObject, width, margin float32) *Page {
	p := NewPage(content, width, margin, false)
	p.head = head
	p.Object.Objects = append([]fyne.CanvasObject{head}, p.Object.Objects...)
	return p
}

// Head is what does not scroll; nil: there is none.
func (p *Page) Head() fyne.CanvasObject { return p.head }

// Reveal scrolls as little as needed to show o with some air around it.
func (p *Page) Reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	const air = 12
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(p.scroll).Y
	bottom := top + o.Size().Height
	switch {
	case top-air < 0:
		p.ScrollBy(top - air)
	case bottom+air > p.scroll.Size().Height:
		p.ScrollBy(bottom + air - p.scroll.Size().Height)
	}
}

// ScrollBy moves the content up by dy, as far as there is some.
func (p *Page) ScrollBy(dy float32) {
	greatest := fyne.Max(0, p.scroll.Content.Size().Height-p.scroll.Size().Height)
	y := fyne.Min(fyne.Max(0, p.scroll.Offset.Y+dy), greatest)
	if y != p.scroll.Offset.Y {
		p.scroll.ScrollToOffset(fyne.NewPos(0, y))
	}
}

// Height is how much of the page is seen at once.
func (p *Page) Height() float32 { return p.scroll.Size().Height }

// ToTop shows the beginning.
func (p *Page) ToTop() { p.ScrollBy(-p.scroll.Offset.Y) }

// pageFrame tells the body its width and height before the scroll asks for the
// body's size.
type pageFrame struct{ p *Page }

func (f *pageFrame) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if f.p.head != nil {
		h := HeightFor(f.p.head, size.Width)
		place(f.p.head, 0, 0, size.Width, h)
		size.Height = fyne.Max(0, size.Height-h)
		f.p.body.frame = size
		place(f.p.scroll, 0, h, size.Width, size.Height)
	} else {
		f.p.body.frame = size
		place(f.p.scroll, 0, 0, size.Width, size.Height)
	}
	// A scroll lays its content out anew only when its own size changes.
	f.p.scroll.Content.Resize(f.p.scroll.Content.MinSize().Max(size))
	f.p.ScrollBy(0)
}

func (f *pageFrame) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(fyne.Min(320, f.p.body.maxWidth+2*f.p.body.margin), 160)
}

type pageBody struct {
	maxWidth, margin float32
	sides            float32 // the margin at the left and at the right
	center           bool
	frame            fyne.Size // what is seen
}

func (b *pageBody) width() float32 {
	return fyne.Min(b.maxWidth, fyne.Max(0, b.frame.Width-2*b.sides))
}

func (b *pageBody) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := b.width()
	h := HeightFor(objects[0], w)
	y := b.margin
	if b.center {
		y = fyne.Max(b.margin, (size.Height-h)/2)
	}
	place(objects[0], (size.Width-w)/2, y, w, h)
}

func (b *pageBody) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, HeightFor(objects[0], b.width())+2*b.margin)
}

// Content is what the page shows, without the scroll around it.
func (p *Page) Content() fyne.CanvasObject {
	return p.scroll.Content.(*fyne.Container).Objects[0]
}
