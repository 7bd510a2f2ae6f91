package grpc

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// ErrNotFound is what an Error of the code NotFound is.
var ErrNotFound = errors.New("not found")

const (
	statusHeader  = "Grpc-Status"
	messageHeader = "Grpc-Message"
	// maxText bounds what a server says about a failure, in bytes.
	maxText = 500
)

// Code is the kind of a failure:
// https://github.com/grpc/grpc/blob/master/doc/statuscodes.md.
type Code uint32

// The codes that are told apart here.
const (
	success          Code = 0
	canceled         Code = 1
	unknown          Code = 2
	deadlineExceeded Code = 4
	notFound         Code = 5
	permissionDenied Code = 7
	unimplemented    Code = 12
	internal         Code = 13
	unavailable      Code = 14
	unauthenticated  Code = 16
)

var codeNames = [...]string{
	"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
	"ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
}

func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("Code(%d)", uint32(c))
}

// Error is a failure that the server reports.
type Error struct {
	Code Code
	// Message is what the server says, shortened; "" if it says nothing.
	Message string
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code.String()
	}
	return e.Code.String() + ": " + e.Message
}

// Is makes an Error ErrNotFound, context.DeadlineExceeded or context.Canceled.
func (e *Error) Is(kind error) bool {
	switch kind {
	case ErrNotFound:
		return e.Code == notFound
	case context.DeadlineExceeded:
		return e.Code == deadlineExceeded
	case context.Canceled:
		return e.Code == canceled
	}
	return false
}

// outcome tells how a call ended: io.EOF if well. It is in the trailers, or in the
// headers where nothing else was sent.
func outcome(response *http.Response) error {
	from := response.Trailer
	if from.Get(statusHeader) == "" {
		from = response.Header
	}
	said := from.Get(statusHeader)
	if said == "" {
		return fmt.Errorf("the server ends its answer without a status: %w", io.ErrUnexpectedEOF)
	}
	code, err := strconv.ParseUint(said, 10, 32)
	if err != nil {
		return &Error{Code: unknown, Message: fmt.Sprintf("the server ends its answer with the status %.20q", said)}
	}
	if Code(code) == success {
		return io.EOF
	}
	return &Error{Code: Code(code), Message: decodeText(from.Get(messageHeader))}
}

// decodeText undoes the percent-encoding of a message. What is not encoded
// correctly is taken as it is, as the protocol asks for.
func decodeText(encoded string) string {
	var decoded strings.Builder
	for i := 0; i < len(encoded) && decoded.Len() < maxText; i++ {
		if encoded[i] == '%' && i+2 < len(encoded) {
			if b, err := hex.DecodeString(encoded[i+1 : i+3]); err == nil {
				decoded.Write(b)
				i += 2
				continue
			}
		}
		decoded.WriteByte(encoded[i])
	}
	return strings.ToValidUTF8(decoded.String(), "\uFFFD")
}

// codeOfHTTP is the code of an answer that is no success of HTTP and has no
// status of gRPC: https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md.
func codeOfHTTP(status int) Code {
	switch status {
	case http.StatusBadRequest:
		return internal
	case http.StatusUnauthorized:
		return unauthenticated
	case http.StatusForbidden:
		return permissionDenied
	case http.StatusNotFound:
		return unimplemented
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return unavailable
	}
	return unknown
}
