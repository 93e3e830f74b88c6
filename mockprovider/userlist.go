package mockprovider

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// maxUsers is how many users one provider knows at most.
const maxUsers = 1_000

// userList is who can sign in. It is replaced as a whole, never changed, so
// that reading it needs no lock.
type userList struct{ list atomic.Pointer[[]User] }

func (l *userList) all() []User { return *l.list.Load() }

func (l *userList) store(users []User) { l.list.Store(&users) }

// PutUser adds a user, or replaces the one with the same key. Key, subject,
// name and password are made up if they are empty. A user that cannot be one,
// or has another's subject or e-mail address, is an error.
func (p *Provider) PutUser(u User) error {
	u = u.withDefaults()
	p.mu.Lock()
	defer p.mu.Unlock()
	users := slices.Clone(p.users.all())
	if i := slices.IndexFunc(users, func(other User) bool { return other.Key == u.Key }); i >= 0 {
		users[i] = u
	} else if users = append(users, u); len(users) > maxUsers {
		return fmt.Errorf("mock provider: there are %d users already", maxUsers)
	}
	if _, _, err := checkUsers(users); err != nil {
		return fmt.Errorf("mock provider: %w", err)
	}
	p.pictures.forget(u.Key)
	p.users.store(users)
	return nil
}

// RemoveUser removes a user (key, e-mail address or subject) and ends all his
// grants. It says whether there was one.
func (p *Provider) RemoveUser(user string) bool {
	u, ok := p.findUser(user)
	if !ok {
		return false
	}
	p.RevokeUser(u.Key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users.store(slices.DeleteFunc(slices.Clone(p.users.all()), func(other User) bool { return other.Key == u.Key }))
	return true
}

// forget drops a drawn picture.
func (c *pictures) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.data, key)
}
