// Package tomlfile reads the mock provider's TOML files, which people write by
// hand: personas and configurations. Whatever is wrong in one is told with
// file, line and column; an unknown name is an error that names the nearest
// known one, because a setting that is silently ignored makes a test prove
// nothing.
//
// Values are read into structs whose fields have a `toml:"name"` tag. The
// fields' types can be string, bool, a number, time.Duration ("30s"),
// time.Time, a pointer to one of these, a struct, slices and string-keyed maps
// of these, any, and what has an UnmarshalTOML method. The fields of an
// embedded struct count as the outer one's.
package tomlfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 1 << 20

// Error is what is wrong at one place of a file.
type Error struct {
	// File is the name of the file.
	File string
	// Line and Column count from 1; the column counts bytes. They are 0 if the
	// whole file is meant.
	Line, Column int
	// Key is the path of the key: "user[1].email", "" if there is none.
	Key string
	// Message says what is wrong.
	Message string
}

// Error implements error: "mock.toml:12:3: user[1].email: want a string".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": ")
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// Document is a file that was read: it knows where each key stands.
type Document struct {
	file  string
	marks []mark
}

// Decode reads data into the struct to which into points, and keeps what the
// file does not mention. file is the name that errors give.
func Decode(file string, data []byte, into any) (*Document, error) {
	if len(data) > MaxSize {
		return nil, &Error{File: file, Message: fmt.Sprintf("the file has more than %d bytes", MaxSize)}
	}
	var tree map[string]any
	if _, err := toml.Decode(string(data), &tree); err != nil {
		return nil, syntaxError(file, err)
	}
	d := &Document{file: file, marks: scan(string(data))}
	if err := d.assign(tree, reflect.ValueOf(into).Elem(), ""); err != nil {
		return nil, err
	}
	return d, nil
}

// syntaxError is the parser's error with its place.
func syntaxError(file string, err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return &Error{File: file, Message: strings.TrimPrefix(err.Error(), "toml: ")}
	}
	return &Error{File: file, Line: parse.Position.Line, Column: max(1, parse.Position.Col), Message: parse.Message}
}

// Errorf returns an error at a key: "user[1].email". Of a key that the file
// does not mention, the table is told in which it is missing.
func (d *Document) Errorf(key, format string, args ...any) error {
	e := &Error{File: d.file, Key: key, Message: fmt.Sprintf(format, args...)}
	for at := key; at != ""; at = at[:max(0, strings.LastIndexAny(at, ".["))] {
		// An array of tables has no place but that of its first table.
		if i := slices.IndexFunc(d.marks, func(m mark) bool { return m.path == at || m.path == at+"[0]" }); i >= 0 {
			e.Line, e.Column = d.marks[i].line, d.marks[i].column
			break
		}
	}
	return e
}

// Has says whether the file mentions the key.
func (d *Document) Has(key string) bool {
	return slices.ContainsFunc(d.marks, func(m mark) bool { return m.path == key })
}

// assign puts a value of the file into a variable.
func (d *Document) assign(value any, to reflect.Value, path string) error {
	if own, ok := to.Addr().Interface().(interface{ UnmarshalTOML(any) error }); ok {
		if err := own.UnmarshalTOML(value); err != nil {
			return d.Errorf(path, "%v", err)
		}
		return nil
	}
	if to.Type() == reflect.TypeFor[time.Time]() {
		at, ok := value.(time.Time)
		if !ok {
			return d.Errorf(path, "want a date and time such as 2026-01-31T12:00:00Z, not %s", kind(value))
		}
		to.Set(reflect.ValueOf(at))
		return nil
	}
	if to.Type() == reflect.TypeFor[time.Duration]() {
		text, _ := value.(string)
		span, err := time.ParseDuration(text)
		if err != nil {
			return d.Errorf(path, "want a duration such as \"30s\"")
		}
		to.SetInt(int64(span))
		return nil
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return d.assign(value, to.Elem(), path)
	case reflect.Interface:
		to.Set(reflect.ValueOf(value))
		return nil
	case reflect.Struct:
		return d.assignStruct(value, to, path)
	case reflect.Map:
		return d.assignMap(value, to, path)
	case reflect.Slice:
		return d.assignSlice(value, to, path)
	}
	return d.assignScalar(value, to, path)
}

