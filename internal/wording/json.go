package wording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

// JSON says what is wrong with a JSON document, where encoding/json says how it
// fails to fit a type of the program. Other errors stay as they are.
func JSON(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("%w (byte %d)", JSONPart(err), kind.Offset)
	case errors.As(err, &syntax):
		return fmt.Errorf("%s (byte %d)", Cut(syntax.Error()), syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the document ends too early: %w", err)
	}
	return JSONPart(err)
}

// JSONPart does the same for a part of a document that was decoded on its own,
// where encoding/json does not know the byte in the whole.
func JSONPart(err error) error {
	var kind *json.UnmarshalTypeError
	var date *time.ParseError
	switch {
	case errors.As(err, &kind):
		what := "it"
		if kind.Field != "" {
			what = "field " + Cut(kind.Field)
		}
		return fmt.Errorf("%s is %s where %s was expected", what, found(kind.Value), expected(kind.Type))
	case errors.As(err, &date):
		return fmt.Errorf("%q is no time such as 2027-03-31T12:00:00Z", Cut(strings.Trim(date.Value, `"`)))
	case strings.Contains(err.Error(), "Time.UnmarshalJSON"): // no type of its own
		return errors.New("something else than a string stands where a time was expected")
	}
	return err
}

// found names a value as encoding/json does: "string", "number 1.5".
func found(value string) string {
	kind, text, _ := strings.Cut(value, " ")
	switch {
	case kind == "number" && text != "":
		return "the number " + Cut(text)
	case kind == "bool":
		return "true or false"
	case kind == "array":
		return "a list"
	case kind == "object":
		return "an object"
	}
	return "a " + kind
}

// expected names the JSON that a type is read from.
func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number within bounds"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "something else"
}
