package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"

	"github.com/BurntSushi/toml"

	"app.latchkey/app"
)

// fyneApp is the file in which a vendor says what the program is called. It is
// carried along, so that every way of building gives the same program.
//
//go:embed FyneApp.toml
var fyneApp string

// Set by the linker (-ldflags "-X main.version=…"), and empty otherwise; they go
// before FyneApp.toml's. Google's client secret of a desktop client is not
// confidential (RFC 8252 §8.5).
var version, googleClientID, googleClientSecret string

// ourID is the application's ID in this project's own builds.
const ourID = "app.latchkey.Latchkey"

var validID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*){2,}$`)

// vendor is whose program this is.
type vendor struct {
	app.Identity
	googleID, googleSecret string
}

// readVendor reads FyneApp.toml, and what the linker set.
func readVendor(text string) (vendor, error) {
	var file struct {
		Details struct {
			Name, ID, Version string
			Build             int
		}
		Release struct{ GoogleClientID, GoogleClientSecret string }
	}
	if _, err := toml.Decode(text, &file); err != nil {
		return vendor{}, fmt.Errorf("reading the FyneApp.toml that this program was built with: %w", err)
	}
	d := file.Details
	v := vendor{
		Identity:     app.Identity{ID: d.ID, Name: d.Name, Version: cmp.Or(version, d.Version), Build: d.Build},
		googleID:     file.Release.GoogleClientID,
		googleSecret: file.Release.GoogleClientSecret,
	}
	if googleClientID != "" {
		v.googleID, v.googleSecret = googleClientID, googleClientSecret
	}
	if v.Name == "" || v.Version == "" || !validID.MatchString(v.ID) { // the ID names folders
		return vendor{}, fmt.Errorf("the FyneApp.toml that this program was built with lacks a name, a version or a valid ID (%q)", v.ID)
	}
	return v, nil
}

// folder names the vendor's folders, for settings.OpenNamed. It is the ID, which
// no two vendors have in common; "" stands for our own folder, which is older
// than vendors are.
func (v vendor) folder() string {
	if v.ID == ourID {
		return ""
	}
	return v.ID
}

// keychainName is what items in the keychain are called after. Two vendors may
// have chosen one name.
func (v vendor) keychainName() string {
	if v.ID == ourID {
		return v.Name
	}
	return fmt.Sprintf("%s (%s)", v.Name, v.ID)
}