// assignScalar reads strings, booleans and whole numbers.
func (d *Document) assignScalar(value any, to reflect.Value, path string) error {
	switch to.Kind() {
	case reflect.String:
		s, ok := value.(string)
		if !ok {
			return d.Errorf(path, "want a string, not %s", kind(value))
		}
		to.SetString(s)
	case reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return d.Errorf(path, "want true or false, not %s", kind(value))
		}
		to.SetBool(b)
	case reflect.Float32, reflect.Float64:
		switch n := value.(type) {
		case float64:
			to.SetFloat(n)
		case int64:
			to.SetFloat(float64(n))
		default:
			return d.Errorf(path, "want a number, not %s", kind(value))
		}
	default:
		n, ok := value.(int64)
		switch {
		case !ok:
			return d.Errorf(path, "want a whole number, not %s", kind(value))
		case to.CanUint() && (n < 0 || to.OverflowUint(uint64(n))) || to.CanInt() && to.OverflowInt(n):
			return d.Errorf(path, "the number is out of range")
		case to.CanUint():
			to.SetUint(uint64(n))
		default:
			to.SetInt(n)
		}
	}
	return nil
}

// assignStruct reads a table whose names are known.
func (d *Document) assignStruct(value any, to reflect.Value, path string) error {
	table, ok := value.(map[string]any)
	if !ok {
		return d.Errorf(path, "want a table, not %s", kind(value))
	}
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(to.Type()) {
		if name := f.Tag.Get("toml"); name != "" && name != "-" {
			fields[name] = f.Index
		}
	}
	for _, name := range sorted(table) {
		index, ok := fields[name]
		if !ok {
			return d.Errorf(join(path, name), "unknown name%s", didYouMean(name, sorted(fields)))
		}
		if err := d.assign(table[name], to.FieldByIndex(index), join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// assignMap reads a table whose names are free.
func (d *Document) assignMap(value any, to reflect.Value, path string) error {
	table, ok := value.(map[string]any)
	if !ok {
		return d.Errorf(path, "want a table, not %s", kind(value))
	}
	to.Set(reflect.MakeMap(to.Type()))
	for _, name := range sorted(table) {
		element := reflect.New(to.Type().Elem()).Elem()
		if err := d.assign(table[name], element, join(path, name)); err != nil {
			return err
		}
		to.SetMapIndex(reflect.ValueOf(name), element)
	}
	return nil
}

// assignSlice reads an array or an array of tables.
func (d *Document) assignSlice(value any, to reflect.Value, path string) error {
	list := reflect.ValueOf(value)
	if list.Kind() != reflect.Slice {
		return d.Errorf(path, "want an array, not %s", kind(value))
	}
	to.Set(reflect.MakeSlice(to.Type(), list.Len(), list.Len()))
	for i := range list.Len() {
		if err := d.assign(list.Index(i).Interface(), to.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// kind names the type of a value as TOML does.
func kind(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	case int64:
		return "a number"
	case float64:
		return "a number with a point"
	case map[string]any:
		return "a table"
	case time.Time:
		return "a date"
	}
	return "an array"
}

// sorted returns the names of a table in alphabetical order, so that of
// several errors it is always the same one that is told.
func sorted[V any](table map[string]V) []string {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// didYouMean names the known name that is nearest to an unknown one.
func didYouMean(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return fmt.Sprintf(": did you mean %s?", near)
	}
	return fmt.Sprintf(": want one of %s", strings.Join(known, ", "))
}

// Nearest returns the known name that takes the fewest changed letters to
// reach, "" if none is near.
func Nearest(name string, known []string) string {
	best, least := "", min(len(name), 64)/3+2
	for _, k := range known {
		if n := distance(name, k); n < least {
			best, least = k, n
		}
	}
	return best
}

// distance is the number of letters to change, add or drop (Levenshtein).
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
