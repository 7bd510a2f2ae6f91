package wording

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	short := strings.Repeat("é", MaxText/2)
	if got := Cut(short); got != short {
		t.Errorf("a text of %d bytes was changed to %q", len(short), got)
	}
	for _, long := range []string{strings.Repeat("x", 1<<20), "x" + strings.Repeat("é", 1000), strings.Repeat("\x80", 5000)} {
		got := Cut(long)
		before, after, found := strings.Cut(got, "… (")
		if !found || !strings.HasPrefix(long, before) || len(got) > MaxText+40 || !strings.HasSuffix(after, " bytes more)") {
			t.Errorf("%d bytes became %q", len(long), got)
		}
		if utf8.ValidString(long) && !utf8.ValidString(got) {
			t.Error("a character was cut in two")
		}
	}
}

func TestJSON(t *testing.T) {
	for document, want := range map[string]string{
		`{"count": "7"}`:             "field count is a string where a whole number within bounds was expected (byte 13)",
		`{"list": [1, {"name": 5}]}`: "field list.name is a number where a string was expected",
		`{"list": {}}`:               "field list is an object where a list was expected",
		`{"count": 1.5}`:             "field count is the number 1.5 where a whole number within bounds was expected",
		`{"rate": true}`:             "field rate is true or false where a number was expected",
		`{"map": []}`:                "field map is a list where an object was expected",
		`{"at": 5}`:                  "where a time was expected",
		`{"at": "yesterday"}`:        `"yesterday" is no time such as`,
		`{"on": "yes"}`:              "field on is a string where true or false was expected",
		`[]`:                         "it is a list where an object was expected (byte 1)",
		`{"count": `:                 "unexpected end of JSON input (byte 10)",
		`{count}`:                    "invalid character 'c' looking for beginning of object key string (byte 2)",
		`{"count":` + strings.Repeat("1", 1<<20) + `}`: "bytes more) where a whole number",
	} {
		var v struct {
			Count int       `json:"count"`
			Rate  float64   `json:"rate"`
			On    *bool     `json:"on"`
			At    time.Time `json:"at"`
			List  []struct {
				Name string `json:"name"`
			} `json:"list"`
			Map map[string]struct{} `json:"map"`
		}
		err := json.Unmarshal([]byte(strings.ReplaceAll(document, "[1, ", "[")), &v)
		if err == nil {
			t.Fatalf("%.50q is accepted", document)
		}
		got := JSON(err).Error()
		if !strings.Contains(got, want) || strings.Contains(got, "Go ") || len(got) > 2*MaxText {
			t.Errorf("%.50q gives %q, want %q", document, got, want)
		}
	}
	if other := errors.New("disk on fire"); !errors.Is(JSON(other), other) {
		t.Error("an error of another kind was changed")
	}
	if !errors.Is(JSON(io.ErrUnexpectedEOF), io.ErrUnexpectedEOF) {
		t.Error("the end of a document is not recognisable any more")
	}
}
