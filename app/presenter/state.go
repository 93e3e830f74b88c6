// Package presenter decides what the window shows and what its buttons do. It
// knows nothing of Fyne: a [State] is one value that says everything the window
// shows, and [Actions] is everything that a person can do. Screens draw a State
// and call Actions; package app carries each new State to the UI thread.
package presenter

import "time"

// Screen is which screen is shown.
type Screen string

// The screens.
const (
	ScreenStarting Screen = "starting" // before the first account is known; drawn as an empty ground
	ScreenSignIn   Screen = "signin"
	ScreenWaiting  Screen = "waiting"
	ScreenProfile  Screen = "profile"
)

// State is everything the window shows. It is a value: it is never changed
// after it was handed out, and two equal States draw the same picture. It holds
// no secret, so it may be written to a trace.
type State struct {
	Screen Screen `json:"screen"`
	Demo   bool   `json:"demo,omitempty"` // ribbon: the mock of Google on this computer
	// Restart: the keychain's bus came up after the program, which would have it
	// if it were started anew.
	Restart bool `json:"restart,omitempty"`
	// Crashed: the program ended unexpectedly the last time, and there is a report.
	Crashed bool `json:"crashed,omitempty"`
	// KeepInTray: closing the window only hides it, where there is a tray.
	KeepInTray bool        `json:"keep_in_tray,omitempty"`
	SignIn     SignInView  `json:"signin,omitzero"`
	Waiting    WaitingView `json:"waiting,omitzero"`
	Profile    ProfileView `json:"profile,omitzero"`
	// Accounts are the side bar: everybody who is signed in. Empty: no side bar.
	Accounts []AccountView `json:"accounts,omitempty"`
	Problem  *ProblemView  `json:"problem,omitempty"` // shown on whichever screen is up
	Confirm  *ConfirmView  `json:"confirm,omitempty"` // a question that must be answered first
	// Passphrase asks for the vault's passphrase. What is typed is never part of
	// a State: it goes to Actions.Passphrase.
	Passphrase *PassphraseView `json:"passphrase,omitempty"`
	// Page lies over the screen and under the questions; the view of the same
	// name is there with it, and only with it.
	Newer       string           `json:"newer,omitempty"` // a newer version that there is, see Updates
	Look        Look             `json:"look,omitzero"`
	Page        Page             `json:"page,omitempty"`
	Settings    *SettingsView    `json:"settings,omitempty"`
	Diagnostics *DiagnosticsView `json:"diagnostics,omitempty"`
	About       *AboutView       `json:"about,omitempty"`
	NewProvider *NewProviderView `json:"new_provider,omitempty"`
}

// AccountView is one account of the side bar.
type AccountView struct {
	Key      string     `json:"key"`
	Person   PersonView `json:"person"`
	Provider string     `json:"provider"`        // with its host where its name proves nothing
	Shown    bool       `json:"shown,omitempty"` // it is the one on the screen
}

// SignInView is the first screen.
type SignInView struct {
	Providers []ProviderButton `json:"providers"`
	Keep      Keep             `json:"keep"`
	// Adding: somebody is signed in already and adds another account. Cancel
	// goes back to the profile.
	Adding bool `json:"adding,omitempty"`
}

// ProviderButton is one "Sign in with …".
type ProviderButton struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Google bool   `json:"google,omitempty"` // follows Google's branding guidelines
	// Host is where it is, for names that anybody could have made up; "": it is
	// one of the presets, and really that.
	Host string `json:"host,omitempty"`
}

// Keep says where the sign-in is kept, for the line "You stay signed in through …".
type Keep struct {
	Known      bool   `json:"known"`      // false until the store was asked: no line yet
	Persistent bool   `json:"persistent"` // false: "until you quit"
	Name       string `json:"name,omitempty"`
	Locked     bool   `json:"locked,omitempty"` // the store will ask to be unlocked
}

// StepID is one of the four lines of the waiting screen.
type StepID string

// The lines in their order.
const (
	StepBrowser StepID = "browser" // Browser opened
	StepSignIn  StepID = "signin"  // Waiting for you to sign in
	StepCheck   StepID = "check"   // Check the answer and exchange the code
	StepLoad    StepID = "load"    // Load your profile
)

// StepState is how far a line is.
type StepState string

// The states of a line.
const (
	StepTodo   StepState = "todo"
	StepActive StepState = "active"
	StepDone   StepState = "done"
	StepFailed StepState = "failed"
)

