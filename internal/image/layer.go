package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"seawall/internal/asset"
)

// maxEntries bounds the entries of one layer.
const maxEntries = 10_000_000

// layerScanner makes the record of one layer while its tar streams by.
type layerScanner struct {
	collector
	tar    *tarReader
	buffer *fileBuffer

	candidates []candidate
	requests   []request
	links      []pendingLink
	symlinks   symlinks
	// holes counts the zeros of sparse files that were hashed.
	holes int64
	// aliases are the other paths that a file is to be analyzed under: hard
	// links that a first reading found.
	aliases map[string][]string
}

// request is an analyzer that asks for a file under one of its paths.
type request struct {
	analyzer int
	path     string
}

// scanTar reads a layer's uncompressed tar. With an error it gives the record
// of what was read before it. missed are hard links whose content an analyzer
// asks for though it did not ask for it under the file's first path: the layer
// must be read again with them as aliases.
func scanTar(ctx context.Context, c *content, m *matcher, aliases map[string][]string) (record *Record, diffID string, missed map[string][]string, err error) {
	s := &layerScanner{
		collector: collector{matcher: m, record: &Record{}}, tar: newTarReader(c), buffer: &fileBuffer{}, aliases: aliases,
	}
	defer s.buffer.close()
	err = s.run(ctx)
	missed = s.linkFiles()
	s.record.tarSize = s.tar.read
	s.record.seal()
	return s.record, fmt.Sprintf("sha256:%x", s.tar.sums.Whole()), missed, err
}

func (s *layerScanner) run(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := s.tar.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return describe(err)
		}
		if s.record.count >= maxEntries {
			return fmt.Errorf("the layer has more than %d entries", maxEntries)
		}
		if err := s.entry(ctx, h); err != nil {
			return describe(err)
		}
	}
}

// describe says in words where a read ended too early.
func describe(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the layer is truncated: %w", err)
	}
	return err
}

// entry packs one tar entry and lets the analyzers read it.
func (s *layerScanner) entry(ctx context.Context, h *header) error {
	if len(h.name) > maxPath || len(h.link) > maxPath {
		s.problem(string(h.name[:min(len(h.name), 200)]), fmt.Sprintf("the path or what it links to has more than %d bytes: the entry was left out", maxPath))
		return nil
	}
	name, ok := cleanPath(h.name)
	if !ok {
		s.problem(string(h.name), "the name leads out of the image: the entry was left out")
		return nil
	}
	if len(name) == 0 {
		return nil // the root directory itself
	}
	if name, ok = s.symlinks.resolve(name); !ok {
		s.problem(string(h.name), "the symbolic links above it lead in a circle: the entry was left out")
		return nil
	}
	dir := parent(name)
	base := bytes.TrimPrefix(name[len(dir):], []byte("/"))
	if bytes.HasPrefix(base, []byte(whiteoutPrefix)) {
		return s.whiteout(dir, base)
	}
	return s.file(ctx, h, name)
}

// The names of the OCI image specification, layer.md, "Whiteouts"; what else
// begins with two prefixes is AUFS's own.
const (
	whiteoutPrefix = ".wh."
	opaqueMarker   = ".wh..wh..opq"
	aufsPrefix     = ".wh..wh."
)

func (s *layerScanner) whiteout(dir, base []byte) error {
	switch {
	case string(base) == opaqueMarker:
		return s.add(dir, nil, asset.FileEntry{Type: opaque})
	case bytes.HasPrefix(base, []byte(aufsPrefix)) || len(base) == len(whiteoutPrefix):
	default:
		hidden := base[len(whiteoutPrefix):]
		if len(dir) > 0 {
			hidden = bytes.Join([][]byte{dir, hidden}, []byte{'/'})
		}
		return s.add(hidden, nil, asset.FileEntry{Type: whiteout})
	}
	return nil
}

// file packs an entry that is no whiteout. name is clean.
func (s *layerScanner) file(ctx context.Context, h *header, name []byte) error {
	e := asset.FileEntry{
		Mode:         uint32(h.mode & 0o7777),
		UID:          uint32(h.uid),
		GID:          uint32(h.gid),
		ModTime:      time.Unix(h.mtime, 0),
		Capabilities: h.capability,
	}
	var link []byte
	switch h.typeflag {
	case '0', 0, '7', 'S':
		if bytes.HasSuffix(h.name, []byte{'/'}) {
			e.Type = asset.Directory // as archives before POSIX write it
			break
		}
		return s.regular(ctx, h, name, e)
	case '1':
		e.Type, link = hardLink, h.link
	case '2':
		e.Type, link = asset.Symlink, h.link
	case '3':
		e.Type = asset.CharDevice
	case '4':
		e.Type = asset.BlockDevice
	case '5':
		e.Type = asset.Directory
	case '6':
		e.Type = asset.FIFO
	default:
		s.problem(string(name), fmt.Sprintf("the entry is of the unknown type %q: it was left out", h.typeflag))
		return nil
	}
	if e.Type == hardLink {
		return s.hardLink(name, link, e)
	}
	s.symlinks.note(name, link, e.Type == asset.Symlink)
	return s.add(name, link, e)
}

