// Package feed downloads files that change from time to time: only if they
// changed, going on where an earlier attempt broke off, and checked.
package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"time"
)

// Source is what the server said of the file that is already at hand. The zero
// value asks for the file whatever it is.
type Source struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
}

// Result is a finished download.
type Result struct {
	// Unchanged is true if the server has nothing newer than the Source asked
	// with; then nothing was downloaded.
	Unchanged bool
	Source    Source
	// Size is the file's size, in bytes.
	Size int64
}

// Client downloads. Its zero value is not usable: see NewClient.
type Client struct {
	HTTP *http.Client
	// Idle is how long a server may send nothing.
	Idle time.Duration
	// Attempts is how often a download is tried, Backoff the pause before the
	// second attempt; it doubles each time.
	Attempts int
	Backoff  time.Duration
	// MaxSize is the largest file, in bytes.
	MaxSize int64
	// UserAgent names the program to the server.
	UserAgent string
}

// NewClient gives a client with sensible bounds. It uses the proxy that the
// environment names.
func NewClient(userAgent string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = time.Minute
	return &Client{
		HTTP: &http.Client{Transport: transport}, Idle: time.Minute,
		Attempts: 5, Backoff: time.Second, MaxSize: 8 << 30, UserAgent: userAgent,
	}
}

// Progress is told how much of a file is there; total is -1 if not known.
type Progress func(done, total int64)

// Get downloads url to the file path, unless it is still what source says.
// While it is incomplete it lies at path.part; a later Get goes on from there
// if the server still has the same file.
func (c *Client) Get(ctx context.Context, url, path string, source Source, progress Progress) (Result, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	d := &download{client: c, url: url, path: path, source: source, progress: progress}
	pause := c.Backoff
	for attempt := 1; ; attempt++ {
		result, err := d.try(ctx)
		var temporary *temporaryError
		if err == nil || attempt >= c.Attempts || ctx.Err() != nil || !errors.As(err, &temporary) {
			return result, describe(ctx, err, url)
		}
		select {
		case <-ctx.Done():
			return Result{}, describe(ctx, err, url)
		case <-time.After(max(pause, temporary.after)):
		}
		pause *= 2
	}
}

func describe(ctx context.Context, err error, url string) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("the download of %s was stopped: %w", url, cause)
	}
	return fmt.Errorf("cannot download %s: %w", url, err)
}

// temporaryError may pass: the download is tried again, after at least this time.
type temporaryError struct {
	err   error
	after time.Duration
}

func (e *temporaryError) Error() string { return e.err.Error() }
func (e *temporaryError) Unwrap() error { return e.err }

// part is what lies beside an incomplete download: what it is a part of.
type part struct {
	URL    string `json:"url"`
	Source Source `json:"source"`
}

func readPart(path, url string) (part, int64) {
	text, err := os.ReadFile(path + ".part.json")
	if err != nil {
		return part{}, 0
	}
	var p part
	info, err := os.Stat(path + ".part")
	if err != nil || json.Unmarshal(text, &p) != nil || p.URL != url || p.Source.validator() == "" {
		return part{}, 0
	}
	return p, info.Size()
}

func (p part) write(path string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(path+".part.json", text, 0o644)
}

func removePart(path string) error {
	for _, name := range []string{path + ".part", path + ".part.json"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// validator gives what If-Range takes: a strong entity tag or a date (RFC 9110,
// section 13.1.5); "" if a part cannot be resumed.
func (s Source) validator() string {
	if s.ETag != "" && s.ETag[0] == '"' {
		return s.ETag
	}
	return s.LastModified
}
