package auth

import (
	"context"

	"app.latchkey/auth/store"
)

// Diagnosis is what a diagnostics page tells about the sign-ins on this
// computer. It holds no secret.
type Diagnosis struct {
	Store    store.Status
	Accounts int
	Index    error // why the list of accounts cannot be read; nil: it can
	Locks    error // why two programs at once are not kept apart; nil: they are
}

// Diagnose looks at store and files, without a dialog and without network.
func (c *Client) Diagnose(ctx context.Context) Diagnosis {
	accounts, err := c.index.list()
	if release, lockErr := c.between.lock(ctx, "accounts", indexPatience); lockErr == nil {
		release()
	}
	return Diagnosis{Store: c.config.Store.Status(ctx), Accounts: len(accounts), Index: err, Locks: c.between.trouble()}
}
