package image

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"seawall/internal/asset"
	"seawall/internal/image/compression"
)

// Options say how to read an image.
type Options struct {
	Analyzers []Analyzer
	// Cache is nil to read every layer anew.
	Cache *Cache
	// NoHashes leaves the files' SHA-256 out where no digest vouches for the
	// whole: for a live root file system, which may be of any size.
	NoHashes bool
	// Limit bounds what a compressed layer may expand to.
	Limit compression.Limit
	// Progress, if set, counts while layers are read.
	Progress *Progress
}

// Progress counts, in bytes as they are stored, what has been read or found in
// the cache. It may be asked at any time.
type Progress struct{ Read atomic.Int64 }

func (p *Progress) add(n int64) {
	if p != nil {
		p.Read.Add(n)
	}
}

// Scan reads every layer that is not cached and merges them. What cannot be
// read is in the snapshot's Problems; an error means that there is no snapshot.
func Scan(ctx context.Context, img *Image, o Options) (*Snapshot, error) {
	s := &scan{options: o, matcher: newMatcher(o.Analyzers), image: img}
	outcomes := s.layers(ctx)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reading %s was stopped: %w", img.Facts.Reference, err)
	}
	return s.snapshot(outcomes), nil
}

type scan struct {
	options Options
	matcher *matcher
	image   *Image
}

// outcome is what became of one layer.
type outcome struct {
	record *Record
	status string
	// problem is why the layer was not read, or not to its end.
	problem string
	// cacheError is why the record was not kept; the result does not suffer.
	cacheError error
}

// layers reads the layers, the largest first, one goroutine per processor.
func (s *scan) layers(ctx context.Context) []outcome {
	outcomes := make([]outcome, len(s.image.Layers))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(s.image.Layers)) {
		workers.Go(func() {
			for i := range next {
				outcomes[i] = s.layer(ctx, &s.image.Layers[i])
			}
		})
	}
	for _, i := range largestFirst(s.image.Layers) {
		next <- i
	}
	close(next)
	workers.Wait()
	return outcomes
}

func largestFirst(layers []Layer) []int {
	order := make([]int, len(layers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(layers[b].Size, layers[a].Size) })
	return order
}

// layer gives a layer's record from the cache, or reads it.
func (s *scan) layer(ctx context.Context, l *Layer) outcome {
	if l.Absent != "" {
		return outcome{status: l.Absent, problem: l.Reason}
	}
	cache := s.options.Cache
	if cache == nil || l.DiffID == "" {
		return s.read(ctx, l)
	}
	keys := cache.keys(l, s.matcher)
	for _, key := range keys {
		record := cache.load(key)
		if record == nil {
			continue
		}
		if l.isStill(record) {
			s.options.Progress.add(l.Size)
			return outcome{record: record, status: asset.LayerCached}
		}
		_ = record.close() // only read
	}
	o := s.read(ctx, l)
	if o.status == asset.LayerRead && mayBeKept(l, o.record) {
		o.cacheError = errors.Join(cache.store(keys[0], o.record), cache.evict())
	}
	return o
}

// isStill tells whether a layer, as it is stored now, can still be what a record
// was made of. It compares sizes and reads a few bytes: a blob that was cut,
// replaced or overwritten at its beginning is read again, and the failure is
// reported. What keeps its size and beginning is not noticed, nor is a compressed
// blob that no manifest gives a size for.
func (l *Layer) isStill(r *Record) bool {
	if !l.hasListedSize() {
		return false
	}
	if l.Blob == nil {
		return true
	}
	begin := make([]byte, compression.HeaderSize)
	n, err := l.Blob.ReadAt(begin, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	return compression.Detect(begin[:n]) != compression.Plain || l.Blob.Size() == r.tarSize
}

func (l *Layer) hasListedSize() bool { return l.Listed == 0 || l.Size == l.Listed }

// mayBeKept is false for a folder in which something could not be read: that
// may be a passing failure, where a tar's problems are its own for ever.
func mayBeKept(l *Layer, r *Record) bool { return l.Dir == "" || len(r.problems) == 0 }

// attempts is how often a layer's stream is begun again after a failure that
// may pass, and retryDelay the first wait between.
const (
	attempts   = 3
	retryDelay = 500 * time.Millisecond
)

// read reads a layer, again if its stream broke off.
func (s *scan) read(ctx context.Context, l *Layer) outcome {
	var record *Record
	var err error
	for attempt := range attempts {
		record, err = s.readOnce(ctx, l)
		var passing interface{ Temporary() bool }
		if err == nil || ctx.Err() != nil || !errors.As(err, &passing) || !passing.Temporary() || attempt == attempts-1 {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryDelay << attempt):
		}
	}
	if err != nil && !l.hasListedSize() {
		err = fmt.Errorf("%w; its blob has %d bytes where the manifest lists %d: copy or pull the image again", err, l.Size, l.Listed)
	}
	if err != nil {
		return outcome{record: record, status: asset.LayerFailed, problem: err.Error()}
	}
	return outcome{record: record, status: asset.LayerRead}
}

