package containerd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	content "github.com/containerd/containerd/api/services/content/v1"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"seawall/internal/image"
	"seawall/internal/image/contentstore"
)

// remote is content that containerd sends.
type remote struct {
	conn      *grpc.ClientConn
	namespace string
	idle      time.Duration
}

func (r *remote) context(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, namespaceHeader, r.namespace)
}

// size gives a blob's size in bytes.
func (r *remote) size(ctx context.Context, d digest.Digest) (int64, error) {
	ctx, cancel := context.WithTimeout(r.context(ctx), answerTimeout)
	defer cancel()
	answer, err := content.NewContentClient(r.conn).Info(ctx, &content.InfoRequest{Digest: d.String()})
	return answer.GetInfo().GetSize(), err
}

// fetch is a manifest.Fetch.
func (r *remote) fetch(ctx context.Context, d v1.Descriptor, limit int64) ([]byte, error) {
	size, err := r.size(ctx, d.Digest)
	if status.Code(err) == codes.NotFound {
		return nil, errors.New("containerd does not hold it, perhaps because it was pulled for another platform")
	}
	if err != nil {
		return nil, errors.New(status.Convert(err).Message())
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
	if status.Code(err) == codes.NotFound {
		contentstore.MarkAbsent(layer)
		return nil
	}
	if err != nil {
		return fmt.Errorf("containerd cannot say if it holds layer %s: %s", d, status.Convert(err).Message())
	}
	layer.Size = size
	layer.Open = func(ctx context.Context) (io.ReadCloser, error) { return r.open(ctx, d, size) }
	return nil
}

// open streams a blob of size bytes.
func (r *remote) open(ctx context.Context, d digest.Digest, size int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(r.context(ctx))
	b := &blob{ctx: ctx, cancel: cancel, digest: d, left: size}
	b.watch = time.AfterFunc(r.idle, func() { cancel(fmt.Errorf("containerd sends nothing for %s", r.idle)) })
	stream, err := content.NewContentClient(r.conn).Read(ctx, &content.ReadContentRequest{Digest: d.String()})
	b.watch.Stop()
	if err != nil {
		return nil, errors.Join(b.failed(err), b.Close())
	}
	b.stream, b.idle = stream, r.idle
	return b, nil
}

// blob is content as it arrives, one message after the other.
type blob struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	idle   time.Duration
	digest digest.Digest
	stream content.Content_ReadClient
	chunk  bytes.Reader
	left   int64
}

func (b *blob) Read(p []byte) (int, error) {
	for b.chunk.Len() == 0 {
		b.watch.Reset(b.idle)
		message, err := b.stream.Recv()
		b.watch.Stop()
		if errors.Is(err, io.EOF) && b.left == 0 {
			return 0, io.EOF
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, b.failed(err)
		}
		if b.left -= int64(len(message.GetData())); b.left < 0 {
			return 0, b.failed(errors.New("it is longer than it was said to be"))
		}
		b.chunk.Reset(message.GetData())
	}
	return b.chunk.Read(p)
}

// failed says why the stream ended: our own reason before gRPC's word for it.
func (b *blob) failed(err error) error {
	if cause := context.Cause(b.ctx); cause != nil {
		err = cause
	} else if said, ok := status.FromError(err); ok {
		err = errors.New(said.Message())
	}
	return fmt.Errorf("cannot read %s from containerd: %w", b.digest, err)
}

// Close ends the stream.
func (b *blob) Close() error {
	b.watch.Stop()
	b.cancel(nil)
	return nil
}
