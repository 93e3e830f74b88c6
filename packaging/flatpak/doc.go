// Package flatpak holds the Flatpak manifest and the test that looks it over;
// README.md says how it is built, and what of it nobody has tried.
package flatpak
