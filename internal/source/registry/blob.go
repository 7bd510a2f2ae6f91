package registry

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/image/manifest"
)

// get sends a GET request; the response's status is one of those wanted.
func (c *client) get(ctx context.Context, path string, header http.Header, statuses ...int) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	if err != nil {
		return nil, err
	}
	for key, values := range header {
		request.Header[key] = values
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if err := transport.CheckError(response, statuses...); err != nil {
		_ = response.Body.Close()
		return nil, err
	}
	return response, nil
}

// root fetches the manifest that the reference names. Its digest is the one
// asked for, or that of what the registry gives for the tag.
func (c *client) root(ctx context.Context) (v1.Descriptor, error) {
	name := c.ref.Tag
	if c.ref.Digest != "" {
		name = c.ref.Digest
	}
	content, mediaType, err := c.document(ctx, "/manifests/"+name, http.Header{"Accept": manifest.MediaTypes}, manifest.MaxSize)
	if err != nil {
		return v1.Descriptor{}, err
	}
	root := v1.Descriptor{MediaType: mediaType, Digest: manifest.Digest(content), Size: int64(len(content)), Data: content}
	if c.ref.Digest != "" {
		root.Digest = digest.Digest(c.ref.Digest)
	}
	return root, nil
}

// fetch is a manifest.Fetch.
func (c *client) fetch(ctx context.Context, d v1.Descriptor, limit int64) ([]byte, error) {
	path, header := "/blobs/", http.Header{}
	for _, mediaType := range manifest.MediaTypes {
		if d.MediaType == mediaType {
			path, header = "/manifests/", http.Header{"Accept": manifest.MediaTypes}
		}
	}
	content, _, err := c.document(ctx, path+d.Digest.String(), header, limit)
	return content, err
}

// document reads a manifest or a configuration whole, and gives its media type.
func (c *client) document(ctx context.Context, path string, header http.Header, limit int64) (content []byte, mediaType string, err error) {
	ctx, cancel := c.options.documentDeadline(ctx)
	defer cancel()
	response, err := c.get(ctx, path, header, http.StatusOK)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	content, err = io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, "", err
	}
	if int64(len(content)) > limit {
		return nil, "", fmt.Errorf("the registry sent more than %d bytes where a manifest or a configuration was expected", limit)
	}
	return content, response.Header.Get("Content-Type"), nil
}

// has asks whether the registry holds a blob.
func (c *client) has(ctx context.Context, digest string) (bool, error) {
	ctx, cancel := c.options.documentDeadline(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, c.url+"/blobs/"+digest, nil)
	if err != nil {
		return false, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return false, nil
	}
	return true, transport.CheckError(response, http.StatusOK)
}

// openBlob streams a blob of size bytes. A connection that breaks off is taken
// up again where it stopped.
func (c *client) openBlob(ctx context.Context, digest string, size int64) (io.ReadCloser, error) {
	b := &blob{ctx: ctx, client: c, digest: digest, size: size}
	if err := b.connect(); err != nil {
		return nil, err
	}
	return b, nil
}

// blob is a layer as it arrives. Its length is verified here; its content by
// whoever hashes the unpacked layer.
type blob struct {
	ctx      context.Context
	client   *client
	digest   string
	size     int64
	offset   int64
	body     io.ReadCloser
	resumed  int
	progress int64 // the offset at which the connection broke last
}

// connect asks for the blob from offset on. A server that knows no ranges
// sends all of it, and what was read already is skipped.
func (b *blob) connect() error {
	header := http.Header{}
	if b.offset > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", b.offset, b.size-1))
	}
	response, err := b.client.get(b.ctx, "/blobs/"+b.digest, header, http.StatusOK, http.StatusPartialContent)
	if err != nil {
		return err
	}
	b.body = response.Body
	start, err := startOf(response, b.offset)
	if err == nil && response.ContentLength >= 0 && start+response.ContentLength != b.size {
		err = fmt.Errorf("the registry says that it has %d bytes, the manifest %d", start+response.ContentLength, b.size)
	}
	if err == nil && start < b.offset {
		_, err = io.CopyN(io.Discard, b.body, b.offset-start)
	}
	if err != nil {
		_ = b.body.Close()
	}
	return err
}

// startOf gives the place in the blob at which a response begins (RFC 9110
// section 14.4).
func startOf(response *http.Response, asked int64) (int64, error) {
	if response.StatusCode == http.StatusOK {
		return 0, nil
	}
	text := response.Header.Get("Content-Range")
	first, _, _ := strings.Cut(strings.TrimPrefix(text, "bytes "), "-")
	start, err := strconv.ParseInt(first, 10, 64)
	if err != nil || start != asked {
		return 0, fmt.Errorf("the registry was asked to go on at byte %d and answers with the range %q", asked, text)
	}
	return start, nil
}

func (b *blob) Read(p []byte) (int, error) {
	for {
		n, err := b.body.Read(p)
		b.offset += int64(n)
		switch {
		case b.offset > b.size:
			return 0, b.fail(fmt.Errorf("the registry sends more than the %d bytes of the manifest", b.size))
		case err == nil || n > 0:
			return n, nil
		case err == io.EOF && b.offset == b.size:
			return 0, io.EOF
		case err == io.EOF:
			err = io.ErrUnexpectedEOF
		}
		if err := b.resume(err); err != nil {
			return 0, b.fail(err)
		}
	}
}

// resume connects again after err, unless that would not help or the
// connection breaks again and again without getting on.
func (b *blob) resume(err error) error {
	if b.offset-b.progress >= 1<<20 {
		b.resumed = 0
	}
	b.progress = b.offset
	_ = b.body.Close() // it has failed already
	for err != nil {
		if b.resumed++; b.resumed >= maxAttempts || !isTransient(err) {
			return err
		}
		if err := sleep(b.ctx, pause(b.client.options.backoff(), b.resumed)); err != nil {
			return err
		}
		err = b.connect()
	}
	return nil
}

func (b *blob) fail(err error) error {
	return fmt.Errorf("layer %s of %s stopped after %d of %d bytes: %w", b.digest, b.client.ref, min(b.offset, b.size), b.size, explain(err, b.client.ref))
}

func (b *blob) Close() error { return b.body.Close() }
