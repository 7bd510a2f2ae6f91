// Package api asks containerd what Seawall wants to know of it: its version,
// where it keeps content, what an image's name stands for, and content. It is the
// part of containerd's API, https://github.com/containerd/containerd/tree/main/api,
// that this takes, with messages encoded and decoded by hand. A file is about one
// of containerd's services and names the numbers of the fields.
package api

import (
	"context"
	"net/http"

	"seawall/internal/source/containerd/grpc"
)

// ErrNotFound is what errors are of things that containerd does not hold.
var ErrNotFound = grpc.ErrNotFound

// Client asks one containerd. Calls may run at the same time. Their errors are
// those of package grpc.
type Client struct{ conn *grpc.Conn }

// Connect connects to the socket at a path.
func Connect(ctx context.Context, path string) (*Client, error) {
	conn, err := grpc.Dial(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Client{conn}, nil
}

// Close ends the connection and the calls that still run.
func (c *Client) Close() error { return c.conn.Close() }

// inNamespace is the metadata of a call that is about one namespace.
func inNamespace(namespace string) http.Header {
	return http.Header{"Containerd-Namespace": {namespace}}
}