// WaitingView is the screen while the browser is open.
type WaitingView struct {
	Host     string       `json:"host"` // who the page in the browser is from
	Provider string       `json:"provider"`
	Steps    [4]StepLine  `json:"steps"`
	Deadline time.Time    `json:"deadline,omitzero"` // the screen counts down to it while StepSignIn is active
	Copied   bool         `json:"copied,omitempty"`  // the link was copied: the button says so
	Unlock   string       `json:"unlock,omitempty"`  // name of the keychain whose dialog is waited for
	Person   *PersonView  `json:"person,omitempty"`  // known as soon as the ID token was checked
	Browser  BrowserState `json:"browser"`
	// Elsewhere is shown for a browser on another computer; nil: it is not.
	Elsewhere *ElsewhereView `json:"elsewhere,omitempty"`
}

// BrowserState says whether the browser could be started.
type BrowserState string

// The states of the browser.
const (
	BrowserOpening BrowserState = "opening"
	BrowserOpened  BrowserState = "opened"
	BrowserFailed  BrowserState = "failed" // "No browser could be opened. Copy the link instead."
)

// StepLine is one line of the waiting screen.
type StepLine struct {
	ID    StepID    `json:"id"`
	State StepState `json:"state"`
}

// PersonView is who signed in. All texts are remote, cleaned and capped, and
// are shown as plain text.
type PersonView struct {
	Name     string `json:"name"` // never empty: falls back to e-mail, then subject
	Email    string `json:"email,omitempty"`
	Verified bool   `json:"verified,omitempty"`
	Initials string `json:"initials"`
	Color    int    `json:"color"`             // which of the avatar grounds; from the subject
	Picture  string `json:"picture,omitempty"` // path of a checked PNG in the cache
}

// FieldID says which line of the profile a Field is; its label is a translation.
type FieldID string

// The lines of the profile in their order.
const (
	FieldName         FieldID = "name"
	FieldGivenName    FieldID = "given_name"
	FieldFamilyName   FieldID = "family_name"
	FieldLanguage     FieldID = "language" // a BCP 47 tag
	FieldOrganization FieldID = "organization"
	FieldBirthday     FieldID = "birthday" // "1815-12-10", "--12-10" or "1815"
	FieldSubject      FieldID = "subject"  // "Account ID", shown in the fixed-width font
)

// Field is one line of the profile card.
type Field struct {
	ID    FieldID `json:"id"`
	Value string  `json:"value"`
}

// ProfileView is the profile screen.
type ProfileView struct {
	Person     PersonView `json:"person"`
	Provider   string     `json:"provider"`       // with its host where its name proves nothing
	Host       string     `json:"host,omitempty"` // that host
	Fields     []Field    `json:"fields"`
	Source     string     `json:"source,omitempty"` // host the profile came from
	Updated    time.Time  `json:"updated,omitzero"` // when; zero: from the ID token only, still loading
	Refreshing bool       `json:"refreshing,omitempty"`
	Offline    bool       `json:"offline,omitempty"`    // shown from the cache
	Until      Until      `json:"until_quit,omitempty"` // kept in memory only: "until you quit", and why
	Unsigned   bool       `json:"unsigned,omitempty"`   // plain OAuth 2.0: nobody signed a statement about who this is
	SigningOut bool       `json:"signing_out,omitempty"`
	ClockOff   int        `json:"clock_off,omitempty"` // seconds this computer's clock is behind (negative: ahead), if it is worth telling
	Tab        Tab        `json:"tab,omitempty"`
	// Session is the tab of that name; nil: there are no tabs.
	Session *SessionView `json:"session,omitempty"`
	// Flow is the tab "How you signed in"; nil: not looked at yet.
	Flow *FlowView `json:"flow,omitempty"`
}

// Until is why a sign-in lasts only until the program ends; "": it is kept.
type Until string

// The reasons.
const (
	UntilNoPlace Until = "no_place" // this computer has no place for it, or the person chose so
	UntilNothing Until = "nothing"  // the provider sent nothing that could be kept
	UntilFailed  Until = "failed"   // it could not be written: State.Problem said why
)

// Tab is what is shown of an account.
type Tab string

// The tabs.
const (
	TabProfile Tab = "profile"
	TabSession Tab = "session"
	TabFlow    Tab = "flow" // "How you signed in"
)

// SessionView says what the program may do, for how long, and where that is kept.
type SessionView struct {
	Access   AccessState `json:"access"`
	Expires  time.Time   `json:"expires,omitzero"` // of the access token, when Access is AccessValid
	Granted  []string    `json:"granted"`          // scopes, sorted
	Declined []string    `json:"declined,omitempty"`
	Store    string      `json:"store,omitempty"` // where the session is kept; empty: in memory only
	SignedIn time.Time   `json:"signed_in,omitzero"`
	// Better is a place that the session can be moved to: a keychain that has
	// appeared, or the vault that was chosen since. Empty: there is none.
	Better string `json:"better,omitempty"`
	// Logout: the provider can end its own session in the browser too.
	Logout bool `json:"logout,omitempty"`
}

