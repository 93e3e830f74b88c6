package fault

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/http"

	"app.latchkey/mockprovider/stage"
)

const userinfoSpec = "OpenID Connect Core §5.3"

// info makes a row of the userinfo response.
func info(name, member, about string, client Verdict, must, spec, suite string, bend func(*bend), params ...Param) Row {
	return Row{
		Name: name, Stage: stage.Userinfo, Endpoint: "userinfo", Place: "userinfo " + member, Params: params,
		About: about, Client: client, Must: must, Spec: spec, Suite: suite, when: hasMember("sub"), bend: bend,
	}
}

var userinfoRows = []Row{
	info("userinfo-sub-other", "sub", "userinfo is about somebody else", Refuse, "compare sub with the ID token's, and use nothing of it", "OpenID Connect Core §5.3.2",
		"oidcc-client-test-userinfo-invalid-sub", set("sub", "somebody-else")),
	info("userinfo-sub-missing", "sub", "there is no sub", Refuse, "use nothing of it", "OpenID Connect Core §5.3.2", "", del("sub")),
	info("userinfo-sub-number", "sub", "sub is a number", Refuse, "use nothing of it, without a crash", "OpenID Connect Core §5.3.2", "", set("sub", 42)),
	info("userinfo-email-missing", "email", "there is no e-mail address", Accept, "go by sub", "OpenID Connect Core §5.7", "", del("email")).
		needs("email"),
	info("userinfo-email-unverified", "email", "the e-mail address is not verified", Accept, "trust it for nothing", "OpenID Connect Core §5.7", "", set("email_verified", false)).
		needs("email"),
	info("userinfo-name-hostile", "name", "the name holds markup, escape sequences and letters that run backwards", Accept, "show it as plain text without control characters",
		"OpenID Connect Core §5.1", "", set("name", hostileText)),
	info("userinfo-types-wrong", "types", "name, picture and email_verified are of wrong types", Either, "leave them out, without a crash", "OpenID Connect Core §5.1", "",
		func(b *bend) {
			b.Object.Set("name", []string{"A"}).Set("picture", 7).Set("email_verified", map[string]any{"yes": true})
		}),
	info("userinfo-picture-file", "picture", "the picture's address is a file of the person's own", Accept, "fetch https only, and show initials", "OpenID Connect Core §5.1", "",
		set("picture", "file:///etc/passwd")),
	info("userinfo-picture-lan", "picture", "the picture's address is a device in the person's network", Accept, "fetch no private addresses, and show initials", "OpenID Connect Core §5.1",
		"", setFrom("picture", "address"), Param{"address", Text, "http://192.168.0.1/reboot", "the address that is sent"}),
	info("userinfo-jwt", "body", "the response is a signed token that was not asked for", Refuse, "use nothing of it", userinfoSpec, "oidcc-client-test-userinfo-signed",
		func(b *bend) {
			key, err := b.engine.rogues.key(b.Provider.Algorithm())
			if err != nil {
				return
			}
			text, err := sign(b.Provider.Algorithm(), key, encodeSegment(`{"alg":"`+b.Provider.Algorithm()+`"}`), encodeSegment(encode(b.Object)))
			if err == nil {
				b.Header.Set("Content-Type", "application/jwt")
				b.Body = []byte(text)
			}
		}),
	{
		Name: "userinfo-401", Stage: stage.Transport, Endpoint: "userinfo", Place: "answer",
		About: "the access token is refused", Client: Accept, Must: "refresh once and try once more; with times=once that helps", Spec: "RFC 6750 §3.1",
		bend: func(b *bend) {
			b.Header.Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="The access token expired"`)
			b.answerJSON(http.StatusUnauthorized, "error", "invalid_token")
		},
	},
	{
		Name: "userinfo-403", Stage: stage.Transport, Endpoint: "userinfo", Place: "answer",
		About: "the access token's scope is said not to be enough", Client: Accept, Must: "stay signed in without the profile, and do not try again", Spec: "RFC 6750 §3.1",
		bend: func(b *bend) {
			b.Header.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="profile"`)
			b.answerJSON(http.StatusForbidden, "error", "insufficient_scope")
		},
	},
}

// needs limits a row to objects that have a member.
func (r Row) needs(member string) Row {
	r.when = hasMember(member)
	return r
}

// person makes a row of the People API.
func person(name, about string, client Verdict, must string, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.People, Endpoint: "people", Place: "people",
		About: about, Client: client, Must: must, Spec: "People API: people.get", when: hasMember("resourceName"), bend: bend,
	}
}

// googleError answers with Google's error envelope.
func googleError(b *bend, code int, status, reason, message string) {
	b.answerJSON(code, "error", map[string]any{
		"code": code, "message": message, "status": status,
		"details": []any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}},
	})
}

