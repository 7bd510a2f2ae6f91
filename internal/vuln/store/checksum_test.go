package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seawall/internal/mapped"
)

// committed makes a version with two files of three pages each, one byte of
// the second of which is then changed in its last page.
func committed(t *testing.T) (home string, damaged File) {
	t.Helper()
	home = t.TempDir()
	d, err := Begin(home)
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for _, name := range []string{"go", "npm"} {
		f := File{Name: name + ".segment", Kind: Advisories, Ecosystem: name, Built: time.Now()}
		if err := os.WriteFile(filepath.Join(d.Dir, f.Name), []byte(strings.Repeat(name+"!", mapped.PageSize*5/2/len(name+"!"))), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Seal(&f); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if err := d.Commit(files, time.Now()); err != nil {
		t.Fatal(err)
	}
	damaged = files[1]
	changeByte(t, filepath.Join(home, "db", "current", damaged.Name), damaged.Size-1)
	return home, damaged
}

func changeByte(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func mapPart(v *Version, f File) (*mapped.File, error) {
	part, err := v.Part(f)
	if err != nil {
		return nil, err
	}
	return part.Map()
}

func TestMapChecksPages(t *testing.T) {
	home, damaged := committed(t)
	v, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Manifest.Files {
		file, err := mapPart(v, f)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := file.Check(0, 2*mapped.PageSize); err != nil {
			t.Errorf("the intact pages of %s gave %v", f.Name, err)
		}
		err = file.Check(0, uint64(f.Size))
		if f.Name == damaged.Name && !errors.Is(err, mapped.ErrDamaged) {
			t.Errorf("the damaged page of %s gave %v", f.Name, err)
		}
		if f.Name != damaged.Name && err != nil {
			t.Errorf("%s is intact and gave %v", f.Name, err)
		}
	}
}

// TestMapWithoutPageSums has checksums of the pages that are not there or not
// those of the manifest: then each file is verified as a whole.
func TestMapWithoutPageSums(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"missing": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
		"changed": func(t *testing.T, path string) { changeByte(t, path, 0) },
		"shorter": func(t *testing.T, path string) {
			if err := os.Truncate(path, 4); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			home, damaged := committed(t)
			spoil(t, filepath.Join(home, "db", "current", sumsName))
			v, err := Open(home)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range v.Manifest.Files {
				file, err := mapPart(v, f)
				if (err == nil) != (f.Name != damaged.Name) {
					t.Errorf("%s gave %v", f.Name, err)
				}
				if err == nil {
					file.Close()
				}
			}
		})
	}
}

// TestPartOutlivesItsVersion maps a file whose version was removed meanwhile.
func TestPartOutlivesItsVersion(t *testing.T) {
	home := t.TempDir()
	commit(t, home, "one")
	v, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	part, err := v.Part(v.Manifest.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	commit(t, home, "two")
	commit(t, home, "three")
	if _, err := os.Stat(v.Dir); err == nil {
		t.Fatal("the version is still there")
	}
	file, err := part.Map()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Check(0, 3); err != nil || string(file.Data) != "one" {
		t.Errorf("the removed version has %q, %v", file.Data, err)
	}
}

func TestCommitRefusesAChangedFile(t *testing.T) {
	d, err := Begin(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := File{Name: "npm.segment", Kind: Advisories, Ecosystem: "npm", Built: time.Now()}
	path := filepath.Join(d.Dir, f.Name)
	if err := os.WriteFile(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Seal(&f); err != nil {
		t.Fatal(err)
	}
	changeByte(t, path, 0)
	if err := d.Commit([]File{f}, time.Now()); err == nil {
		t.Error("a file that changed after it was sealed was committed")
	}
}
