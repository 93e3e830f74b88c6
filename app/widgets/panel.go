package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// Panel is a ground with an optional border and round corners, for something to
// stand on.
type Panel struct {
	widget.BaseWidget
	fill, stroke fyne.ThemeColorName // stroke may be empty
	radius       float32
	floats       bool // above what is below it: it has a shadow
}

// NewPanel returns a panel. An empty stroke draws no border.
func NewPanel(fill, stroke fyne.ThemeColorName, radius float32) *Panel {
	p := &Panel{fill: fill, stroke: stroke, radius: radius}
	p.ExtendBaseWidget(p)
	return p
}

// newFloatingPanel returns a panel that casts a shadow.
func newFloatingPanel(fill, stroke fyne.ThemeColorName, radius float32) *Panel {
	p := NewPanel(fill, stroke, radius)
	p.floats = true
	return p
}

// CreateRenderer implements [fyne.Widget].
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{p: p, rect: canvas.NewRectangle(nil)}
	r.paint()
	return r
}

type panelRenderer struct {
	p    *Panel
	rect *canvas.Rectangle
}

func (r *panelRenderer) Destroy()                     {}
func (r *panelRenderer) Layout(size fyne.Size)        { r.rect.Resize(size) }
func (r *panelRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *panelRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }

func (r *panelRenderer) Refresh() {
	r.paint()
	r.rect.Refresh()
}

func (r *panelRenderer) paint() {
	r.rect.FillColor = base.Color(r.p.fill)
	r.rect.CornerRadius = r.p.radius
	if r.p.stroke != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = base.Color(r.p.stroke), 1
	}
	if r.p.floats {
		r.rect.Shadow = canvas.Shadow{Color: base.Color(base.ColorNameShadow), BlurRadius: 4 * theme.Grid, Offset: fyne.NewPos(0, theme.Grid)}
	}
}

// Card is a card around content, with a distance of five grid units.
func Card(content fyne.CanvasObject) *fyne.Container {
	const d = 5 * theme.Grid
	return Layers(NewPanel(theme.ColorCard, theme.ColorLine, theme.RadiusCard), Inset(d, d, d, d, content))
}

// Line is a thin line across.
func Line() fyne.CanvasObject {
	return &fyne.Container{Layout: lineLayout{}, Objects: []fyne.CanvasObject{NewPanel(theme.ColorLine, "", 0)}}
}

type lineLayout struct{}

func (lineLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
func (lineLayout) MinSize([]fyne.CanvasObject) fyne.Size              { return fyne.NewSize(0, 1) }

// Notice is a card on the ground of warnings.
func Notice(content fyne.CanvasObject) *fyne.Container {
	const v, h = 4 * theme.Grid, 5 * theme.Grid
	return Layers(NewPanel(theme.ColorWarningGround, "", theme.RadiusCard), Inset(v, h, v, h, content))
}

// Chip is a short word on a soft ground, such as the provider's name.
type Chip struct {
	widget.BaseWidget
	text *Text
	max  float32
}

// NewChip returns a chip that is at most max wide; longer words are shortened.
func NewChip(max float32) *Chip {
	c := &Chip{text: NewText(theme.SizeSmall, base.ColorNamePrimary, fyne.TextAlignCenter, FitShort), max: max}
	c.ExtendBaseWidget(c)
	return c
}

const (
	chipHeight = 6 * theme.Grid
	chipPad    = 10 // the text's sides; its font leaves two more
)

// SetText changes the word.
func (c *Chip) SetText(s string) {
	c.text.fit = FitShort
	c.text.Set(s, fyne.TextStyle{})
	c.Refresh()
}

// SetHost puts a host in place of the word. Of a long one the end is shown.
func (c *Chip) SetHost(host string) {
	c.text.fit = FitEnd
	c.text.Set(host, fyne.TextStyle{})
	c.Refresh()
}

// AccessibilityLabel implements [fyne.Accessible].
func (c *Chip) AccessibilityLabel() string { return c.text.String() }

// AccessibilityRole implements [fyne.Accessible].
func (c *Chip) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// NaturalWidth is the width for the whole word, or the greatest allowed.
func (c *Chip) NaturalWidth() float32 { return fyne.Min(c.max, c.text.NaturalWidth()+2*chipPad) }

// MinSize implements [fyne.CanvasObject].
func (c *Chip) MinSize() fyne.Size { return fyne.NewSize(c.NaturalWidth(), chipHeight) }

// CreateRenderer implements [fyne.Widget].
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	return &chipRenderer{c: c, panel: NewPanel(theme.ColorSoft, "", chipHeight/2)}
}

type chipRenderer struct {
	c     *Chip
	panel *Panel
}

func (r *chipRenderer) Destroy()           {}
func (r *chipRenderer) MinSize() fyne.Size { return r.c.MinSize() }
func (r *chipRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.panel, r.c.text}
}

func (r *chipRenderer) Layout(size fyne.Size) {
	r.panel.Resize(size)
	h := r.c.text.HeightFor(size.Width)
	place(r.c.text, chipPad, (size.Height-h)/2, size.Width-2*chipPad, h)
}

func (r *chipRenderer) Refresh() {
	r.Layout(r.c.Size())
	r.panel.Refresh()
	r.c.text.Refresh()
}
