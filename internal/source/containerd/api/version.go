package api

import "context"

// Version gives containerd's version
// (api/services/version/v1/version.proto).
func (c *Client) Version(ctx context.Context) (string, error) {
	answer, err := c.conn.Unary(ctx, "/containerd.services.version.v1.Version/Version", nil, nil)
	if err != nil {
		return "", err
	}
	return decodeVersion(answer)
}

// decodeVersion decodes a VersionResponse.
func decodeVersion(message []byte) (version string, err error) {
	err = decode(message, text(1, &version))
	return version, err
}
