package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"

	"github.com/moby/moby/api/types/image"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// The first versions of the API in which a platform can be asked for.
var (
	inspectsPlatforms = Version{1, 49}
	savesPlatforms    = Version{1, 48}
)

// maxExport bounds an exported image.
const maxExport = 256 << 30

// InspectImage describes an image by name, digest or ID, or how an ID begins.
// An engine before API 1.49 does not heed the platform, so the answer has to be
// checked; nil asks for none.
func (c *Client) InspectImage(ctx context.Context, ref string, platform *v1.Platform) (image.InspectResponse, error) {
	if ref == "." || !fs.ValidPath(ref) { // it would make the request one for something else
		return image.InspectResponse{}, fmt.Errorf("%q cannot name an image: %w", ref, ErrInvalid)
	}
	return document[image.InspectResponse](ctx, c, "/images/"+ref+"/json", c.platformQuery(platform, inspectsPlatforms))
}

// SaveImage exports an image as a `docker save` archive. An engine before API
// 1.48 has one platform only and does not heed the one asked for; nil asks for
// none. The caller closes the stream.
func (c *Client) SaveImage(ctx context.Context, id string, platform *v1.Platform) (io.ReadCloser, error) {
	query := c.platformQuery(platform, savesPlatforms)
	query.Set("names", id)
	return c.stream(ctx, "/images/get", query, maxExport)
}

// platformQuery asks for a platform if the engine knows how, from a version on.
func (c *Client) platformQuery(platform *v1.Platform, since Version) url.Values {
	query := url.Values{}
	if platform == nil || c.version.Before(since) {
		return query
	}
	encoded, _ := json.Marshal(platform) // strings cannot fail to be encoded
	query.Set("platform", string(encoded))
	return query
}
