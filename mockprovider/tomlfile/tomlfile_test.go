package tomlfile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider/tomlfile"
)

type sample struct {
	Name  string         `toml:"name"`
	Count int            `toml:"count"`
	Size  uint8          `toml:"size"`
	On    bool           `toml:"on"`
	Maybe *bool          `toml:"maybe"`
	Span  time.Duration  `toml:"span"`
	List  []string       `toml:"list"`
	Any   map[string]any `toml:"any"`
	Rows  []row          `toml:"row"`
	Named map[string]row `toml:"named"`
	At    time.Time      `toml:"at"`
	Part  float64        `toml:"part"`
	Own   loud           `toml:"own"`
	inner
}

type inner struct {
	Embedded string `toml:"embedded"`
}

// loud reads itself.
type loud string

func (l *loud) UnmarshalTOML(value any) error {
	s, ok := value.(string)
	if !ok {
		return errors.New("too quiet")
	}
	*l = loud(strings.ToUpper(s))
	return nil
}

type row struct {
	ID    string `toml:"id"`
	Inner []row  `toml:"inner"`
}

// TestDecode reads one of everything.
func TestDecode(t *testing.T) {
	var got sample
	got.Size = 7
	d, err := tomlfile.Decode("x.toml", []byte(`
name = "a \" # [b]" # a comment
count = -3
on = true
maybe = false
span = "1m30s"
list = [ "x", # one
  'y']
any = { one = 1, "two words" = [1.5, {deep = true}] }
named."a.b" = { id = "n" }
at = 2026-01-31T12:00:00Z
part = 0.5
own = "loud"
embedded = "e"
[[row]]
id = """
many
lines"""
[[row.inner]]
id = "inner 0"
[[row]]
id = "second"
`), &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != `a " # [b]` || got.Count != -3 || !got.On || got.Maybe == nil || *got.Maybe || got.Span != 90*time.Second ||
		len(got.List) != 2 || got.Any["one"] != int64(1) || got.Named["a.b"].ID != "n" || len(got.Rows) != 2 ||
		got.Rows[0].Inner[0].ID != "inner 0" || got.Rows[1].ID != "second" || got.Size != 7 ||
		got.At.Year() != 2026 || got.Part != 0.5 || got.Own != "LOUD" || got.Embedded != "e" {
		t.Errorf("%+v", got)
	}
	if !d.Has("row[1].id") || !d.Has("row[0].inner[0].id") || !d.Has("any.two words[1].deep") || d.Has("row[2].id") {
		t.Error("not all keys are known")
	}
}

// TestErrors checks where an error is said to be.
func TestErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"syntax", "name = \"a\"\ncount = = 3\n", "x.toml:2:9: "},
		{"unknown", "name = 'a'\n\n  nam = 'b'\n", "x.toml:3:3: nam: unknown name: did you mean name?"},
		{"unknown and nothing near", "zzzzzzzzzz = 1\n", "want one of any, at, count,"},
		{"other letter case", "Name = 'a'\n", "x.toml:1:1: Name: unknown name: did you mean name?"},
		{"string", "count = 1\nname = 3\n", "x.toml:2:1: name: want a string, not a number"},
		{"number", "count = 1.5\n", "x.toml:1:1: count: want a whole number, not a number with a point"},
		{"range", "size = 300\n", "x.toml:1:1: size: the number is out of range"},
		{"negative", "size = -1\n", "x.toml:1:1: size: the number is out of range"},
		{"bool", "on = 'yes'\n", "x.toml:1:1: on: want true or false, not a string"},
		{"duration", "span = 'soon'\n", "x.toml:1:1: span: want a duration"},
		{"array", "list = 'x'\n", "x.toml:1:1: list: want an array, not a string"},
		{"element", "list = ['a',\n   7]\n", "x.toml:2:4: list[1]: want a string, not a number"},
		{"own", "own = 1\n", "x.toml:1:1: own: too quiet"},
		{"time", "at = 'noon'\n", "x.toml:1:1: at: want a date and time"},
		{"float", "part = 'x'\n", "x.toml:1:1: part: want a number, not a string"},
		{"table", "row = 1\n", "x.toml:1:1: row: want an array, not a number"},
		{"first of two tables", "[[row]]\nid = 1\n[[row]]\nid = 'b'\n", "x.toml:2:1: row[0].id: want a string"},
		{"second of two tables", "[[row]]\nid = 'a'\n[[row]]\nidd = 'b'\n", "x.toml:4:1: row[1].idd: unknown name: did you mean id?"},
		{"below a table", "[[row]]\nid = 'a'\n[[row]]\n[[row.inner]]\n id = 2\n", "x.toml:5:2: row[1].inner[0].id: want a string"},
		{"inline", "named = { a = { id = 'x' }, b = { idx = 'y' } }\n", "x.toml:1:35: named.b.idx: unknown name: did you mean id?"},
		{"date", "name = 2026-01-01\n", "x.toml:1:1: name: want a string, not a date"},
		{"too big", strings.Repeat("#", tomlfile.MaxSize+1), "x.toml: the file has more than"},
		{"not UTF-8", "name = \"\xff\"", "x.toml:1:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got sample
			_, err := tomlfile.Decode("x.toml", []byte(tt.text), &got)
			var place *tomlfile.Error
			if !errors.As(err, &place) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestMissing checks that of what is missing the table around it is told.
func TestMissing(t *testing.T) {
	var got sample
	d, err := tomlfile.Decode("x.toml", []byte("count = 1\n\n [[row]]\n"), &got)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Errorf("row[0].id", "is missing"); err.Error() != "x.toml:3:2: row[0].id: is missing" {
		t.Error(err)
	}
	if err := d.Errorf("name", "is missing"); err.Error() != "x.toml: name: is missing" {
		t.Error(err)
	}
}

// FuzzDecode reads anything: an error with a place, never a panic.
func FuzzDecode(f *testing.F) {
	f.Add("name = 'a'\n[[row]]\nid = \"\"\"x\"\"\"\"\"\n[[row.inner]]\n")
	f.Add("any = {a=[{b={}},[[]]]}\n\"\\u00e9\" = 1")
	f.Add("list = [ # ]\n'''\n''''', ]\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		var got sample
		if _, err := tomlfile.Decode("x.toml", []byte(text), &got); err != nil {
			var place *tomlfile.Error
			if !errors.As(err, &place) {
				t.Errorf("an error without a place: %v", err)
			}
		}
	})
}
