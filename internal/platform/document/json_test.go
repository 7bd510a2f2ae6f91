package document

import (
	"encoding/json"
	"testing"
)

func TestSurrogatesAsGoReadsThem(t *testing.T) {
	for _, text := range []string{
		`{"a":"\ud83d\ude00"}`, `{"a":"x\uD83D\uDE00y\\ud83d"}`, `{"a":"\ud83d"}`, `{"a":"\ud83d\u0041"}`, `{"a":"\ude00\ud83d\ude00"}`,
		`{"a":"plain \/ \" \\ \b\f\n\r\t"}`, "{\n\t\"a\":\t\"tab\"}",
	} {
		var want map[string]string
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		values, err := Parse("x.json", []byte(text))
		if err != nil || len(values) != 1 {
			t.Fatalf("%s: %v", text, err)
		}
		if got := values[0].Get("a").Text(); got != want["a"] {
			t.Errorf("%s: got %q, want %q", text, got, want["a"])
		}
	}
}

func TestFoldTakesTheLastAsGoDoes(t *testing.T) {
	values, err := Parse("x.json", []byte(`{"Privileged":false,"privileged":true,"host_path":"/"}`))
	if err != nil {
		t.Fatal(err)
	}
	value, count := values[0].Fold("Privileged")
	if on, _ := value.Bool(); !on || count != 2 {
		t.Errorf("got %v, %d", on, count)
	}
	if value, _ := values[0].Fold("hostPath"); value.Text() != "/" {
		t.Errorf("underscores are not left aside: %q", value.Text())
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":"\ud83d\ude00"}`))
	f.Add([]byte("a: &x {<<: *x}"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		values, _ := Parse("x", content)
		for _, v := range values {
			v.Fold("a")
			for _, field := range v.Fields() {
				field.Value.Items()
			}
		}
	})
}
