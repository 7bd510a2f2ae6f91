package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"libssl1.1":                 "libssl1.1",
		"übung → 日本 😀":              "übung → 日本 😀",
		`systemd\x2dcryptsetup`:     `systemd\x2dcryptsetup`,
		"a\x1b[31mb":                `a\x1b[31mb`,
		"a\u009b31mb":               `a\u009b31mb`,
		"a\u202egnp.exe":            `a\u202egnp.exe`,
		"a\u2066b\u2069":            `a\u2066b\u2069`,
		"zero\u200bwidth\ufeff":     `zero\u200bwidth\ufeff`,
		"line\nbreak\r\n\ttab":      `line\nbreak\r\n\ttab`,
		"line\u2028paragraph\u2029": `line\u2028paragraph\u2029`,
		"del\x7fnul\x00":            `del\x7fnul\x00`,
		"tag\U000e0041":             `tag\U000e0041`,
		"not\xffutf8\xc3":           `not\xffutf8\xc3`,
		"":                          "",
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "plain", hostile, "\u202e\u2066", "\xff\xfe", "\U000e0001", "a\r\nb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := Escape(s)
		if !utf8.ValidString(escaped) || strings.IndexFunc(escaped, unsafeRune) >= 0 {
			t.Errorf("%q: %q is not safe", s, escaped)
		}
		if again := Escape(escaped); again != escaped {
			t.Errorf("%q: escaped twice it is %q, not %q", s, again, escaped)
		}
	})
}

// What escapeJSON writes must mean the same as what it was given.
func FuzzEscapeJSON(f *testing.F) {
	for _, seed := range []string{"plain", hostile, "\u202e\U000e0041\u2028\"\\", "\x7f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var out bytes.Buffer
		if err := encodeJSON(&out, s); err != nil {
			t.Fatal(err)
		}
		if strings.IndexFunc(strings.TrimSuffix(out.String(), "\n"), unsafeRune) >= 0 {
			t.Errorf("%q: %q is not safe", s, out.String())
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && back != want {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}

func TestProseLosesItsLineBreaks(t *testing.T) {
	d := &Document{Assets: []Asset{{Name: "a\nb", Errors: []Problem{{Message: "one\n  two\x1b"}}}}}
	got := escaped(d)
	if got.Assets[0].Errors[0].Message != `one two\x1b` || got.Assets[0].Name != `a\nb` {
		t.Errorf("got %q and %q", got.Assets[0].Errors[0].Message, got.Assets[0].Name)
	}
	if d.Assets[0].Name != "a\nb" {
		t.Error("the document itself was changed")
	}
}

func TestTimestamp(t *testing.T) {
	now := time.Date(2026, 11, 24, 5, 44, 14, 999, time.FixedZone("", 3600))
	for epoch, want := range map[string]string{"": "2026-11-24T04:44:14Z", "0": "1970-01-01T00:00:00Z", "1700000000": "2023-11-14T22:13:20Z"} {
		got, err := Timestamp(epoch, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v, want %s", epoch, got, err, want)
		}
	}
	for _, epoch := range []string{"now", "-1", "1.5"} {
		if _, err := Timestamp(epoch, now); err == nil || !strings.Contains(err.Error(), "SOURCE_DATE_EPOCH") {
			t.Errorf("%q: got error %v", epoch, err)
		}
	}
}
