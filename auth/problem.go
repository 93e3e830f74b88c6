package auth

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/store"
)

// Phase says during which part of the work a Problem arose.
type Phase string

// The phases in the order of a sign-in, then those of a session.
const (
	PhaseConfiguration Phase = "configuration"
	PhaseMetadata      Phase = "metadata"
	PhaseStore         Phase = "store"
	PhaseBrowser       Phase = "browser"
	PhaseAuthorization Phase = "authorization"
	PhaseToken         Phase = "token"
	PhaseIdentity      Phase = "identity"
	PhaseCommit        Phase = "commit"
	PhaseRefresh       Phase = "refresh"
	PhaseProfile       Phase = "profile"
	PhaseSignOut       Phase = "sign_out"
)

// Code is what went wrong. Codes are stable: programs may switch on them, and
// the words a person reads are translations under the same key.
type Code string

// The codes. docs/security.md and docs/providers.md tell the meaning of each.
const (
	CodeCanceled Code = "canceled" // the user cancelled; not an error to show

	CodeProviderUnreachable      Code = "provider_unreachable"
	CodeProviderHTML             Code = "provider_html"
	CodeServerBusy               Code = "server_busy"
	CodeTLSFailed                Code = "tls_failed"
	CodeClockSkew                Code = "clock_skew"
	CodeMetadataIssuerMismatch   Code = "metadata_issuer_mismatch"
	CodeMetadataInvalid          Code = "metadata_invalid"
	CodeMetadataNoS256           Code = "metadata_no_s256"
	CodeMetadataInsecureEndpoint Code = "metadata_insecure_endpoint"

	CodeLoopbackUnavailable Code = "loopback_unavailable"
	CodeLoopbackPortsTaken  Code = "loopback_ports_taken"
	CodeBrowserFailed       Code = "browser_failed"
	CodeSignInTimeout       Code = "signin_timeout"

	// An address that was given to Attempt.Paste; the attempt goes on.
	CodePasteNotAddress  Code = "paste_not_address"
	CodePasteElsewhere   Code = "paste_elsewhere"
	CodePasteNoResponse  Code = "paste_no_response"
	CodePasteOtherSignIn Code = "paste_other_signin"

	CodeAccessDenied       Code = "access_denied"
	CodeAuthorizationError Code = "authorization_error"
	CodeIssMismatch        Code = "iss_mismatch"

	CodeTokenInvalidClient   Code = "token_invalid_client"
	CodeTokenInvalidGrant    Code = "token_invalid_grant"
	CodeTokenEndpointError   Code = "token_endpoint_error"
	CodeTokenResponseInvalid Code = "token_response_invalid"

	CodeJWKSEmpty        Code = "jwks_empty"
	CodeIDTokenMissing   Code = "id_token_missing"
	CodeIDTokenInvalid   Code = "id_token_invalid"
	CodeIDTokenSignature Code = "id_token_signature"
	CodeIDTokenIssuer    Code = "id_token_issuer"
	CodeIDTokenAudience  Code = "id_token_audience"
	CodeIDTokenAzp       Code = "id_token_azp"
	CodeIDTokenExpired   Code = "id_token_expired"
	CodeIDTokenIat       Code = "id_token_iat"
	CodeIDTokenNonce     Code = "id_token_nonce"
	CodeIDTokenSubject   Code = "id_token_subject"
	CodeIDTokenAtHash    Code = "id_token_at_hash"
	CodeUserinfoSubject  Code = "userinfo_subject"
	CodeUserUnknown      Code = "user_unknown" // plain OAuth 2.0: the user API named nobody

	CodeStoreLocked      Code = "store_locked"
	CodeStoreDismissed   Code = "store_dismissed"
	CodeStoreUnavailable Code = "store_unavailable"
	CodeStoreWriteFailed Code = "store_write_failed"
	CodeStoreNewer       Code = "store_newer"   // a newer version of this program stored the record
	CodeStoreBroken      Code = "store_broken"  // what is stored is not what was written
	CodeStoreRestart     Code = "store_restart" // the store can be had once the program is started anew

	CodeIndexWriteFailed Code = "index_write_failed"
	CodeIndexUnreadable  Code = "index_unreadable" // and no previous copy of it can be read
	CodeIndexNewer       Code = "index_newer"      // a newer version of this program wrote the index

	CodeRefreshRevoked     Code = "refresh_revoked"
	CodeOffline            Code = "offline"
	CodeSessionBusy        Code = "session_busy"
	CodeProfileUnavailable Code = "profile_unavailable"
	CodeProfileForbidden   Code = "profile_forbidden"
	CodeSignOutIncomplete  Code = "sign_out_incomplete"
	CodeLogoutUnsupported  Code = "logout_unsupported"
	CodeAccessNotRemoved   Code = "access_not_removed"
	CodeConfigInvalid      Code = "config_invalid"
	CodeInternal           Code = "internal"
)

// Next is the one next step that helps.
type Next string

