package main

import (
	"archive/tar"
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"seawall": main})
}

// TestScripts runs testdata/script/*.txtar on the real program.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SEAWALL_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("SOURCE_DATE_EPOCH", "1767225600") // 2026-01-01
			env.Setenv("DOCKER_HOST", "unix://"+filepath.Join(env.WorkDir, "no-engine.sock"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"image": makeImage, "exits": exits, "osv": packAdvisories, "json": queryJSON, "cut": cutFile, "glob": findFiles,
		},
	})
}

// exits CODE COMMAND… asserts an exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s ended with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// image FILE CONFIG FOLDER… packs folders, one a layer, as `docker save` does.
// CONFIG is the configuration's "config" object.
func makeImage(ts *testscript.TestScript, _ bool, args []string) {
	var config map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &config))
	var layers, diffIDs []string
	files := map[string][]byte{}
	for i, folder := range args[2:] {
		data := packFolder(ts, ts.MkAbs(folder))
		name := fmt.Sprintf("%d/layer.tar", i)
		files[name] = data
		layers = append(layers, name)
		diffIDs = append(diffIDs, fmt.Sprintf("sha256:%x", sha256.Sum256(data)))
	}
	configJSON, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": "amd64", "config": config["config"], "history": config["history"],
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	ts.Check(err)
	files["config.json"] = configJSON
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{"example.org/team/app:1.0"}, "Layers": layers}})
	ts.Check(err)
	files["manifest.json"] = manifest
	ts.Check(writeTar(ts.MkAbs(args[0]), files))
}

func writeTar(path string, files map[string][]byte) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	w := tar.NewWriter(out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		err = errors.Join(err, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}))
		_, writeErr := w.Write(data)
		err = errors.Join(err, writeErr)
	}
	return errors.Join(err, w.Close(), out.Close())
}

// packFolder packs a folder; a name that ends in ".setuid" loses that ending
// and gets the bit.
func packFolder(ts *testscript.TestScript, folder string) []byte {
	var buf strings.Builder
	w := tar.NewWriter(&buf)
	ts.Check(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		h := &tar.Header{Name: strings.TrimSuffix(name, ".setuid"), Mode: 0o644, Size: int64(len(data))}
		if h.Name != name {
			h.Mode = 0o4755
		}
		err = errors.Join(err, w.WriteHeader(h))
		_, writeErr := w.Write(data)
		return errors.Join(err, writeErr)
	}))
	ts.Check(w.Close())
	return []byte(buf.String())
}

// osv FOLDER packs FOLDER/<Ecosystem>/*.json into FOLDER/<Ecosystem>/all.zip.
func packAdvisories(ts *testscript.TestScript, _ bool, args []string) {
	ecosystems, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, ecosystem := range ecosystems {
		if !ecosystem.IsDir() {
			continue
		}
		folder := filepath.Join(ts.MkAbs(args[0]), ecosystem.Name())
		out, err := os.Create(filepath.Join(folder, "all.zip"))
		ts.Check(err)
		w := zip.NewWriter(out)
		records, err := filepath.Glob(filepath.Join(folder, "*.json"))
		ts.Check(err)
		for _, record := range records {
			data, err := os.ReadFile(record)
			ts.Check(err)
			member, err := w.Create(filepath.Base(record))
			ts.Check(err)
			_, err = member.Write(data)
			ts.Check(err)
		}
		ts.Check(errors.Join(w.Close(), out.Close()))
	}
}

// json FILE PATH WANT asserts a value of a JSON file; PATH is "a.0.b". WANT is
// JSON, or a bare word for a string. `! json` asserts that there is none.
func queryJSON(ts *testscript.TestScript, neg bool, args []string) {
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for step := range strings.SplitSeq(args[1], "/") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				value = nil
				continue
			}
			value = v[i]
		default:
			value = nil
		}
	}
	if neg {
		if value != nil {
			ts.Fatalf("%s of %s is %v, want nothing", args[1], args[0], value)
		}
		return
	}
	var want any = args[2]
	if err := json.Unmarshal([]byte(args[2]), &want); err != nil {
		want = args[2]
	}
	if fmt.Sprint(value) != fmt.Sprint(want) {
		ts.Fatalf("%s of %s is %v, want %v", args[1], args[0], value, want)
	}
}

// cut FILE OUT BYTES writes the file's beginning.
func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	data := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(data[:min(n, len(data))]), 0o600))
}

// glob PATTERN asserts that there are files; `! glob` that there are none.
func findFiles(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if neg != (len(found) == 0) {
		ts.Fatalf("%s fits %q", args[0], found)
	}
}
