// Package grpc calls methods of gRPC services over a Unix socket. It is the
// client's half of the protocol on top of net/http's HTTP/2, without encryption
// and compression: one request message, and one answer or a stream of them.
//
// What crosses the wire is described in gRPC over HTTP2,
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. The messages
// themselves are bytes here.
package grpc

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	connectTimeout = 10 * time.Second
	userAgent      = "grpc-seawall"
	contentType    = "application/grpc"
	// authority is what stands for a host where there is only a socket.
	authority = "localhost"
	// maxHeaders bounds the headers of an answer, and its trailers, in bytes.
	maxHeaders = 64 << 10
	// streamWindow is how much a server may send ahead in one call, in bytes:
	// two of the pieces in which containerd sends content.
	streamWindow = 2 << 20
	// frameSize is that of HTTP/2's frames, in bytes.
	frameSize = 64 << 10
)

// Conn is one connection to a server. Calls may run at the same time.
type Conn struct{ http *http.ClientConn }

// Dial connects to the socket at a path. That no gRPC is spoken there may show
// only in the first call.
func Dial(ctx context.Context, path string) (*Conn, error) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{
		Protocols: &protocols, DisableCompression: true, MaxResponseHeaderBytes: maxHeaders,
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: streamWindow, MaxReadFrameSize: frameSize},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, "unix", path)
		},
	}
	conn, err := transport.NewClientConn(ctx, "http", authority+":80")
	if err != nil {
		return nil, err // it names the socket
	}
	return &Conn{conn}, nil
}

// Close ends the connection and the calls that still run.
func (c *Conn) Close() error { return c.http.Close() }

// Unary calls a method that has one answer. The method is
// /PACKAGE.SERVICE/METHOD. The error is an *Error if the server gives one.
func (c *Conn) Unary(ctx context.Context, method string, metadata http.Header, request []byte) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Stream(ctx, method, metadata, request)
	if err != nil {
		return nil, err
	}
	return stream.single()
}

// Stream calls a method that answers with any number of messages. The call
// begins with the first Next, and ends with its last message or with ctx, which
// the caller has to cancel to give up earlier.
func (c *Conn) Stream(ctx context.Context, method string, metadata http.Header, request []byte) (*Stream, error) {
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+authority+method, bytes.NewReader(frame(request)))
	if err != nil {
		return nil, fmt.Errorf("%q is not the name of a method: %w", method, err)
	}
	for name, values := range metadata {
		call.Header[name] = values
	}
	call.Header.Set("Content-Type", contentType)
	call.Header.Set("User-Agent", userAgent)
	call.Header.Set("Te", "trailers")
	if deadline, ok := ctx.Deadline(); ok {
		call.Header.Set("Grpc-Timeout", timeout(time.Until(deadline)))
	}
	return &Stream{conn: c, request: call}, nil
}

// timeout writes a time as the header grpc-timeout has it: up to 8 digits and a
// unit. It rounds up, so that it is the client whose time ends first.
func timeout(left time.Duration) string {
	const most = 99_999_999
	left = max(left, 1)
	for _, unit := range []struct {
		name string
		time.Duration
	}{{"n", time.Nanosecond}, {"u", time.Microsecond}, {"m", time.Millisecond}, {"S", time.Second}} {
		if count := (left-1)/unit.Duration + 1; count <= most {
			return strconv.FormatInt(int64(count), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64((left-1)/time.Hour+1), 10) + "H"
}
