package persona

import (
	"embed"
	"slices"
	"sync"
)

//go:embed google.toml plain.toml github.toml
var files embed.FS

// builtin are the personas of this package, each read once per process, when
// it is first played.
var builtin = map[string]func() Persona{
	"google": sync.OnceValue(func() Persona { return read("google") }),
	"plain":  sync.OnceValue(func() Persona { return read("plain") }),
	"github": sync.OnceValue(func() Persona { return read("github") }),
}

// read reads a file of this package. It is part of the program, and a test
// reads all of them.
func read(name string) Persona {
	data, err := files.ReadFile(name + ".toml")
	if err != nil {
		panic(err)
	}
	p, err := parse(name+".toml", data, none)
	if err != nil {
		panic(err)
	}
	return p
}

// none is what a built-in persona can extend.
func none(string) (Persona, bool) { return Persona{}, false }

// Names lists the built-in personas.
func Names() []string { return []string{"google", "plain", "github"} }

// ByName returns the built-in persona with that name.
func ByName(name string) (Persona, bool) {
	if !slices.Contains(Names(), name) {
		return Persona{}, false
	}
	return builtin[name]().clone(), true
}

// Source returns the file of a built-in persona: something to begin one's own
// with.
func Source(name string) ([]byte, bool) {
	if !slices.Contains(Names(), name) {
		return nil, false
	}
	data, err := files.ReadFile(name + ".toml")
	return data, err == nil
}

// Google plays Google as a client of type "Desktop app" meets it; google.toml
// says where it differs from the real one, always towards more strictness.
func Google() Persona { return builtin["google"]().clone() }

// Plain plays OpenID Connect by the book, with a public client.
func Plain() Persona { return builtin["plain"]().clone() }

// GitHub plays plain OAuth 2.0 as GitHub has it: no metadata, no ID tokens, an
// API for the user.
func GitHub() Persona { return builtin["github"]().clone() }