// AccessState is what is known of the access token.
type AccessState string

// The states of the access token.
const (
	AccessValid   AccessState = "valid"   // until SessionView.Expires
	AccessLasting AccessState = "lasting" // it does not expire
	AccessRenew   AccessState = "renew"   // none in memory: fetched when needed
	AccessEnded   AccessState = "ended"   // the person must sign in again
)

// ProblemView is an error with one next step. Code and Phase are those of
// auth.Problem; the words are the translations "problem.<code>.title" and
// "problem.<code>.text".
type ProblemView struct {
	Phase  string `json:"phase"`
	Code   string `json:"code"`
	Next   Next   `json:"next"`
	Detail string `json:"detail,omitempty"` // redacted, copyable
	// Values fill {{.Host}} and the like in the translation.
	Values map[string]string `json:"values,omitempty"`
}

// Next is the one next step of a problem, and so the button under it.
type Next string

// The next steps.
const (
	NextRetry      Next = "retry"       // start the same sign-in again
	NextSignIn     Next = "signin"      // sign in again with this account
	NextCopyLink   Next = "copy_link"   // the browser did not open
	NextUnlock     Next = "unlock"      // unlock the keychain
	NextRefresh    Next = "refresh"     // load the profile again
	NextDismiss    Next = "dismiss"     // read it, go on
	NextOpenConfig Next = "open_config" // show the folder with providers.toml
	NextRestart    Next = "restart"     // start the program anew
)

// ConfirmView is a question with two answers.
type ConfirmView struct {
	Kind ConfirmKind `json:"kind"`
	// Old and New are the e-mail addresses (or names) in question; where access
	// is removed, Old is whose.
	Old string `json:"old"`
	New string `json:"new,omitempty"`
	// Provider is whose permission is in question.
	Provider string `json:"provider,omitempty"`
	Google   bool   `json:"google,omitempty"`
}

// ConfirmKind is which question it is.
type ConfirmKind string

// The questions.
const (
	ConfirmOtherAccount   ConfirmKind = "other_account"   // use New in place of Old?
	ConfirmRemoveAccess   ConfirmKind = "remove_access"   // take the provider's permission back?
	ConfirmRemoveProvider ConfirmKind = "remove_provider" // take the provider called Provider, at Old, out of the list?
	ConfirmEraseData      ConfirmKind = "erase_data"      // delete all that is kept on this computer?
	ConfirmVault          ConfirmKind = "vault"           // no keychain here: a vault? No means "until I quit"
)

// PassphraseView asks for a passphrase.
type PassphraseView struct {
	Asked int  `json:"asked"`           // counts the questions: what was typed for an earlier one goes
	New   bool `json:"new,omitempty"`   // a new one is chosen, and typed twice
	Wrong bool `json:"wrong,omitempty"` // the one before was wrong
	Short bool `json:"short,omitempty"` // the one before was too short
	Least int  `json:"least,omitempty"` // how many characters a new one needs
}

// Actions is everything that a person can do. Each returns at once; what comes
// of it arrives as a new State.
type Actions interface {
	PageActions
	SettingsActions
	AboutActions
	DiagnosticsActions
	ProviderActions
	FlowActions
	SystemActions
	SignIn(providerID string) // starts a sign-in
	OpenAgain()               // opens the browser again
	CopyLink()                // puts a fresh start link on the clipboard
	Cancel()                  // ends the sign-in, closes the question or the problem
	Confirm(yes bool)         // answers State.Confirm
	Refresh()                 // loads the profile again
	SignOut()                 // ends the session on this computer and revokes it
	Next()                    // takes the next step of State.Problem
	Dismiss()                 // closes State.Problem
	Restart()                 // starts the program anew, see State.Restart
	RegisterHelp()            // opens the page where a real client is entered
	ShowAccount(key string)   // shows another account of the side bar
	AddAccount()              // signs another account in, beside those there are
	ShowTab(tab Tab)          // shows another tab of the account
	Keep()                    // moves the session to SessionView.Better
	Logout()                  // signs out, and in the browser at the provider too
	RemoveAccess()            // asks, then takes the provider's permission back
	Extend()                  // gives the person more time in the browser
	Elsewhere(open bool)      // shows or leaves the way for a browser on another computer
	CopyRemoteLink()          // puts the link for that browser on the clipboard
	Paste(address string)     // takes the address at which that browser ended
	AskAgain()                // asks the same person for what was not allowed
	// Passphrase answers State.Passphrase; not ok means that the person would
	// rather not.
	Passphrase(text string, ok bool)
}
