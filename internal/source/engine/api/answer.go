package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"seawall/internal/wording"
)

// document asks for a JSON document.
func document[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var answer T
	response, err := c.call(ctx, path, query)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, maxAnswer))
	if err == nil {
		err = json.Unmarshal(content, &answer)
	}
	if err != nil {
		return answer, fmt.Errorf("the answer to GET %s cannot be used: %w", path, wording.JSON(err))
	}
	return answer, nil
}

// stream asks for an answer of up to limit bytes that is read as it comes. It
// has no deadline, but may not stay silent for longer than c.stall.
func (c *Client) stream(ctx context.Context, path string, query url.Values, limit int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	silent := fmt.Errorf("the engine has sent nothing for %v", c.stall)
	timer := time.AfterFunc(c.stall, func() { cancel(silent) })
	response, err := c.call(ctx, path, query)
	timer.Stop()
	if err != nil {
		cancel(nil)
		return nil, err
	}
	return &watched{body: http.MaxBytesReader(nil, response.Body, limit), ctx: ctx, cancel: cancel, timer: timer, stall: c.stall}, nil
}

// watched is a body whose every read has a deadline. The time that the reader
// takes between its reads does not count.
type watched struct {
	body   io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	stall  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.stall)
	n, err := w.body.Read(p)
	w.timer.Stop()
	if cause := context.Cause(w.ctx); err != nil && cause != nil {
		err = cause
	}
	return n, err
}

func (w *watched) Close() error {
	w.cancel(nil)
	return w.body.Close()
}