// The next steps.
const (
	NextRetry      Next = "retry"       // the same sign-in again
	NextSignIn     Next = "signin"      // sign in again, the account is kept
	NextCopyLink   Next = "copy_link"   // open the link by hand
	NextUnlock     Next = "unlock"      // unlock the keychain
	NextRefresh    Next = "refresh"     // the same request again later
	NextDismiss    Next = "dismiss"     // nothing to do but read
	NextOpenConfig Next = "open_config" // mend the configuration
	NextRestart    Next = "restart"     // start the program anew
)

// Problem is every error of this package and of package resources.
type Problem struct {
	Phase Phase
	Code  Code
	Next  Next
	// Values fill the placeholders of the translation: Host, Provider, Ports,
	// Error (the provider's own error code, cleaned), Skew (the provider's clock
	// minus this computer's in whole seconds, where it is known).
	Values map[string]string
	// RetryAfter is how long the provider asked to be left alone (RFC 9110
	// §10.2.3); 0: it did not say.
	RetryAfter time.Duration
	Err        error // the cause; holds no secret; may be nil
}

// Error implements error. It holds no secret.
func (p *Problem) Error() string {
	s := string(p.Phase) + ": " + string(p.Code)
	if p.Err != nil {
		s += ": " + p.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Detail is the text behind "Copy details": at most 1,000 characters, without
// control characters and secrets.
func (p *Problem) Detail() string { return CleanText(p.Error(), 1000) }

// With returns a copy of p with a value for the words a person reads.
func (p *Problem) With(key, value string) *Problem {
	c := *p
	c.Values = map[string]string{key: CleanText(value, 200)}
	for k, v := range p.Values {
		if k != key {
			c.Values[k] = v
		}
	}
	return &c
}

// AsProblem returns the Problem in err, or one with CodeInternal. It returns
// nil for nil.
func AsProblem(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return &Problem{Phase: PhaseAuthorization, Code: CodeCanceled, Next: NextDismiss, Err: err}
	}
	return &Problem{Phase: PhaseConfiguration, Code: CodeInternal, Next: NextRetry, Err: err}
}

// CodeOf returns the code of the Problem in err, or "".
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return AsProblem(err).Code
}

func problem(phase Phase, code Code, next Next, err error) *Problem {
	return &Problem{Phase: phase, Code: code, Next: next, Err: err}
}

// TransportProblem turns an error of the back channel into a Problem: a wrong
// clock, a certificate, an unreachable server or a page instead of data. host is named in the
// words a person reads.
func TransportProblem(phase Phase, host string, err error) *Problem {
	code, next := CodeProviderUnreachable, NextRetry
	switch {
	case errors.Is(err, context.Canceled):
		code, next = CodeCanceled, NextDismiss
	case backchannel.IsCertificateTime(err):
		code = CodeClockSkew
	case errors.Is(err, errCAFile):
		code, next = CodeConfigInvalid, NextOpenConfig
	case backchannel.IsTLS(err):
		code = CodeTLSFailed
	case errors.Is(err, backchannel.ErrNotJSON):
		code = CodeProviderHTML
	case phase == PhaseRefresh || phase == PhaseProfile:
		code = CodeOffline
	}
	if code != CodeCanceled && code != CodeConfigInvalid && (phase == PhaseRefresh || phase == PhaseProfile) {
		next = NextRefresh
	}
	// x/oauth2's errors are net/http's, which hold the whole address.
	p := problem(phase, code, next, backchannel.Redact(err)).With("Host", host)
	if off, ok := backchannel.ClockOff(err); ok {
		p = p.With("Skew", seconds(off))
	}
	return p
}

// storeProblem turns an error of a Store into a Problem.
func storeProblem(phase Phase, name string, err error) *Problem {
	code, next := CodeStoreUnavailable, NextRetry
	if store.OutcomeOf(err) == store.Locked {
		code, next = CodeStoreLocked, NextUnlock
	}
	switch store.ReasonOf(err) {
	case store.ReasonDismissed:
		code, next = CodeStoreDismissed, NextRetry
	case store.ReasonNewer:
		code, next = CodeStoreNewer, NextDismiss
	case store.ReasonCorrupt, store.ReasonForeign:
		code, next = CodeStoreBroken, NextSignIn
	case store.ReasonLost:
		code, next = CodeStoreRestart, NextRestart
	}
	return problem(phase, code, next, err).With("Store", name)
}

// CleanText makes a remote text fit to be shown as plain text: control,
// bidirectional-override and invisible characters are dropped, white space is
// folded, and it is cut to limit characters, which a "…" follows (RFC 6749
// §4.1.2.1 allows far less than servers send).
func CleanText(s string, limit int) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r), r == unicode.ReplacementChar, isBidiControl(r), isInvisible(r):
			continue
		}
		if space {
			n++
		}
		if n >= limit {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

func isBidiControl(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}

// isInvisible finds characters that show nothing and mean nothing in a name, so
// that two texts which look the same are the same. The joiners U+200C and U+200D
// are none: names in several scripts need them.
func isInvisible(r rune) bool {
	return r == 0x00ad || r == 0x200b || r >= 0x2060 && r <= 0x2064 || r == 0xfeff || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f
}
