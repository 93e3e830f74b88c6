package presenter

import "fmt"

// Leftover is something that deleting the data may have left.
type Leftover struct {
	Kind   LeftKind `json:"kind"`
	Name   string   `json:"name,omitempty"`   // an account's address, or a keychain's item
	Where  string   `json:"where,omitempty"`  // the provider, or the keychain
	Detail string   `json:"detail,omitempty"` // what the system said, in its words
}

// LeftKind is what may be left.
type LeftKind string

// What may be left.
const (
	LeftAccounts LeftKind = "accounts" // the list of accounts could not be read, so others may be signed in
	LeftAccess   LeftKind = "access"   // the provider could not be told that Name's access ends
	LeftItem     LeftKind = "item"     // an item of the keychain
	LeftUnlisted LeftKind = "unlisted" // the keychain could not say what else it holds
	LeftFile     LeftKind = "file"     // a file or folder, which Detail names
)

// String is one line in English, for a console and for reports.
func (l Leftover) String() string {
	text := map[LeftKind]string{
		LeftAccounts: "the list of accounts",
		LeftAccess:   fmt.Sprintf("the permission of %s at %s, which can be removed there", l.Name, l.Where),
		LeftItem:     fmt.Sprintf("%s in %s", l.Name, l.Where),
		LeftUnlisted: l.Where + " could not say what else it holds",
		LeftFile:     "a file or folder",
	}[l.Kind]
	if l.Detail != "" {
		text += ": " + l.Detail
	}
	return text
}
