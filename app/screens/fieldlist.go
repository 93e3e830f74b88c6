package screens

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// fieldList is the lines of the card. A line is made when its field first
// appears and is kept from then on.
type fieldList struct {
	object  *fyne.Container
	rows    map[presenter.FieldID]*fieldRow
	subject *widgets.Selectable
}

type fieldRow struct {
	object *fyne.Container
	value  *widgets.Text // nil: the subject's
}

// fieldOrder is the order of the lines.
var fieldOrder = []presenter.FieldID{
	presenter.FieldName, presenter.FieldGivenName, presenter.FieldFamilyName, presenter.FieldLanguage,
	presenter.FieldOrganization, presenter.FieldBirthday, presenter.FieldSubject,
}

// fieldKeys are the words of the labels.
var fieldKeys = map[presenter.FieldID]string{
	presenter.FieldName:         "field.name",
	presenter.FieldGivenName:    "field.given_name",
	presenter.FieldFamilyName:   "field.family_name",
	presenter.FieldLanguage:     "field.language",
	presenter.FieldOrganization: "field.organization",
	presenter.FieldBirthday:     "field.birthday",
	presenter.FieldSubject:      "field.subject",
}

func newFieldList() *fieldList {
	f := &fieldList{rows: map[presenter.FieldID]*fieldRow{}}
	f.subject = widgets.NewSelectable(theme.SizeSmall, base.ColorNameForeground, fyne.TextStyle{Monospace: true}, Word("text.copy"))
	var slots []widgets.Slot
	for _, id := range fieldOrder {
		label := widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap).
			Set(Word(fieldKeys[id]), fyne.TextStyle{})
		r := &fieldRow{}
		if id == presenter.FieldSubject {
			r.object = widgets.Labelled(labelWidth, label, f.subject)
		} else {
			r.value = widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap)
			r.object = widgets.Labelled(labelWidth, label, r.value)
		}
		f.rows[id] = r
		slots = append(slots, widgets.Slot{Object: r.object, Before: 12})
	}
	f.object = widgets.Column(slots...)
	return f
}

func (f *fieldList) update(fields []presenter.Field) {
	values := map[presenter.FieldID]string{}
	for _, x := range fields {
		values[x.ID] = fieldWords(x)
	}
	for id, r := range f.rows {
		v := values[id]
		setVisible(r.object, v != "")
		if r.value == nil {
			f.subject.SetText(v)
			continue
		}
		r.value.Set(v, fyne.TextStyle{})
	}
}
