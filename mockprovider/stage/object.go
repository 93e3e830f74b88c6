package stage

import (
	"bytes"
	"encoding/json"
	"slices"
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

// MarshalJSON implements json.Marshaler.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o.members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
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
func (p *Params) Add(name, value string) { p.list = append(p.list, Param{name, value}) }

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
