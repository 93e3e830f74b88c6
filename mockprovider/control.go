package mockprovider

// RevokeUser ends all grants of a user (key, e-mail address or subject), as if
// he had removed the client's access in his account, and forgets his consents.
// It returns how many grants there were.
func (p *Provider) RevokeUser(user string) int {
	u, ok := p.findUser(user)
	if !ok {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for k := range p.state.consents {
		if k.user == u.Subject {
			delete(p.state.consents, k)
		}
	}
	return p.state.dropAll(func(g *grant) bool { return g.User == u.Subject })
}

// RevokeAll ends all grants, forgets all consents and signs all browsers out.
// It returns how many grants there were.
func (p *Provider) RevokeAll() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.state.consents)
	clear(p.state.browsers)
	clear(p.state.interactions)
	return p.state.dropAll(func(*grant) bool { return true })
}

// ExpireAccessTokens ends all access tokens and leaves the refresh tokens.
// It returns how many access tokens there were.
func (p *Provider) ExpireAccessTokens() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.state.access)
	clear(p.state.access)
	return n
}

// Grants returns how many grants a user (key, e-mail address or subject; ""
// for everybody) has: sign-ins whose code or tokens can still be used.
func (p *Provider) Grants(user string) int {
	u, _ := p.findUser(user)
	p.mu.Lock()
	defer p.mu.Unlock()
	now, n := p.nowLocked(), 0
	for _, g := range p.state.grants {
		if (user == "" || g.User == u.Subject) && !g.expired(now) {
			n++
		}
	}
	return n
}
