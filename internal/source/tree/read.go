package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/ecs"
	"seawall/internal/platform/kubernetes"
)

// Content is what a unit describes.
type Content struct {
	// File is the one that the rest was read for.
	File string
	// Variant is that of the unit.
	Variant bool
	// Format is "" for a file of a tree that is nothing known: it is passed over.
	Format    Format
	Workloads []asset.Subject[asset.Workload]
	// Kubernetes, ECS, Dockerfile, Compose and Image are set for files of these
	// formats. The workloads of the first two are among Workloads.
	Kubernetes *kubernetes.Objects
	ECS        *ecs.Resources
	Dockerfile *asset.Subject[asset.Dockerfile]
	Compose    *asset.Subject[asset.ComposeProject]
	Image      *asset.Subject[asset.Image]
	// Problems are about parts that could not be read; Failed is true if that is
	// all of it.
	Problems []Problem
	Failed   bool
	// Note says why a file of a known format is not checked, "" if it is.
	Note string
}

// headSize is how much of a file that is too large is looked at to tell what it is.
const headSize = 64 << 10

// errTooLarge is a file above document.MaxSize.
var errTooLarge = fmt.Errorf("the file is larger than the %d MB that are read", document.MaxSize>>20)

// Read reads and decodes a unit. What goes wrong is in the content's problems.
func (u *Unit) Read() *Content {
	c := &Content{File: u.last(), Variant: u.Variant}
	if !u.Variant {
		c.File = u.Files[0]
	}
	text, err := u.readFile(c.File)
	if err != nil && !errors.Is(err, errTooLarge) {
		c.fail(c.File, err)
		return c
	}
	c.Format = recognize(c.File, text)
	switch {
	case c.Format == "" && u.Named:
		c.fail(c.File, fmt.Errorf("this is nothing that Seawall can check: it is none of %s", Known))
	case c.Format == "":
	case err != nil:
		c.fail(c.File, err)
	default:
		u.decode(c, text)
	}
	return c
}

// Release lets go of what was decoded, when only the rest is needed any more.
func (c *Content) Release() {
	c.Workloads, c.Kubernetes, c.ECS, c.Dockerfile, c.Compose, c.Image = nil, nil, nil, nil, nil, nil
}

// fail notes that nothing of the unit could be read.
func (c *Content) fail(file string, err error) {
	c.Failed = true
	c.problem(file, 0, err.Error())
}

func (c *Content) problem(file string, line int, message string) {
	c.Problems = append(c.Problems, Problem{File: file, Line: line, Message: message})
}

// readFile reads a file as it is shown. Of one that is too large it gives the
// beginning with errTooLarge.
func (u *Unit) readFile(shown string) ([]byte, error) {
	file, err := u.open(shown)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, plain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	limit := int64(document.MaxSize)
	if info.Size() > limit {
		limit, err = headSize, errTooLarge
	}
	content, readErr := io.ReadAll(io.LimitReader(file, limit))
	if readErr != nil {
		err = plain(readErr)
	}
	return content, err
}

// open opens a file below the root; what the user named may be a link to
// anywhere.
func (u *Unit) open(shown string) (*os.File, error) {
	if u.Named && shown == u.Files[0] {
		file, err := os.Open(shown)
		return file, plain(err)
	}
	name, inside := u.root.inside(shown)
	if !inside {
		return nil, fmt.Errorf("%s is outside of %s, which is all that is read", shown, u.root.name())
	}
	file, err := u.root.Open(name)
	return file, plain(err)
}

// name is the root's for messages.
func (r *root) name() string {
	if r.shown == "" {
		return "the working directory"
	}
	return r.shown
}

// plain takes the operation and the path off an error: who tells it has them.
func plain(err error) error {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}

// beside reads a file that another one names, for codecs. A path that is not
// absolute is one as it is shown.
func (u *Unit) beside(path string) ([]byte, error) {
	content, err := u.readFile(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	return content, nil
}
