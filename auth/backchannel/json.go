package backchannel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
)

// DecodeJSON reads an answer's body, one JSON object, into v. Whatever is wrong
// is ErrNotJSON with a reason that quotes nothing of the body, which may repeat
// secrets of the request:
//
//   - HTML, by its media type or its first character: a captive portal, a
//     proxy's or a sign-in page;
//   - something else than one object, or more after it;
//   - the same member twice, also in another case (encoding/json would take the
//     last): two readers would see two answers. Only the outermost object is
//     looked at;
//   - a member of another type than v wants.
//
// Other media types than HTML are not refused: providers get them wrong.
func DecodeJSON(resp *Response, v any) error {
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	trimmed := bytes.TrimLeft(resp.Body, " \t\r\n")
	switch {
	case media == "text/html", media == "application/xhtml+xml", bytes.HasPrefix(trimmed, []byte("<")):
		return ErrWebPage
	case len(trimmed) == 0:
		return fmt.Errorf("%w: it is empty", ErrNotJSON)
	case trimmed[0] != '{':
		return fmt.Errorf("%w: it is not an object", ErrNotJSON)
	}
	if err := checkMembers(resp.Body); err != nil {
		return err
	}
	if err := json.Unmarshal(resp.Body, v); err != nil {
		return fmt.Errorf("%w: a member has the wrong type", ErrNotJSON)
	}
	return nil
}

// checkMembers walks over the outermost object.
func checkMembers(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil { // the brace
		return syntax(d, err)
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return syntax(d, err)
		}
		key := strings.ToLower(strings.ToUpper(name.(string)))
		if seen[key] {
			return fmt.Errorf("%w: a member is there twice", ErrNotJSON)
		}
		seen[key] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return syntax(d, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return syntax(d, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is more after the object", ErrNotJSON)
	}
	return nil
}

func syntax(d *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends too early", ErrNotJSON)
	}
	return fmt.Errorf("%w: the syntax is wrong near byte %d", ErrNotJSON, d.InputOffset())
}
