package api

import (
	"context"

	"google.golang.org/protobuf/encoding/protowire"

	"seawall/internal/source/containerd/grpc"
)

const content = "/containerd.services.content.v1.Content/"

// ContentSize gives the size in bytes of the blob with a digest, or ErrNotFound
// (api/services/content/v1/content.proto).
func (c *Client) ContentSize(ctx context.Context, namespace, digest string) (int64, error) {
	answer, err := c.conn.Unary(ctx, content+"Info", inNamespace(namespace), request(digest))
	if err != nil {
		return 0, err
	}
	return decodeSize(answer)
}

// ReadContent reads the blob with a digest. It ends with its context, which the
// caller has to cancel. Errors come with the first Next.
func (c *Client) ReadContent(ctx context.Context, namespace, digest string) (*ContentStream, error) {
	stream, err := c.conn.Stream(ctx, content+"Read", inNamespace(namespace), request(digest))
	if err != nil {
		return nil, err
	}
	return &ContentStream{stream}, nil
}

// ContentStream is a blob, piece by piece.
type ContentStream struct{ messages *grpc.Stream }

// Next gives the next piece, which may be empty and is valid until the following
// Next; io.EOF after the last one.
func (s *ContentStream) Next() ([]byte, error) {
	message, err := s.messages.Next()
	if err != nil {
		return nil, err
	}
	return decodeData(message)
}

// decodeSize decodes an InfoResponse.
func decodeSize(message []byte) (size int64, err error) {
	err = decode(message, nested(1, integer(2, &size)))
	return size, err
}

// decodeData decodes a ReadContentResponse. The data is part of the message.
func decodeData(message []byte) (data []byte, err error) {
	err = decode(message, func(f field) error {
		if f.key == (key{2, protowire.BytesType}) {
			data = f.bytes
		}
		return nil
	})
	return data, err
}
