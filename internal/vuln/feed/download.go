package feed

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// download is one file on its way, over several attempts.
type download struct {
	client    *Client
	url, path string
	source    Source
	progress  Progress
}

var errIdle = errors.New("the server sent nothing for too long")

func (d *download) try(ctx context.Context) (Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watchdog := time.AfterFunc(d.client.Idle+time.Minute, func() { stop(errIdle) })
	defer watchdog.Stop()
	before, have := readPart(d.path, d.url)
	response, err := d.request(ctx, before, have)
	if err != nil {
		return Result{}, requestError(ctx, err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotModified:
		return Result{Unchanged: true, Source: d.source}, nil
	case http.StatusOK:
		have = 0
	case http.StatusPartialContent:
		if start, ok := rangeStart(response); !ok || start != have {
			return Result{}, d.startOver("the server sent another part than was asked for")
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return Result{}, d.startOver("the server does not know the part that is missing")
	default:
		return Result{}, statusError(response)
	}
	return d.receive(ctx, response, have, func() { watchdog.Reset(d.client.Idle) })
}

// startOver drops the incomplete file; the next attempt begins anew.
func (d *download) startOver(reason string) error {
	return &temporaryError{err: errors.Join(errors.New(reason), removePart(d.path))}
}

func (d *download) request(ctx context.Context, before part, have int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", d.client.UserAgent)
	// The checksums are those of the file as it is stored.
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		request.Header.Set("If-Range", before.Source.validator())
		return d.client.HTTP.Do(request)
	}
	if d.source.ETag != "" {
		request.Header.Set("If-None-Match", d.source.ETag)
	}
	if d.source.LastModified != "" {
		request.Header.Set("If-Modified-Since", d.source.LastModified)
	}
	return d.client.HTTP.Do(request)
}

// requestError tells what may pass (a reset, a time-out) from what will not: an
// unknown name, a refused connection, a certificate.
func requestError(ctx context.Context, err error) error {
	// The address is named by the caller.
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name) && name.IsNotFound, errors.As(err, &certificate), errors.Is(err, syscall.ECONNREFUSED):
		return err
	}
	return &temporaryError{err: causeOf(ctx, err)}
}

func statusError(response *http.Response) error {
	err := fmt.Errorf("the server answered %s", response.Status)
	switch {
	case response.StatusCode >= 500, response.StatusCode == http.StatusTooManyRequests, response.StatusCode == http.StatusRequestTimeout:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		after := min(max(0, time.Duration(seconds)*time.Second), time.Minute)
		return &temporaryError{err: err, after: after}
	}
	return err
}

func rangeStart(response *http.Response) (int64, bool) {
	rest, ok := strings.CutPrefix(response.Header.Get("Content-Range"), "bytes ")
	start, _, found := strings.Cut(rest, "-")
	n, err := strconv.ParseInt(start, 10, 64)
	return n, ok && found && err == nil
}

// receive appends the body to what is there, checks the whole and puts it in
// its place.
func (d *download) receive(ctx context.Context, response *http.Response, have int64, alive func()) (Result, error) {
	source := Source{ETag: response.Header.Get("ETag"), LastModified: response.Header.Get("Last-Modified")}
	total := int64(-1)
	if response.ContentLength >= 0 {
		total = have + response.ContentLength
	}
	if total > d.client.MaxSize {
		return Result{}, fmt.Errorf("the file has %d bytes, more than the %d that are taken", total, d.client.MaxSize)
	}
	out, err := d.openPart(have, source)
	if err != nil {
		return Result{}, d.diskError(err)
	}
	body := &watchedBody{body: response.Body, alive: alive, progress: func(n int64) { d.progress(have+n, total) }}
	n, err := io.Copy(out, io.LimitReader(body, d.client.MaxSize-have+1))
	err = errors.Join(err, out.Sync(), out.Close())
	size := have + n
	switch {
	case body.err != nil:
		return Result{}, &temporaryError{err: causeOf(ctx, fmt.Errorf("the connection broke off after %d bytes: %w", size, body.err))}
	case err != nil:
		return Result{}, d.diskError(err)
	case size > d.client.MaxSize:
		return Result{}, errors.Join(fmt.Errorf("the file has more than the %d bytes that are taken", d.client.MaxSize), removePart(d.path))
	case total >= 0 && size != total:
		return Result{}, &temporaryError{err: fmt.Errorf("the server sent %d bytes and had announced %d", size, total)}
	}
	if err := checkHashes(d.path+".part", response.Header); err != nil {
		return Result{}, d.startOver(err.Error())
	}
	if err := os.Rename(d.path+".part", d.path); err != nil {
		return Result{}, err
	}
	return Result{Source: source, Size: size}, removePart(d.path)
}

func (d *download) openPart(have int64, source Source) (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if have == 0 {
		flags |= os.O_TRUNC
	}
	out, err := os.OpenFile(d.path+".part", flags, 0o644)
	if err != nil {
		return nil, err
	}
	if err := (part{URL: d.url, Source: source}).write(d.path); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

// diskError says plainly that the disk is full, which no new attempt mends.
func (d *download) diskError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errors.Join(fmt.Errorf("there is no space left for it: make room, or set SEAWALL_HOME to a folder with room: %w", err), removePart(d.path))
	}
	return fmt.Errorf("cannot write it to the disk: %w", err)
}

// watchedBody tells the watchdog and the progress of every piece that arrives,
// and keeps an error of the network apart from one of the disk.
type watchedBody struct {
	body     io.Reader
	alive    func()
	progress func(int64)
	read     int64
	err      error
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if n > 0 {
		b.alive()
		b.read += int64(n)
		b.progress(b.read)
	}
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		b.err = err
	}
	return n, err
}

// causeOf gives why a context ended, if it did, else the error.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
