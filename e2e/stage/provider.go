package stage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Provider is cmd/mockprovider running as a process of its own.
type Provider struct {
	Issuer        string `json:"issuer"`
	ControlToken  string `json:"control_token"` // opens the journal
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	PeopleAPI     string `json:"people_api"`
	ProvidersTOML string `json:"providers_toml"` // a ready providers.toml

	process *process
}

// Entry is one line of the provider's journal: a request and its answer.
type Entry struct {
	Time      time.Time `json:"time"`
	Endpoint  string    `json:"endpoint"` // authorize, login, consent, token, userinfo, people, …
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Status    int       `json:"status"`
	GrantType string    `json:"grant_type"` // of a token request
	Error     string    `json:"error"`
	RefusedBy string    `json:"refused_by"` // the check that refused the request
	Request   struct {
		Query []struct{ Name, Value string } `json:"query"`
		Form  []struct{ Name, Value string } `json:"form"`
	} `json:"request"` // what was sent, secrets and all
	Response struct {
		Redirect []struct{ Name, Value string } `json:"redirect"`
		JSON     json.RawMessage                `json:"json"`
	} `json:"response"` // what was answered, likewise
}

// Answered returns the parameters of a redirect, and the members of an answer's
// JSON object that are texts.
func (e Entry) Answered() map[string]string {
	answered := map[string]string{}
	for _, p := range e.Response.Redirect {
		answered[p.Name] = p.Value
	}
	var members map[string]any
	if json.Unmarshal(e.Response.JSON, &members) == nil {
		for name, value := range members {
			if text, ok := value.(string); ok {
				answered[name] = text
			}
		}
	}
	return answered
}

// Sent returns the parameters of a request, of its address and its form.
func (e Entry) Sent() map[string]string {
	sent := map[string]string{}
	for _, p := range append(e.Request.Query, e.Request.Form...) {
		sent[p.Name] = p.Value
	}
	return sent
}

// StartProvider starts the mock provider in its Google persona and writes the
// providers.toml it prints into the stage's configuration folder.
func (s *Stage) StartProvider(ctx context.Context) (*Provider, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the mock provider: %w", err)
	}
	p, err := s.start("mockprovider", func(cmd *exec.Cmd) { cmd.Stdout = write },
		s.options.MockProvider, "--addr", "127.0.0.1:0", "--persona", "google", "--json")
	write.Close()
	if err != nil {
		read.Close()
		return nil, err
	}
	// It prints one line when it is ready, or closes the pipe by ending.
	provider := &Provider{process: p}
	line, err := bufio.NewReader(read).ReadBytes('\n')
	if err != nil {
		read.Close()
		<-p.done
		return nil, p.failure()
	}
	go func() { // whatever else it prints must not block it
		defer read.Close()
		_, _ = bufio.NewReader(read).WriteTo(discard{})
	}()
	if err := json.Unmarshal(line, provider); err != nil {
		return nil, fmt.Errorf("reading what the mock provider printed: %w", err)
	}
	config := filepath.Join(s.Config, "providers.toml")
	if err := os.WriteFile(config, []byte(provider.ProvidersTOML), 0o600); err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	return provider, ctx.Err()
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Journal returns every request the provider saw so far.
func (p *Provider) Journal(ctx context.Context) ([]Entry, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Issuer+"/_mock/journal", nil)
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+p.ControlToken)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("reading the journal: %s", response.Status)
	}
	var journal struct {
		Entries []Entry `json:"entries"`
	}
	if err := json.NewDecoder(response.Body).Decode(&journal); err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	return journal.Entries, nil
}

// Misbehave makes the provider misbehave, by the name of a fault and how often.
func (p *Provider) Misbehave(ctx context.Context, name, times string) error {
	body, err := json.Marshal(map[string]string{"name": name, "times": times})
	if err != nil {
		return fmt.Errorf("adding a fault: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Issuer+"/_mock/faults", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("adding a fault: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+p.ControlToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("adding a fault: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode > 299 {
		return fmt.Errorf("adding a fault: %s", response.Status)
	}
	return nil
}

// Stop ends the provider: from now on it cannot be reached.
func (p *Provider) Stop() { p.process.stop() }
