package widgets

import (
	"slices"
	"strings"
	"testing"
)

// TestWords: where a line may end.
func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                "",
		"one":             "one",
		"one two  three ": "one |two  |three ",
		"e-mail: a,b":     "e-mail: |a,b",
		"ログインします。":        "ログインします。",
		"Latchkey は「確認」":  "Latchkey は|「確認」",
		"待って（少し）ください":     "待って|（少し）ください",
		"完了と表示されたら、ここに戻ってください。":  "完了と|表示されたら、|ここに|戻ってください。",
		"もう一度お試しください":            "もう|一度|お試しください",
		"模擬サービスのサーバ":             "模擬|サービスの|サーバ",
		" のページ":                  " |の|ページ",
		"打开 providers.toml，然后重试": "打|开 |providers.toml，|然|后|重|试",
		"한국어 문장":                 "한국어 |문장",
	} {
		got := words(text)
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%q is split %q, want %q", text, joined, want)
		}
		if strings.Join(got, "") != text {
			t.Errorf("%q loses something: %q", text, got)
		}
		if slices.Contains(got[1:], "") {
			t.Errorf("%q: an empty word", text)
		}
	}
}