// readOnce reads a layer and compares its content with its diff ID.
func (s *scan) readOnce(ctx context.Context, l *Layer) (record *Record, err error) {
	defer func() {
		// A mistake of ours in a parser costs this layer and not the whole check.
		if failure := recover(); failure != nil {
			err = fmt.Errorf("reading it failed in a way that should not happen, please report it: %v", failure)
		}
	}()
	if l.Dir != "" {
		return scanDir(ctx, l.Dir, s.matcher, !s.options.NoHashes, l.Skip)
	}
	progress := layerProgress{total: s.options.Progress}
	defer func() {
		if err != nil {
			progress.takeBack()
		}
	}()
	record, diffID, missed, err := s.readTar(ctx, l, &progress, nil)
	if err == nil && len(missed) > 0 {
		progress.takeBack()
		record, diffID, _, err = s.readTar(ctx, l, &progress, missed)
	}
	if err == nil && diffID != l.DiffID {
		err = fmt.Errorf("the content has the digest %s and not the %s that the image's configuration names: it was changed or damaged", diffID, l.DiffID)
	}
	return record, err
}

func (s *scan) readTar(ctx context.Context, l *Layer, progress *layerProgress, aliases map[string][]string) (*Record, string, map[string][]string, error) {
	stored, err := l.open(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	defer stored.Close()
	plain, kind, err := compression.NewReader(countedReader{stored, progress}, s.options.Limit)
	if err != nil {
		return nil, "", nil, err
	}
	defer plain.Close()
	tar := newContent(plain, nil)
	if l.Blob != nil && kind == compression.Plain {
		tar.again = l.Blob
	}
	return scanTar(ctx, tar, s.matcher, aliases)
}

// snapshot merges what was read and gathers what was not.
func (s *scan) snapshot(outcomes []outcome) *Snapshot {
	records := make([]*Record, len(outcomes))
	layers := slices.Clone(s.image.Facts.Layers)
	for i, o := range outcomes {
		records[i] = o.record
		layers[i].Status = o.status
	}
	snapshot := newSnapshot(layers, records)
	snapshot.resolveLinks(s.matcher)
	snapshot.Problems = append(snapshot.Problems, s.image.Problems...)
	for i, o := range outcomes {
		if o.problem != "" {
			snapshot.Problems = append(snapshot.Problems, Problem{Layer: i, Message: o.problem})
		}
		if o.record != nil {
			snapshot.addProblems(i, o.record.problems)
		}
		if o.cacheError != nil {
			snapshot.CacheError = o.cacheError
		}
	}
	return snapshot
}

// open streams the layer as stored.
func (l *Layer) open(ctx context.Context) (io.ReadCloser, error) {
	if l.Blob != nil {
		return io.NopCloser(io.NewSectionReader(l.Blob, 0, l.Blob.Size())), nil
	}
	return l.Open(ctx)
}

// layerProgress counts one layer, and can take it back when the layer is read
// again.
type layerProgress struct {
	total *Progress
	read  int64
}

func (p *layerProgress) add(n int64) {
	p.read += n
	p.total.add(n)
}

func (p *layerProgress) takeBack() { p.add(-p.read) }

// countedReader tells the progress what is read.
type countedReader struct {
	io.Reader
	progress *layerProgress
}

func (c countedReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.progress.add(int64(n))
	return n, err
}