var profileRows = []Row{
	{
		Name: "people-disabled", Stage: stage.Transport, Endpoint: "people", Place: "answer",
		About: "the People API is not enabled for the client's project", Client: Accept, Must: "stay signed in and live without these fields", Spec: "People API: people.get",
		bend: func(b *bend) {
			googleError(b, http.StatusForbidden, "PERMISSION_DENIED", "SERVICE_DISABLED", "People API has not been used in project 1 before or it is disabled.")
		},
	},
	{
		Name: "people-quota", Stage: stage.Transport, Endpoint: "people", Place: "answer",
		About: "the People API's quota is used up", Client: Accept, Must: "stay signed in and try again later", Spec: "People API: people.get",
		bend: func(b *bend) {
			b.Header.Set("Retry-After", "30")
			googleError(b, http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Quota exceeded for quota metric 'Critical read requests'.")
		},
	},
	person("people-other-person", "the profile is somebody else's", Either, "compare resourceName with sub, where the provider is Google",
		set("resourceName", "people/100000000000000000099")),
	person("people-fields-missing", "the profile has no fields", Accept, "show what the ID token says",
		func(b *bend) {
			for _, m := range b.Object.Members() {
				if m.Name != "resourceName" && m.Name != "etag" {
					b.Object.Delete(m.Name)
				}
			}
		}),
	person("people-fields-null", "all fields are null", Accept, "show what the ID token says, without a crash",
		func(b *bend) {
			for _, m := range b.Object.Members() {
				if m.Name != "resourceName" {
					b.Object.Set(m.Name, nil)
				}
			}
		}),
	person("people-types-wrong", "all fields are strings", Either, "leave them out, without a crash",
		func(b *bend) {
			for _, m := range b.Object.Members() {
				if m.Name != "resourceName" {
					b.Object.Set(m.Name, "no list")
				}
			}
		}),
	person("people-name-hostile", "the name holds markup, escape sequences and letters that run backwards", Accept, "show it as plain text without control characters",
		set("names", []any{map[string]any{"displayName": hostileText, "metadata": map[string]any{"primary": true}}})),
	person("people-photo-elsewhere", "the photo's address is a device in the person's network", Accept, "fetch no private addresses, and show initials",
		set("photos", []any{map[string]any{"url": "http://192.168.0.1/reboot", "metadata": map[string]any{"primary": true}}})),
}

// gitHubUser makes a row of GitHub's user.
func gitHubUser(name, about string, client Verdict, must string, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.UserAPI, Endpoint: "user", Place: "user",
		About: about, Client: client, Must: must, Spec: "GitHub REST API: Get the authenticated user", when: hasMember("id"), bend: bend,
	}
}

var userRows = []Row{
	gitHubUser("user-id-missing", "there is no id", Refuse, "use nothing of it: a login can change hands, an id cannot", del("id")),
	gitHubUser("user-id-zero", "the id is 0", Refuse, "use nothing of it", set("id", 0)),
	gitHubUser("user-id-string", "the id is a string", Either, "read it or refuse it, without a crash", set("id", "583231")),
	gitHubUser("user-id-huge", "the id is too large for a float64", Either, "read it whole or refuse it, and never round it", set("id", int64(9007199254740993))),
	gitHubUser("user-login-changed", "the login is another one, and the id is the same", Accept, "go by the id", set("login", "renamed")),
	gitHubUser("user-fields-null", "name, e-mail address and picture are null", Accept, "show the login", func(b *bend) {
		b.Object.Set("name", nil).Set("email", nil).Set("avatar_url", nil)
	}),
	gitHubUser("user-name-hostile", "the name holds markup, escape sequences and letters that run backwards", Accept, "show it as plain text without control characters",
		set("name", hostileText)),
	gitHubUser("user-picture-lan", "the picture's address is a device in the person's network", Accept, "fetch no private addresses, and show initials",
		set("avatar_url", "http://192.168.0.1/reboot")),
}

// image makes a row of the picture. It bends the user's pictures only, not the
// provider's own icon, which its pages show.
func image(name, about, must string, bend func(*bend)) Row {
	return Row{
		Name: name, Stage: stage.Picture, Endpoint: "picture", Place: "picture",
		About: about, Client: Accept, Must: must + ", and show initials",
		when: func(e *stage.Event) bool { return e.Request.PathValue("key") != "provider" }, bend: bend,
	}
}

// pngHeader is a PNG that claims a size and holds no pixels.
func pngHeader(width, height uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)...)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4)))
	b.Write(chunk)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk)))
	return b.Bytes()
}

var pictureRows = []Row{
	image("picture-page", "the picture is a page", "refuse what is no picture", func(b *bend) {
		b.answer(http.StatusOK, "text/html; charset=utf-8", hotelPage)
	}),
	image("picture-svg", "the picture is an SVG with a script", "refuse what can run", func(b *bend) {
		b.answer(http.StatusOK, "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	}),
	image("picture-bomb", "the picture claims 60,000 × 60,000 pixels", "look at its size before decoding it", func(b *bend) { b.Body = pngHeader(60_000, 60_000) }),
	image("picture-cut", "the second half of the picture is missing", "refuse it", func(b *bend) { b.Body = b.Body[:len(b.Body)/2] }),
	image("picture-empty", "the picture has no bytes", "refuse it", func(b *bend) { b.Body = []byte{} }),
	image("picture-missing", "there is no picture at its address", "go on", func(b *bend) {
		b.answer(http.StatusNotFound, "text/plain; charset=utf-8", "There is nothing here.\n")
	}),
	image("picture-elsewhere", "the picture's address redirects to a device in the person's network", "follow no redirect to a private address", func(b *bend) {
		b.Header.Set("Location", "http://192.168.0.1/reboot")
		b.answer(http.StatusFound, "text/plain; charset=utf-8", "Moved.\n")
	}),
}
