// Package screens draws a [presenter.State]: one file per screen. The screens
// are built once and updated in place, so that the keyboard's focus and a
// selection survive a new State. They decide nothing: what a person does goes to
// [presenter.Actions], and what comes of it arrives as the next State.
//
// [Root] holds all screens and is the window's content. Its methods, and
// everything else here, belong to Fyne's goroutine.
//
// The words are in assets/translations, by key; see [LoadWords].
package screens
