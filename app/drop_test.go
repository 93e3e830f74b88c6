package app

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

func (a *actions) ImportClient(path string) { a.add("ImportClient " + path) }

func TestDroppedFile(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	page, err := storage.ParseURI("https://example.com/x.json")
	if err != nil {
		t.Fatal(err)
	}
	w.dropped([]fyne.URI{page, storage.NewFileURI("/tmp/client.json"), storage.NewFileURI("/tmp/other.json")})
	w.dropped(nil)
	if want := []string{"ImportClient /tmp/client.json"}; !reflect.DeepEqual(a.calls, want) {
		t.Errorf("asked for %q, want %q", a.calls, want)
	}
}
