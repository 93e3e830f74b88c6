package screens

import (
	"app.latchkey/app/widgets"
)

// options is a row of buttons of which one is chosen.
type options[T comparable] struct {
	values  []T
	buttons []*widgets.Button
	texts   []string
}

// newOptions makes a row; choose is given what was pressed.
func newOptions[T comparable](choose func(T), values []T, text func(T) string) *options[T] {
	o := &options[T]{values: values}
	for _, v := range values {
		o.texts = append(o.texts, text(v))
		o.buttons = append(o.buttons, widgets.NewButton(widgets.Option, text(v), func() { choose(v) }))
	}
	return o
}

// set marks the one that is chosen.
func (o *options[T]) set(chosen T) {
	for i, b := range o.buttons {
		mark(b, o.texts[i], o.values[i] == chosen)
	}
}

// mark shows, and tells screen readers, whether an option or a check is chosen.
func mark(b *widgets.Button, text string, on bool) {
	key := "choice.off"
	if on {
		key = "choice.on"
	}
	b.SetSelected(on)
	b.SetName(wordWith(key, values{"What": text}))
}

// check is a line that is ticked or not. Its Button is what to put into a window.
type check struct {
	*widgets.Button
	text string
}

func newCheck(text string, set func(on bool)) *check {
	c := &check{text: text}
	c.Button = widgets.NewButton(widgets.Check, text, func() { set(!c.Selected()) })
	c.set(false)
	return c
}

func (c *check) set(on bool) { mark(c.Button, c.text, on) }
