package fault

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseFlag reads a spec as it stands on a command line: a name, and after a
// colon the row's parameters and what is matched, separated by commas.
//
//	id-token-iss-wrong
//	latency:delay=2s,endpoint=userinfo,times=once
//	token-error:code=invalid_client,description="no, thank you",user=ada
//
// client, user, grant, endpoint, sign_in, nth, after, times, probability and
// seed mean what they do in Spec. A value with a comma stands in double
// quotes. The spec is checked.
func ParseFlag(text string) (Spec, error) {
	name, rest, _ := strings.Cut(text, ":")
	s := Spec{Name: strings.TrimSpace(name)}
	pairs, err := splitPairs(rest)
	if err != nil {
		return Spec{}, fmt.Errorf("fault %q: %w", clip(s.Name), err)
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			return Spec{}, fmt.Errorf("fault %q: %q is not name=value", clip(s.Name), clip(pair))
		}
		if seen[key] {
			return Spec{}, fmt.Errorf("fault %q: %q is given twice", clip(s.Name), clip(key))
		}
		seen[key] = true
		if value, err = unquote(value); err == nil {
			err = s.set(key, value)
		}
		if err != nil {
			return Spec{}, fmt.Errorf("fault %q: %w", clip(s.Name), err)
		}
	}
	if err := s.Check(); err != nil {
		return Spec{}, s.hintMatch(err)
	}
	return s, nil
}

// set takes one pair: of the match, or else a parameter.
func (s *Spec) set(key, value string) (err error) {
	switch key {
	case "client":
		s.Match.Client = value
	case "user":
		s.Match.User = value
	case "grant":
		s.Match.Grant = value
	case "endpoint":
		s.Match.Endpoint = value
	case "sign_in":
		s.Match.SignIn = value
	case "nth":
		s.Match.Nth, err = count(key, value)
	case "after":
		s.Match.After, err = count(key, value)
	case "times":
		s.Times, err = parseTimes(value)
	case "probability":
		if s.Probability, err = strconv.ParseFloat(value, 64); err != nil {
			err = fmt.Errorf("probability %q is no number", clip(value))
		}
	case "seed":
		if s.Seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			err = fmt.Errorf("seed %q is no number", clip(value))
		}
	default:
		if s.Params == nil {
			s.Params = Params{}
		}
		s.Params[key] = value
	}
	return err
}

// reserved are the names that mean the same for each fault on a command line.
var reserved = []string{"client", "user", "grant", "endpoint", "sign_in", "nth", "after", "times", "probability", "seed"}

// hintMatch adds the nearest reserved name if an unknown parameter is nearer
// to that than to any parameter: "tims" is not meant to be one.
func (s *Spec) hintMatch(err error) error {
	row, unknown := ByName(s.Name)
	if unknown != nil {
		return err
	}
	for key := range s.Params {
		if slices.ContainsFunc(row.Params, func(p Param) bool { return p.Name == key }) {
			continue
		}
		return fmt.Errorf("fault %q: unknown parameter %q: did you mean %q?", row.Name, clip(key), nearest(key, slices.Concat(paramNames(row), reserved)))
	}
	return err
}

func paramNames(row Row) []string {
	var out []string
	for _, p := range row.Params {
		out = append(out, p.Name)
	}
	return out
}

func count(key, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s %q: want a number from 1", key, clip(value))
	}
	return n, nil
}

// splitPairs splits at the commas that are not in double quotes.
func splitPairs(s string) ([]string, error) {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	if quoted {
		return nil, errors.New("a quotation mark is missing")
	}
	if start < len(s) || len(out) > 0 {
		out = append(out, s[start:])
	}
	return out, nil
}

func unquote(s string) (string, error) {
	if !strings.HasPrefix(s, `"`) {
		return s, nil
	}
	out, err := strconv.Unquote(s)
	if err != nil {
		return "", fmt.Errorf("%s is no quoted text", clip(s))
	}
	return out, nil
}

func quote(s string) string {
	if strings.ContainsAny(s, `",`) {
		return strconv.Quote(s)
	}
	return s
}
