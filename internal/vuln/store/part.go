package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"seawall/internal/mapped"
)

// Part is an opened file of a version. It can be read also when the version has
// been removed meanwhile.
type Part struct {
	File
	opened *os.File
	sums   []byte
}

// Part opens a file of the version, of which it compares the size alone.
func (v *Version) Part(f File) (*Part, error) {
	opened, err := mapped.OpenFile(v.Path(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("its file is missing")
	}
	if err != nil {
		return nil, err
	}
	info, err := opened.Stat()
	if err == nil && info.Size() != f.Size {
		err = fmt.Errorf("its file has %d bytes instead of %d", info.Size(), f.Size)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return &Part{f, opened, v.sumsOf(f)}, nil
}

// Map maps the file and closes it. The content is what the signed manifest says:
// with the checksums of the pages, each page is compared when it is first used;
// without, the whole file is now.
func (p *Part) Map() (*mapped.File, error) {
	defer p.opened.Close()
	if p.sums == nil {
		if err := p.verify(p.opened); err != nil {
			return nil, err
		}
	}
	return mapped.Map(p.opened, p.Size, p.sums)
}

// Close closes a file that was not mapped.
func (p *Part) Close() error { return p.opened.Close() }
