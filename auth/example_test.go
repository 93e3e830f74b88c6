package auth_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// A whole program that signs somebody in and asks an API in their name. The
// provider would be auth.Google(clientID, clientSecret), openBrowser would call
// the system's (xdg-open, open, rundll32), and the store would be the system's
// keychain (package keychain).
func Example() {
	ctx := context.Background()
	provider, openBrowser, api := mockGoogle()
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: openBrowser})
	check(err)
	pending, err := client.SignIn(ctx, provider, auth.SignInOptions{}) // waits for the person in the browser
	check(err)
	session, err := pending.Commit(ctx) // keeps the refresh token in the store
	check(err)
	fmt.Println("signed in:", session.Account().Name, session.Account().Email)

	resp, err := session.HTTPClient().Get(api) // adds the access token, renews it when needed
	check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(err)
	fmt.Println(resp.StatusCode, len(body) > 0)
	// Output:
	// signed in: Ada Lovelace ada@example.com
	// 200 true
}

// A program with a window calls the three parts of SignIn one by one, so that it
// can offer "Open again", "Copy link" and "Cancel" meanwhile, and looks at who
// came before it keeps anything.
func ExampleClient_Begin() {
	ctx, cancel := context.WithCancel(context.Background()) // "Cancel" calls cancel
	defer cancel()
	provider, openBrowser, _ := mockGoogle()
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: openBrowser})
	check(err)

	attempt, err := client.Begin(ctx, provider, auth.SignInOptions{LoginHint: "ada@example.com"})
	check(err)
	defer attempt.Close()
	if err := attempt.Open(ctx); err != nil {
		link, err := attempt.Link() // for "Copy link": it holds no secret
		check(err)
		fmt.Println("open this by hand:", link)
	}
	pending, err := attempt.Wait(ctx)
	switch auth.CodeOf(err) {
	case "":
	case auth.CodeCanceled, auth.CodeAccessDenied:
		return // nothing to show
	default:
		log.Fatal(auth.AsProblem(err).Detail())
	}
	if pending.Identity().Email != "ada@example.com" {
		pending.Discard(ctx)
		return
	}
	session, err := pending.Commit(ctx)
	check(err)
	fmt.Println(session.Scopes())
	// Output: [email openid profile]
}

// Who is signed in is known without asking anybody: the next start of a program
// whose store lasts (this one's does not) begins at Accounts, and opens no
// browser.
func ExampleClient_Resume() {
	ctx := context.Background()
	provider, openBrowser, _ := mockGoogle()
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: openBrowser})
	check(err)
	pending, err := client.SignIn(ctx, provider, auth.SignInOptions{})
	check(err)
	_, err = pending.Commit(ctx)
	check(err)

	accounts, err := client.Accounts()
	check(err)
	session, err := client.Resume(accounts[0], provider)
	check(err)
	token, err := session.Token(ctx) // refreshes where there is no fresh one
	check(err)
	fmt.Println(accounts[0].Name, time.Until(token.Expiry()) > 0)

	check(session.SignOut(ctx)) // forgets the account here
	accounts, err = client.Accounts()
	check(err)
	check(client.Close(ctx)) // before the program ends: a refresh must not be cut off
	fmt.Println(len(accounts))
	// Output:
	// Ada Lovelace true
	// 0
}
