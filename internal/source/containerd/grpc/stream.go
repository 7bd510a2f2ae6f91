package grpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Stream is the answer to a call, message by message.
type Stream struct {
	conn     *Conn
	request  *http.Request
	response *http.Response
	message  bytes.Buffer
	err      error
}

// Next gives the next message, valid until the following Next. The error is
// io.EOF after the last one, an *Error if the server says that it failed, and the
// cause of the context's end if that came first. An error stays.
func (s *Stream) Next() ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	message, err := s.next()
	if err != nil {
		s.err = s.explain(err)
		return nil, s.err
	}
	return message, nil
}

func (s *Stream) next() ([]byte, error) {
	if s.response == nil {
		response, err := s.conn.http.RoundTrip(s.request)
		if err != nil {
			return nil, fmt.Errorf("no answer: %w", err) // never io.EOF itself, which is a good end
		}
		s.response = response
		if err := checkHeaders(response); err != nil {
			return nil, err
		}
	}
	message, err := readMessage(s.response.Body, &s.message)
	if err == io.EOF {
		return nil, outcome(s.response)
	}
	return message, err
}

// explain prefers the reason why the caller gave up to what HTTP/2 makes of it.
func (s *Stream) explain(err error) error {
	var said *Error
	if errors.As(err, &said) || err == io.EOF {
		return err
	}
	ctx := s.request.Context()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	// The server was told the deadline, and may give up before our timer rings.
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return fmt.Errorf("%s: %w", s.request.URL.Path, err)
}

// checkHeaders wants an answer in gRPC. What else answers may be a proxy.
func checkHeaders(response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		if response.Header.Get(statusHeader) != "" {
			return outcome(response)
		}
		return &Error{Code: codeOfHTTP(response.StatusCode), Message: "the server answers with the HTTP status " + response.Status}
	}
	kind := response.Header.Get("Content-Type")
	if rest, ok := strings.CutPrefix(kind, contentType); !ok || rest != "" && rest[0] != '+' && rest[0] != ';' {
		return fmt.Errorf("the server answers with the content type %q, which is not gRPC", kind)
	}
	return nil
}

// single gives the answer of a call that has one.
func (s *Stream) single() ([]byte, error) {
	message, err := s.Next()
	if err == io.EOF {
		return nil, fmt.Errorf("%s: the server reports success and sends no answer", s.request.URL.Path)
	}
	if err != nil {
		return nil, err
	}
	message = bytes.Clone(message)
	_, err = s.Next()
	if err == nil {
		return nil, fmt.Errorf("%s: the server sends more than one answer", s.request.URL.Path)
	}
	if err != io.EOF {
		return nil, err
	}
	return message, nil
}
