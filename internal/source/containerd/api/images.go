package api

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

const images = "/containerd.services.images.v1.Images/"

// Descriptor says what an image's name stands for: a manifest or an index
// (api/types/descriptor.proto).
type Descriptor struct {
	MediaType, Digest string
	// Size is in bytes.
	Size int64
}

// ImageByName gives the target of the image of a name, or ErrNotFound
// (api/services/images/v1/images.proto).
func (c *Client) ImageByName(ctx context.Context, namespace, name string) (Descriptor, error) {
	answer, err := c.conn.Unary(ctx, images+"Get", inNamespace(namespace), request(name))
	if err != nil {
		return Descriptor{}, err
	}
	return decodeImage(answer)
}

// ImageByDigest gives the target of an image that stands for a digest, or
// ErrNotFound.
func (c *Client) ImageByDigest(ctx context.Context, namespace, digest string) (Descriptor, error) {
	filter := "target.digest==" + strconv.Quote(digest)
	answer, err := c.conn.Unary(ctx, images+"List", inNamespace(namespace), request(filter))
	if err != nil {
		return Descriptor{}, err
	}
	target, found, err := decodeFirstImage(answer)
	if err == nil && !found {
		err = fmt.Errorf("image with the digest %s: %w", digest, ErrNotFound)
	}
	return target, err
}

// decodeImage decodes a GetImageResponse.
func decodeImage(message []byte) (target Descriptor, err error) {
	err = decode(message, nested(1, targetOf(&target)))
	return target, err
}

// decodeFirstImage decodes the first image of a ListImagesResponse.
func decodeFirstImage(message []byte) (target Descriptor, found bool, err error) {
	image := targetOf(&target)
	err = decode(message, func(f field) error {
		if found || f.key != (key{1, protowire.BytesType}) {
			return nil
		}
		found = true
		return decode(f.bytes, image)
	})
	return target, found, err
}

// targetOf takes the target of an Image.
func targetOf(d *Descriptor) func(field) error {
	return nested(3, all(text(1, &d.MediaType), text(2, &d.Digest), integer(3, &d.Size)))
}
