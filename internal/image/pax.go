package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxExtended bounds one PAX or GNU extension header, in bytes.
const maxExtended = 1 << 20

// extended holds what a PAX or GNU extension says of the next entry.
type extended struct {
	path, link           []byte
	size, uid, gid       int64
	mtime                int64
	hasSize, hasUID      bool
	hasGID, hasTime      bool
	capability, realName string
	sparse, moreMap      bool
	mapInData            bool
	realSize, extentAt   int64
	extents              []extent
	mapError             error
}

// meta reads an extension header; it is false for an entry of its own.
func (t *tarReader) meta() (bool, error) {
	switch t.h.typeflag {
	case 'x', 'X':
		return true, t.readPAX(&t.extended)
	case 'g':
		if err := t.readPAX(&t.global); err != nil {
			return true, err
		}
		t.extended = t.global
		return true, nil
	case 'L':
		text, err := t.readExtension()
		t.extended.path = cString(text)
		return true, err
	case 'K':
		text, err := t.readExtension()
		t.extended.link = cString(text)
		return true, err
	}
	return false, nil
}

func (t *tarReader) readExtension() ([]byte, error) {
	if t.h.size > maxExtended {
		return nil, fmt.Errorf("an extension header of %d bytes is larger than %d", t.h.size, maxExtended)
	}
	text := make([]byte, 0, t.h.size)
	for {
		chunk, err := t.take(maxExtended)
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
		text = append(text, chunk...)
	}
}

// readPAX reads the records "length key=value\n" of pax, section "pax Extended
// Header".
func (t *tarReader) readPAX(into *extended) error {
	text, err := t.readExtension()
	if err != nil {
		return err
	}
	for len(text) > 0 {
		digits, _, found := bytes.Cut(text[:min(len(text), 20)], []byte{' '})
		length, err := strconv.Atoi(string(digits))
		if !found || err != nil || length <= len(digits)+1 || length > len(text) || text[length-1] != '\n' {
			return errors.New("a pax record has a wrong length")
		}
		key, value, found := bytes.Cut(text[len(digits)+1:length-1], []byte{'='})
		if !found {
			return errors.New("a pax record has no value")
		}
		if err := into.set(string(key), value); err != nil {
			return err
		}
		text = text[length:]
	}
	return nil
}

func (e *extended) set(key string, value []byte) error {
	if len(value) == 0 {
		e.unset(key)
		return nil
	}
	var err error
	switch key {
	case "path":
		e.path = value
	case "linkpath":
		e.link = value
	case "size":
		e.size, err = strconv.ParseInt(string(value), 10, 64)
		e.hasSize = true
	case "uid":
		e.uid, err = strconv.ParseInt(string(value), 10, 64)
		e.hasUID = true
	case "gid":
		e.gid, err = strconv.ParseInt(string(value), 10, 64)
		e.hasGID = true
	case "mtime":
		seconds, _, _ := bytes.Cut(value, []byte{'.'})
		e.mtime, err = strconv.ParseInt(string(seconds), 10, 64)
		e.hasTime = true
	case "SCHILY.xattr.security.capability":
		e.capability = string(value)
	case "GNU.sparse.name":
		e.realName = string(value)
	case "GNU.sparse.major", "GNU.sparse.size", "GNU.sparse.realsize", "GNU.sparse.offset", "GNU.sparse.numbytes", "GNU.sparse.map":
		err = e.setSparse(key, value)
	}
	if err != nil || e.size < 0 || e.realSize < 0 {
		return fmt.Errorf("the pax record %q has a value that is no number", key)
	}
	return nil
}

// unset takes a record back, as an empty value asks for: the header counts.
func (e *extended) unset(key string) {
	switch key {
	case "path":
		e.path = nil
	case "linkpath":
		e.link = nil
	case "size":
		e.hasSize = false
	case "uid":
		e.hasUID = false
	case "gid":
		e.hasGID = false
	case "mtime":
		e.hasTime = false
	case "SCHILY.xattr.security.capability":
		e.capability = ""
	}
}
