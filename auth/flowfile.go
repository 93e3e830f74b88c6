package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"app.latchkey/auth/flow"
)

// flowLimit is the greatest size of a stored record, in bytes; ours have some
// ten thousand.
const flowLimit = 1 << 20

// Flow is the redacted record of the last sign-in with an account, as it was
// stored with it. An account without one (it is kept in memory only, or the
// file was removed) has an empty Flow and no error.
func (c *Client) Flow(a Account) (flow.Flow, error) {
	if c.index.dir == "" {
		return flow.Flow{}, nil
	}
	file, err := os.Open(c.index.flowPath(a))
	if errors.Is(err, fs.ErrNotExist) {
		return flow.Flow{}, nil
	}
	if err != nil {
		return flow.Flow{}, fmt.Errorf("reading the record of a sign-in: %w", err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, flowLimit+1))
	if err == nil && len(b) > flowLimit {
		err = errors.New("it is larger than any record")
	}
	var f flow.Flow
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		return flow.Flow{}, fmt.Errorf("reading the record of a sign-in: %w", err)
	}
	return f, nil
}
