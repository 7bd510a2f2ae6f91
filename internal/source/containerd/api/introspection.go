package api

import (
	"context"

	"google.golang.org/protobuf/encoding/protowire"
)

// ContentFolder gives the folder where containerd keeps content, as it says
// itself; "" if it does not
// (api/services/introspection/v1/introspection.proto).
func (c *Client) ContentFolder(ctx context.Context) (string, error) {
	const method = "/containerd.services.introspection.v1.Introspection/Plugins"
	answer, err := c.conn.Unary(ctx, method, nil, request("type==io.containerd.content.v1"))
	if err != nil {
		return "", err
	}
	return decodeRoot(answer)
}

// decodeRoot decodes the root that the first plugin exports which has one, in a
// PluginsResponse.
func decodeRoot(message []byte) (root string, err error) {
	err = decode(message, func(f field) error {
		if root != "" || f.key != (key{1, protowire.BytesType}) {
			return nil
		}
		root, err = decodeExport(f.bytes, "root")
		return err
	})
	return root, err
}

// decodeExport decodes one of the exports of a Plugin, which are a map. On the
// wire each entry is a message, and the last one of a key counts.
func decodeExport(plugin []byte, name string) (export string, err error) {
	err = decode(plugin, func(f field) error {
		if f.key != (key{5, protowire.BytesType}) {
			return nil
		}
		var key, value string
		err := decode(f.bytes, all(text(1, &key), text(2, &value)))
		if key == name {
			export = value
		}
		return err
	})
	return export, err
}
