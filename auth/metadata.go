package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/natefinch/atomic"

	"app.latchkey/auth/backchannel"
)

const (
	metadataLimit    = 1 << 20        // bytes of a discovery document or a key set
	metadataFreshFor = 24 * time.Hour // providers publish changes long before they need them
	// A sign-in may begin with older metadata, so that the browser opens at
	// once: they are read again while the person is there.
	metadataUsableFor = 7 * 24 * time.Hour
)

// Metadata is what a provider says about itself in its discovery document
// (OpenID Connect Discovery §3, RFC 8414 §2), checked: it exists only with the
// configured issuer and with endpoints a token may be sent to.
type Metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"` // OpenID Connect RP-Initiated Logout 1.0 §2.1
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	SigningAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	IssInResponse         bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
}

// metadataURL is where the discovery document lies (OpenID Connect Discovery §4.1).
func metadataURL(issuer string) string {
	return strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
}

// parseMetadata validates a discovery document for a provider.
func parseMetadata(document []byte, p Provider) (Metadata, error) {
	fail := func(code Code, err error) (Metadata, error) {
		return Metadata{}, problem(PhaseMetadata, code, NextRetry, err).With("Host", p.Host())
	}
	about := func(member string, code Code, err error) (Metadata, error) {
		return Metadata{}, problem(PhaseMetadata, code, NextRetry, err).With("Host", p.Host()).With("Member", member)
	}
	var m Metadata
	if err := json.Unmarshal(document, &m); err != nil {
		return fail(CodeMetadataInvalid, errors.New("the discovery document is no JSON object of the expected form"))
	}
	// Character by character: anything laxer lets one issuer speak for another
	// (OpenID Connect Discovery §4.3, RFC 8414 §3.3).
	if m.Issuer != p.documentIssuer() {
		_, err := fail(CodeMetadataIssuerMismatch, fmt.Errorf("discovery document: expected issuer %q, got %q", p.documentIssuer(), CleanText(m.Issuer, 100)))
		return Metadata{}, AsProblem(err).With("Issuer", m.Issuer)
	}
	loopback := IsLoopbackURL(p.Issuer)
	for _, e := range []struct {
		name, address string
		required      bool
	}{
		{"authorization_endpoint", m.AuthorizationEndpoint, true},
		{"token_endpoint", m.TokenEndpoint, true},
		{"jwks_uri", m.JWKSURI, true},
		{"userinfo_endpoint", m.UserinfoEndpoint, false},
		{"revocation_endpoint", m.RevocationEndpoint, false},
		{"end_session_endpoint", m.EndSessionEndpoint, false},
	} {
		if e.address == "" {
			if e.required {
				return about(e.name, CodeMetadataInvalid, fmt.Errorf("discovery document: %s is missing", e.name))
			}
			continue
		}
		if err := CheckEndpoint(e.address, loopback); err != nil {
			return about(e.name, CodeMetadataInsecureEndpoint, fmt.Errorf("discovery document: %s: %w", e.name, err))
		}
	}
	// A server that lists methods but not S256 would ignore or weaken the
	// challenge (RFC 9700 §2.1.1). One that lists none may still support it:
	// RFC 8414 §2 makes the member optional.
	if m.ChallengeMethods != nil && !slices.Contains(m.ChallengeMethods, "S256") {
		return fail(CodeMetadataNoS256, errors.New("discovery document: code_challenge_methods_supported lacks S256"))
	}
	if m.SigningAlgorithms != nil && len(m.signingAlgorithms()) == 0 {
		return about("id_token_signing_alg_values_supported", CodeMetadataInvalid, errors.New("discovery document: no asymmetric algorithm among id_token_signing_alg_values_supported"))
	}
	return m, nil
}

// signingAlgorithms is our own list narrowed by what the provider lists.
func (m Metadata) signingAlgorithms() []string {
	if m.SigningAlgorithms == nil {
		return []string{"RS256"} // OpenID Connect Core §3.1.3.7(7): the default
	}
	return slices.DeleteFunc(slices.Clone(signingAlgorithms), func(a string) bool {
		return !slices.Contains(m.SigningAlgorithms, a)
	})
}

// metadata returns the provider's checked metadata: from memory or the cache
// file if they are younger than a day, else from the provider.
func (s *site) metadata(ctx context.Context) (Metadata, error) {
	m, _, err := s.metadataYoungerThan(ctx, metadataFreshFor)
	return m, err
}

// metadataYoungerThan also tells whether they are from memory or cache file.
// Those of plain OAuth 2.0 are the configuration.
func (s *site) metadataYoungerThan(ctx context.Context, most time.Duration) (m Metadata, cached bool, err error) {
	if plain := s.provider.Plain; plain != nil {
		return plain.metadata(s.provider.Issuer), false, nil
	}
	if err := s.reading.lock(ctx); err != nil {
		return Metadata{}, false, TransportProblem(PhaseMetadata, s.provider.Host(), err)
	}
	defer s.reading.unlock()
	if s.meta == nil {
		if m, read, ok := s.cachedMetadata(); ok {
			s.meta, s.metaRead = &m, read
		}
	}
	if age := s.channel.Now().Sub(s.metaRead); s.meta != nil && age >= 0 && age < most {
		return *s.meta, true, nil
	}
	m, body, err := s.readMetadata(ctx)
	if err != nil {
		return Metadata{}, false, err
	}
	s.meta, s.metaRead = &m, s.channel.Now()
	s.cacheMetadata(body)
	return m, false, nil
}

