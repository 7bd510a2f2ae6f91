package api

import (
	"context"

	"github.com/moby/moby/api/types/system"
)

// Info describes the engine.
func (c *Client) Info(ctx context.Context) (system.Info, error) {
	return document[system.Info](ctx, c, "/info", nil)
}
