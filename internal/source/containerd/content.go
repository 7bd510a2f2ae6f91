package containerd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/image"
	"seawall/internal/image/contentstore"
	"seawall/internal/source/containerd/api"
)

// remote is content that containerd sends.
type remote struct {
	client    *api.Client
	namespace string
	idle      time.Duration
}

// size gives a blob's size in bytes.
func (r *remote) size(ctx context.Context, d digest.Digest) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return r.client.ContentSize(ctx, r.namespace, d.String())
}

// fetch is a manifest.Fetch.
func (r *remote) fetch(ctx context.Context, d v1.Descriptor, limit int64) ([]byte, error) {
	size, err := r.size(ctx, d.Digest)
	if errors.Is(err, api.ErrNotFound) {
		return nil, errors.New("containerd does not hold it, perhaps because it was pulled for another platform")
	}
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, fmt.Errorf("it has %d bytes, the limit is %d", size, limit)
	}
	blob, err := r.open(ctx, d.Digest, size)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return io.ReadAll(blob)
}

// attach tells a layer how to read itself, or that it is not there.
func (r *remote) attach(ctx context.Context, layer *image.Layer) error {
	d := digest.Digest(layer.Digest)
	size, err := r.size(ctx, d)
	if errors.Is(err, api.ErrNotFound) {
		contentstore.MarkAbsent(layer)
		return nil
	}
	if err != nil {
		return fmt.Errorf("containerd cannot say if it holds layer %s: %w", d, err)
	}
	layer.Size = size
	layer.Open = func(ctx context.Context) (io.ReadCloser, error) { return r.open(ctx, d, size) }
	return nil
}

// open streams a blob of size bytes.
func (r *remote) open(ctx context.Context, d digest.Digest, size int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stream, err := r.client.ReadContent(ctx, r.namespace, d.String())
	if err != nil {
		cancel(nil)
		return nil, fmt.Errorf("cannot read %s from containerd: %w", d, err)
	}
	watch := time.AfterFunc(r.idle, func() { cancel(fmt.Errorf("containerd sends nothing for %s", r.idle)) })
	watch.Stop()
	return &blob{cancel: cancel, watch: watch, idle: r.idle, digest: d, stream: stream, left: size}, nil
}

// blob is content as it arrives, one message after the other.
type blob struct {
	cancel context.CancelCauseFunc
	watch  *time.Timer
	idle   time.Duration
	digest digest.Digest
	stream *api.ContentStream
	chunk  bytes.Reader
	left   int64
}

func (b *blob) Read(p []byte) (int, error) {
	for b.chunk.Len() == 0 {
		b.watch.Reset(b.idle)
		data, err := b.stream.Next()
		b.watch.Stop()
		if err == io.EOF && b.left == 0 {
			return 0, io.EOF
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, b.failed(err)
		}
		if b.left -= int64(len(data)); b.left < 0 {
			return 0, b.failed(errors.New("it is longer than it was said to be"))
		}
		b.chunk.Reset(data)
	}
	return b.chunk.Read(p)
}

func (b *blob) failed(err error) error {
	return fmt.Errorf("cannot read %s from containerd: %w", b.digest, err)
}

// Close ends the stream.
func (b *blob) Close() error {
	b.watch.Stop()
	b.cancel(nil)
	return nil
}
