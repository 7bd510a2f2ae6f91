package report

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestJSONKeepsToItsSchema(t *testing.T) {
	compiled := compile(t, "seawall.report.v1.json", map[string][]byte{"seawall.report.v1.json": Schema()})
	for name, document := range documents {
		if err := compiled.Validate(decode(t, write(t, "json", document(), Options{}))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema must also notice what it does not know.
func TestSchemaRejects(t *testing.T) {
	compiled := compile(t, "seawall.report.v1.json", map[string][]byte{"seawall.report.v1.json": Schema()})
	for name, change := range map[string]func(map[string]any){
		"unknown field":   func(d map[string]any) { d["extra"] = 1 },
		"missing field":   func(d map[string]any) { delete(d, "findings") },
		"other version":   func(d map[string]any) { d["schema"] = "seawall.report/v2" },
		"unknown status":  func(d map[string]any) { d["findings"].([]any)[0].(map[string]any)["status"] = "gone" },
		"nested unknown":  func(d map[string]any) { d["assets"].([]any)[0].(map[string]any)["colour"] = "red" },
		"severity number": func(d map[string]any) { d["findings"].([]any)[0].(map[string]any)["severity"] = 4 },
	} {
		document := decode(t, write(t, "json", rich(), Options{})).(map[string]any)
		change(document)
		if compiled.Validate(document) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// The official schema lies in the module of the CycloneDX library.
func TestCycloneDXKeepsToTheOfficialSchema(t *testing.T) {
	folder := cyclonedxSchemas(t)
	files := map[string][]byte{}
	for name, file := range map[string]string{
		"http://cyclonedx.org/schema/bom-1.6.schema.json":  "bom-1.6.schema.json",
		"http://cyclonedx.org/schema/spdx.schema.json":     "spdx.schema.json",
		"http://cyclonedx.org/schema/jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		files[name] = read(t, filepath.Join(folder, file))
	}
	compiled := compile(t, "http://cyclonedx.org/schema/bom-1.6.schema.json", files)
	for name, document := range documents {
		if err := compiled.Validate(decode(t, write(t, "cyclonedx", document(), Options{}))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func cyclonedxSchemas(t *testing.T) string {
	t.Helper()
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Skip("skipped: the go command does not find the CycloneDX library's module:", err)
	}
	return filepath.Join(strings.TrimSpace(string(module)), "schema")
}

func TestSARIFKeepsToTheOfficialSchema(t *testing.T) {
	for name, document := range documents {
		out := write(t, "sarif", document(), Options{})
		// The library's own copy of the OASIS schema, after a strict decode.
		parsed, err := sarif.FromBytes(out, sarif.WithStrictValidation())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := parsed.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Syft's module holds the official SPDX schema; the benchmarks fetch it.
func TestSPDXKeepsToTheOfficialSchema(t *testing.T) {
	schema := moduleFile(t, "github.com/anchore/syft@*/schema/spdx-json/spdx-schema-2.3.json")
	compiled := compile(t, "spdx.json", map[string][]byte{"spdx.json": read(t, schema)})
	for name, document := range documents {
		if err := compiled.Validate(decode(t, write(t, "spdx", document(), Options{}))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The raw bytes against the schema, without the library between.
func TestSARIFBytesKeepToTheOfficialSchema(t *testing.T) {
	schema := moduleFile(t, "github.com/securego/gosec/v2@*/report/sarif/testdata/sarif-schema-2.1.0.json")
	compiled := compile(t, "sarif.json", map[string][]byte{"sarif.json": read(t, schema)})
	for name, document := range documents {
		if err := compiled.Validate(decode(t, write(t, "sarif", document(), Options{}))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// moduleFile finds a schema in another tool's module, which is used in no
// other way and may be absent.
func moduleFile(t *testing.T, pattern string) string {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Skip("skipped: the go command does not answer:", err)
	}
	found, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(cache)), pattern))
	if err != nil || len(found) == 0 {
		t.Skipf("skipped: the schema %s is not in the module cache", pattern)
	}
	return found[len(found)-1]
}

func compile(t *testing.T, main string, files map[string][]byte) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for name, content := range files {
		if err := compiler.AddResource(name, decode(t, content)); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile(main)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func decode(t *testing.T, content []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// What a program reads from the JSON report is what was written into it.
func TestJSONIsLossless(t *testing.T) {
	d := rich()
	var back Document
	if err := json.Unmarshal(write(t, "json", d, Options{}), &back); err != nil {
		t.Fatal(err)
	}
	path := d.Assets[0].Packages[5].Locations[0].Path
	if got, want := back.Assets[0].Packages[5].Locations[0].Path, strings.Replace(path, "\xff", `\xff`, 1); got != want {
		t.Errorf("path is %q, want %q", got, want)
	}
	if len(back.Findings) != len(d.Findings) || back.Summary.Open != d.Summary.Open {
		t.Errorf("%d findings of which %d open, want %d and %d", len(back.Findings), back.Summary.Open, len(d.Findings), d.Summary.Open)
	}
}