func (s *layerScanner) add(name, link []byte, e asset.FileEntry) error {
	if !s.record.add(name, link, e, 0) {
		return errors.New("the names in the layer need more than 1 GiB")
	}
	return nil
}

func (s *layerScanner) hardLink(name, link []byte, e asset.FileEntry) error {
	target, ok := cleanPath(link)
	if ok && len(target) > 0 {
		target, ok = s.symlinks.resolve(target)
	}
	if !ok || len(target) == 0 {
		s.problem(string(name), "the hard link leads out of the image: it was left out")
		return nil
	}
	s.symlinks.note(name, nil, false)
	s.links = append(s.links, pendingLink{row: s.record.count, target: string(target)})
	return s.add(name, target, e)
}

// regular hashes a file's content, or reads it for the analyzers that ask.
func (s *layerScanner) regular(ctx context.Context, h *header, name []byte, e asset.FileEntry) error {
	e.Type, e.Size = asset.Regular, h.size
	s.symlinks.note(name, nil, false)
	if h.sparse {
		return s.sparse(ctx, h, name, e)
	}
	s.record.size += h.size
	s.tar.sums.Begin()
	var err error
	if requests := s.requested(name, s.tar, e); len(requests) > 0 {
		var content io.ReaderAt
		if content, err = s.buffer.read(s.tar, e.Size); err == nil {
			err = s.analyze(ctx, requests, content, &e)
		}
	} else {
		err = s.tar.skipContent()
	}
	if err != nil {
		return err
	}
	e.SHA256 = s.tar.sums.Part()
	return s.add(name, nil, e)
}

// sparse does for a sparse file what regular does for others, with its holes
// filled. The archive's own bytes are skipped where that is not possible.
func (s *layerScanner) sparse(ctx context.Context, h *header, name []byte, e asset.FileEntry) error {
	holes := h.holes()
	if h.mapError == nil && holes > maxHoles-s.holes {
		h.mapError = fmt.Errorf("with it the holes of the layer's files have more than %d bytes", int64(maxHoles))
	}
	if h.mapError != nil {
		s.problem(string(name), fmt.Sprintf("the file is stored sparse and was not read: %v", h.mapError))
		return s.add(name, nil, e)
	}
	s.holes += holes
	s.record.size += h.size
	content := newSparseReader(s.tar)
	if requests := s.requested(name, content, e); len(requests) > 0 {
		whole, err := s.buffer.copy(content, e.Size)
		if err != nil {
			return err
		}
		if err := s.analyze(ctx, requests, whole, &e); err != nil {
			return err
		}
	}
	var err error
	if e.SHA256, err = content.finish(ctx); err != nil {
		return err
	}
	return s.add(name, nil, e)
}

// requested gives the analyzers that ask for a file, whose content is not taken
// yet.
func (s *layerScanner) requested(name []byte, content taker, e asset.FileEntry) []request {
	s.requests = s.ask(s.requests[:0], name, content, e)
	if len(s.aliases) > 0 {
		for _, alias := range s.aliases[string(name)] {
			s.requests = s.ask(s.requests, []byte(alias), content, e)
		}
	}
	return s.requests
}

// ask appends the analyzers that ask for a file under one path and can take
// its size.
func (s *layerScanner) ask(requests []request, name []byte, content taker, e asset.FileEntry) []request {
	s.candidates = s.matcher.match(s.candidates[:0], name, e.Mode)
	if len(s.candidates) == 0 {
		return requests
	}
	for _, i := range withMagic(s.candidates, content.begin(maxMagic)) {
		if a := s.matcher.analyzers[i]; e.Size > a.maxSize() {
			s.problem(string(name), a.tooLarge(e.Size))
		} else {
			requests = append(requests, request{i, string(name)})
		}
	}
	return requests
}

// analyze hands a file's content to the analyzers.
func (s *layerScanner) analyze(ctx context.Context, requests []request, content io.ReaderAt, e *asset.FileEntry) error {
	for _, r := range requests {
		file := File{Path: r.path, Size: e.Size, Mode: e.Mode, Content: content}
		if err := s.keep(ctx, r.analyzer, file); err != nil {
			return err
		}
	}
	return nil
}
