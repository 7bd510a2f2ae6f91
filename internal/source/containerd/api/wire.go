package api

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// request is a message whose field 1 is a string or a list of one string. All
// requests that are sent are such messages.
func request(value string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), value)
}

// key is a field's number and its type on the wire. A field of another type than
// expected is an unknown one.
type key struct {
	number protowire.Number
	kind   protowire.Type
}

// field is one field of a message, see
// https://protobuf.dev/programming-guides/encoding/.
type field struct {
	key
	varint uint64 // of VarintType
	bytes  []byte // of BytesType, part of the message
}

// decode gives every field of a message to set, which takes those that it knows.
func decode(message []byte, set func(field) error) error {
	for len(message) > 0 {
		f, n := consume(message)
		if n < 0 {
			return fmt.Errorf("containerd's answer is not a message of its protocol: %w", protowire.ParseError(n))
		}
		if err := set(f); err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}

// consume gives the first field of a message and its length in bytes, or one of
// protowire's negative error codes.
func consume(message []byte) (field, int) {
	number, kind, tag := protowire.ConsumeTag(message)
	if tag < 0 {
		return field{}, tag
	}
	f, n := field{key: key{number, kind}}, 0
	switch kind {
	case protowire.VarintType:
		f.varint, n = protowire.ConsumeVarint(message[tag:])
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(message[tag:])
	default:
		n = protowire.ConsumeFieldValue(number, kind, message[tag:])
	}
	if n < 0 {
		return field{}, n
	}
	return f, tag + n
}

// nested takes the messages in a field.
func nested(number protowire.Number, set func(field) error) func(field) error {
	return func(f field) error {
		if f.key != (key{number, protowire.BytesType}) {
			return nil
		}
		return decode(f.bytes, set)
	}
}

// text takes the string in a field.
func text(number protowire.Number, into *string) func(field) error {
	return func(f field) error {
		if f.key != (key{number, protowire.BytesType}) {
			return nil
		}
		if !utf8.Valid(f.bytes) {
			return errors.New("containerd's answer has a text that is not UTF-8")
		}
		*into = string(f.bytes)
		return nil
	}
}

// integer takes the int64 in a field.
func integer(number protowire.Number, into *int64) func(field) error {
	return func(f field) error {
		if f.key == (key{number, protowire.VarintType}) {
			*into = int64(f.varint)
		}
		return nil
	}
}

// all gives a field to each, of which one may know it.
func all(sets ...func(field) error) func(field) error {
	return func(f field) error {
		for _, set := range sets {
			if err := set(f); err != nil {
				return err
			}
		}
		return nil
	}
}
