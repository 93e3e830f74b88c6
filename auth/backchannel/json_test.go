package backchannel_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"app.latchkey/auth/backchannel"
)

func TestDecodeJSON(t *testing.T) {
	const object = `{"issuer":"https://a.example","n":7,"inner":{"x":1,"x":2}}`
	cases := []struct {
		name, media, body string
		reason            string // of the refusal; empty means accepted
	}{
		{"JSON", "application/json", object, ""},
		{"with charset", "application/json; charset=utf-8", object, ""},
		{"its own kind", "application/jwk-set+json", object, ""},
		{"no type", "", object, ""},
		{"broken type", ";;;", object, ""},
		{"wrong type, as providers do", "text/plain", object, ""},
		{"white space around", "application/json", "\r\n\t " + object + "\n\n", ""},
		{"unknown members", "application/json", `{"issuer":"a","z":[{"y":null}]}`, ""},
		{"HTML", "text/html; charset=utf-8", object, "web page"},
		{"HTML in capitals", "TEXT/HTML", object, "web page"},
		{"XHTML", "application/xhtml+xml", object, "web page"},
		{"HTML that says JSON", "application/json", " <!DOCTYPE html><p>zqxj9", "web page"},
		{"empty", "application/json", "", "empty"},
		{"blank", "application/json", " \n", "empty"},
		{"form", "application/x-www-form-urlencoded", "access_token=zqxj9", "not an object"},
		{"array", "application/json", `[1]`, "not an object"},
		{"null", "application/json", `null`, "not an object"},
		{"string", "application/json", `"zqxj9"`, "not an object"},
		{"byte order mark", "application/json", "\ufeff" + object, "not an object"},
		{"cut", "application/json", object[:30], "too early"},
		{"cut in a value", "application/json", `{"issuer":"zqxj9`, "too early"},
		{"broken", "application/json", `{"issuer":zqxj9}`, "syntax"},
		{"comma at the end", "application/json", `{"issuer":"a",}`, "syntax"},
		{"no colon", "application/json", `{"issuer" "a"}`, "syntax"},
		{"number as a name", "application/json", `{1:"zqxj9"}`, "syntax"},
		{"two objects", "application/json", object + object, "more after"},
		{"rubbish after it", "application/json", object + "zqxj9", "more after"},
		{"brace after it", "application/json", object + "}", "more after"},
		{"a member twice", "application/json", `{"issuer":"a","n":1,"issuer":"zqxj9"}`, "twice"},
		{"twice, in another case", "application/json", `{"issuer":"a","ISSUER":"zqxj9"}`, "twice"},
		{"twice, escaped", "application/json", `{"issuer":"a","\u0069ssuer":"zqxj9"}`, "twice"},
		{"twice, with a look-alike that Go takes for k", "application/json", `{"k":"a","\u212a":"zqxj9"}`, "twice"},
		{"wrong type of a member", "application/json", `{"n":"zqxj9"}`, "wrong type"},
		{"too big a number", "application/json", `{"n":99999999999999999999}`, "wrong type"},
		{"very deep", "application/json", `{"z":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", "syntax"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var v struct {
				Issuer string `json:"issuer"`
				N      int    `json:"n"`
			}
			res := &backchannel.Response{Header: http.Header{"Content-Type": {c.media}}, Body: []byte(c.body)}
			err := backchannel.DecodeJSON(res, &v)
			if c.reason == "" {
				if err != nil || v.Issuer == "" {
					t.Fatalf("%v, %+v", err, v)
				}
				return
			}
			if !errors.Is(err, backchannel.ErrNotJSON) || !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("error %v, want %q", err, c.reason)
			}
			if strings.Contains(err.Error(), "zqxj9") || strings.Contains(err.Error(), "9999") {
				t.Errorf("%q quotes the body", err)
			}
		})
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add(`{"issuer":"a"}`)
	f.Add(`{"a":1,"A":2}`)
	f.Fuzz(func(t *testing.T, body string) {
		var v map[string]any
		err := backchannel.DecodeJSON(&backchannel.Response{Header: http.Header{}, Body: []byte(body)}, &v)
		if err != nil && !errors.Is(err, backchannel.ErrNotJSON) {
			t.Errorf("%v", err)
		}
		if err == nil && v == nil {
			t.Error("accepted without an object")
		}
	})
}
