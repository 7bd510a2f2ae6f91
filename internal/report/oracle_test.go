package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// documents are those that the formats are tested with: something of
// everything, no finding, nothing at all, an asset with nothing in it.
var documents = map[string]func() *Document{
	"files":       described,
	"files-clean": spotless,
	"rich":        rich,
	"empty":       empty,
	"zero":        func() *Document { return &Document{Schema: SchemaName, Created: checked} },
	"bare": func() *Document {
		return &Document{Schema: SchemaName, Created: checked, Tool: Tool{Name: "seawall"}, Assets: []Asset{{ID: webID, Kind: "image", Name: "web", Status: Complete}}}
	},
}

// The formats' own libraries know every field that is written, and read from it
// what they would write themselves.
func TestLibrariesReadTheFormats(t *testing.T) {
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			readBack(t, write(t, "cyclonedx", document(), Options{}), new(cdx.BOM))
			readBack(t, write(t, "sarif", document(), Options{}), new(sarif.Report))
			readBack(t, write(t, "spdx", document(), Options{}), new(v2_3.Document))
		})
	}
}

func readBack(t *testing.T, out []byte, into any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Errorf("%T does not read it: %v", into, err)
		return
	}
	again, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, again), decode(t, out)); diff != "" {
		t.Errorf("%T would write something else (-library +seawall):\n%s", into, diff)
	}
}

// Piece by piece a document becomes the bytes that encoding/json makes of the
// whole.
func TestPiecesMakeTheWhole(t *testing.T) {
	for name, document := range documents {
		d := withoutNull(validUTF8(document()))
		var whole bytes.Buffer
		encoder := json.NewEncoder(&whole)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(d); err != nil {
			t.Fatal(err)
		}
		want := string(appendEscaped(nil, whole.Bytes()))
		if diff := cmp.Diff(want, string(write(t, "json", document(), Options{}))); diff != "" {
			t.Errorf("%s (-whole +pieces):\n%s", name, diff)
		}
	}
}

// failingWriter takes so many bytes and no more.
type failingWriter struct{ left int }

var errFull = errors.New("no space left")

func (w *failingWriter) Write(data []byte) (int, error) {
	if w.left -= len(data); w.left < 0 {
		return 0, errFull
	}
	return len(data), nil
}

// An error on the way ends the report, wherever it happens.
func TestWriteErrorsAreReturned(t *testing.T) {
	d := many(300)
	for _, format := range Formats {
		whole := len(write(t, format.Name, d, Options{}))
		for _, room := range []int{0, whole / 2, whole - 1} {
			if err := format.Write(&failingWriter{room}, d, Options{}); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d of %d bytes: error %v", format.Name, room, whole, err)
			}
		}
		if err := format.Write(&failingWriter{whole}, d, Options{}); err != nil {
			t.Errorf("%s with room for all: %v", format.Name, err)
		}
	}
}
