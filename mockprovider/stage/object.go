package stage

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Object is a JSON object that keeps the order of its members and may hold a
// name twice, so that responses can be built, and bent, exactly.
type Object struct {
	members []Member
}

// Member is one member of an Object.
type Member struct {
	Name  string
	Value any
}

// Set replaces the value of name, or appends it. It returns o for chaining.
func (o *Object) Set(name string, value any) *Object {
	for i := range o.members {
		if o.members[i].Name == name {
			o.members[i].Value = value
			return o
		}
	}
	return o.Add(name, value)
}

// Add appends a member even if the name is there already.
func (o *Object) Add(name string, value any) *Object {
	if o.members == nil {
		o.members = make([]Member, 0, 12)
	}
	o.members = append(o.members, Member{name, value})
	return o
}

// Get returns the first value of name, or nil.
func (o *Object) Get(name string) any {
	for _, m := range o.members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Delete removes all members called name.
func (o *Object) Delete(name string) {
	o.members = slices.DeleteFunc(o.members, func(m Member) bool { return m.Name == name })
}

// Members returns the members in order.
func (o *Object) Members() []Member { return slices.Clone(o.members) }

// MarshalJSON implements json.Marshaler. What it returns is compact already:
// whoever calls it directly saves a second pass.
func (o *Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	b := append(make([]byte, 0, 512), '{')
	var err error
	for i, m := range o.members {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendJSON(b, m.Name); err != nil {
			return nil, err
		}
		if b, err = appendJSON(append(b, ':'), m.Value); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendJSON appends a value. Most are strings in which nothing is escaped.
func appendJSON(b []byte, value any) ([]byte, error) {
	if s, ok := value.(string); ok && plain(s) {
		return append(append(append(b, '"'), s...), '"'), nil
	}
	switch v := value.(type) {
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	}
	data, err := json.Marshal(value)
	return append(b, data...), err
}

// plain says whether a string is its own JSON, quotes aside.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// Params are parameters in order.
type Params struct {
	list []Param
}

// Param is one parameter.
type Param struct{ Name, Value string }

// Set replaces the value of name, or appends it.
func (p *Params) Set(name, value string) {
	for i := range p.list {
		if p.list[i].Name == name {
			p.list[i].Value = value
			return
		}
	}
	p.Add(name, value)
}

// Add appends a parameter even if the name is there already.
func (p *Params) Add(name, value string) {
	if p.list == nil {
		p.list = make([]Param, 0, 6)
	}
	p.list = append(p.list, Param{name, value})
}

// Get returns the first value of name, or "".
func (p *Params) Get(name string) string {
	for _, q := range p.list {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// Delete removes all parameters called name.
func (p *Params) Delete(name string) {
	p.list = slices.DeleteFunc(p.list, func(q Param) bool { return q.Name == name })
}

// All returns the parameters in order.
func (p *Params) All() []Param { return slices.Clone(p.list) }

// Has says whether there is a parameter called name.
func (p *Params) Has(name string) bool {
	return slices.ContainsFunc(p.list, func(q Param) bool { return q.Name == name })
}