// readMetadata asks the provider.
func (s *site) readMetadata(ctx context.Context) (Metadata, []byte, error) {
	body, err := s.get(ctx, PhaseMetadata, metadataURL(s.provider.Issuer))
	if err != nil {
		return Metadata{}, nil, err
	}
	m, err := parseMetadata(body, s.provider)
	return m, body, err
}

// revalidate reads metadata again that came from the cache. It holds up nobody
// who wants what is cached. A provider that can't be asked changes nothing; one
// that now says what is refused is asked again by the next sign-in, which then
// tells.
func (s *site) revalidate(ctx context.Context) {
	m, body, err := s.readMetadata(ctx)
	switch CodeOf(err) {
	case "":
	case CodeMetadataInvalid, CodeMetadataIssuerMismatch, CodeMetadataNoS256, CodeMetadataInsecureEndpoint:
		s.forgetMetadata()
		return
	default:
		return
	}
	if ctx.Err() != nil || s.reading.lock(ctx) != nil {
		return
	}
	defer s.reading.unlock()
	s.meta, s.metaRead = &m, s.channel.Now()
	s.cacheMetadata(body)
}

// latest is the newest checked metadata, without asking or waiting for anybody;
// m where there are none.
func (s *site) latest(m Metadata) Metadata {
	select {
	case s.reading <- struct{}{}:
		defer s.reading.unlock()
	default:
		return m
	}
	if s.meta != nil {
		return *s.meta
	}
	return m
}

// forgetMetadata drops what is cached: the provider answered in a way that old
// metadata would explain.
func (s *site) forgetMetadata() {
	if s.reading.lock(context.Background()) != nil {
		return
	}
	defer s.reading.unlock()
	s.meta = nil
	if s.cachePath() != "" {
		_ = os.Remove(s.cachePath())
	}
}

// get reads a JSON document of the provider's.
func (s *site) get(ctx context.Context, phase Phase, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, problem(phase, CodeMetadataInvalid, NextRetry, errors.New("an endpoint's address is malformed"))
	}
	req.Header.Set("Accept", "application/json")
	resp, err := s.channel.Do(ctx, req, metadataLimit)
	if err != nil {
		return nil, TransportProblem(phase, s.provider.Host(), err)
	}
	if resp.Status != http.StatusOK {
		p := statusProblem(phase, s.provider.Host(), resp)
		p.RetryAfter, _ = backchannel.RetryAfter(resp.Header, s.channel.Now())
		return nil, p
	}
	var any json.RawMessage
	if err := backchannel.DecodeJSON(resp, &any); err != nil {
		return nil, TransportProblem(phase, s.provider.Host(), err)
	}
	return resp.Body, nil
}

func statusProblem(phase Phase, host string, resp *backchannel.Response) *Problem {
	code := CodeProviderUnreachable
	if resp.Status == http.StatusTooManyRequests || resp.Status >= 500 {
		code = CodeServerBusy
	}
	return problem(phase, code, NextRetry, fmt.Errorf("the provider answered with status %d", resp.Status)).
		With("Host", host).With("Status", strconv.Itoa(resp.Status))
}

// cachedDocument is the file form. The document is parsed and checked again
// when it is read: the file is no better than the network.
type cachedDocument struct {
	Read     time.Time       `json:"read"`
	Document json.RawMessage `json:"document"`
}

func (s *site) cachePath() string {
	if s.cacheDir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s.provider.Issuer))
	return filepath.Join(s.cacheDir, "metadata-"+hex.EncodeToString(sum[:8])+".json")
}

func (s *site) cachedMetadata() (Metadata, time.Time, bool) {
	path := s.cachePath()
	if path == "" {
		return Metadata{}, time.Time{}, false
	}
	b, err := os.ReadFile(path)
	var d cachedDocument
	if err != nil || json.Unmarshal(b, &d) != nil {
		return Metadata{}, time.Time{}, false
	}
	age := s.channel.Now().Sub(d.Read)
	m, err := parseMetadata(d.Document, s.provider)
	return m, d.Read, err == nil && age >= 0 && age < metadataUsableFor
}

// cacheMetadata is best effort: without the file the next start asks again.
func (s *site) cacheMetadata(document []byte) {
	path := s.cachePath()
	if path == "" {
		return
	}
	b, err := json.Marshal(cachedDocument{Read: s.channel.Now(), Document: document})
	if err == nil && os.MkdirAll(s.cacheDir, 0o700) == nil {
		_ = atomic.WriteFile(path, strings.NewReader(string(b)))
	}
}
