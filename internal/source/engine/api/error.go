package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// The kinds of Error that callers tell apart.
var (
	// ErrNotFound is a thing that the engine does not have.
	ErrNotFound = errors.New("not found")
	// ErrInvalid is a request that the engine does not understand: a name that is
	// none, or an API version that it does not speak.
	ErrInvalid = errors.New("invalid request")
)

// Error is an answer that is no success.
type Error struct {
	Path string
	// Status is the HTTP status.
	Status int
	// Message is what the engine says, shortened; "" if it says nothing.
	Message string
}

const (
	// maxErrorAnswer bounds what is read of an answer that is no success.
	maxErrorAnswer = 64 << 10
	// maxMessage bounds a message, in characters: a proxy may answer with a page.
	maxMessage = 500
)

func newError(path string, response *http.Response) *Error {
	e := &Error{Path: path, Status: response.StatusCode}
	if target := response.Header.Get("Location"); target != "" {
		e.Message = shorten("it points to " + target + ", which is not followed")
		return e
	}
	// What was read until the connection failed is still the best explanation.
	content, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorAnswer))
	var answer struct{ Message string }
	if err := json.Unmarshal(content, &answer); err != nil {
		answer.Message = string(content)
	}
	e.Message = shorten(answer.Message)
	return e
}

func shorten(message string) string {
	characters := []rune(strings.TrimSpace(message))
	if len(characters) > maxMessage {
		return string(characters[:maxMessage]) + "…"
	}
	return string(characters)
}

func (e *Error) Error() string {
	text := fmt.Sprintf("GET %s: the engine answers %d %s", e.Path, e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Is makes an Error one of the kinds above.
func (e *Error) Is(kind error) bool {
	switch kind {
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrInvalid:
		return e.Status == http.StatusBadRequest
	}
	return false
}
