package document

import (
	"fmt"
	"strconv"

	"seawall/internal/asset"
)

// Facts notes where each fact of one asset comes from while a codec fills it in.
// A value of a wrong type makes its own fact unknown and no other.
type Facts struct {
	// Origins are by the fact's CEL path, below Prefix.
	Origins map[string]asset.Origin
	// Prefix stands before every path: "containers[0].".
	Prefix string
}

// Under gives the same facts with a longer prefix.
func (f Facts) Under(prefix string) Facts {
	return Facts{f.Origins, f.Prefix + prefix}
}

// Note says where a fact comes from.
func (f Facts) Note(path string, origin asset.Origin) { f.Origins[f.Prefix+path] = origin }

// Explicit says that a fact is written as the value.
func (f Facts) Explicit(path string, v Value) { f.Note(path, v.Origin(asset.Explicit)) }

// Default says that nothing is written where the platform has a default. The
// place is where the fact could be written.
func (f Facts) Default(path string, place Value) { f.Note(path, place.Origin(asset.PlatformDefault)) }

// Inexpressible says of facts that the platform has no word for them.
func (f Facts) Inexpressible(reason string, paths ...string) {
	for _, path := range paths {
		f.Note(path, asset.Origin{Kind: asset.Inexpressible, Reason: reason})
	}
}

// Text fills a fact in with a scalar as written. Like the others below it leaves
// the fact as it is if the value does not exist, and unknown if it is of another
// type.
func (f Facts) Text(path string, v Value, into *string) {
	fill(f, path, v, into, "a text", func() (string, bool) { return v.Text(), v.IsScalar() })
}

// Texts fills a fact in with the scalars of a list, or with one that stands for a
// list of one. An item that is no scalar is unknown by itself.
func (f Facts) Texts(path string, v Value, into *[]string) {
	fill(f, path, v, into, "a list of texts", func() ([]string, bool) { return v.Texts(), v.IsScalar() || v.IsList() })
	for i, item := range v.Items() {
		if !item.IsScalar() {
			f.Wrong(path+"["+strconv.Itoa(i)+"]", item, "a text")
		}
	}
}

// Bool fills a fact in with a truth value, as Value.Bool reads it.
func (f Facts) Bool(path string, v Value, into *bool) {
	fill(f, path, v, into, "true or false", v.Bool)
}

// Int fills a fact in with a whole number, as Value.Int reads it.
func (f Facts) Int(path string, v Value, into *int64) {
	fill(f, path, v, into, "a whole number", v.Int)
}

// Float fills a fact in with a number.
func (f Facts) Float(path string, v Value, into *float64) {
	fill(f, path, v, into, "a number", v.Float)
}

// Parsed fills a fact in from a text that has a form of its own.
func Parsed[T any](f Facts, path string, v Value, into *T, want string, parse func(string) (T, error)) {
	fill(f, path, v, into, want, func() (T, bool) {
		parsed, err := parse(v.Text())
		return parsed, v.IsScalar() && err == nil
	})
}

func fill[T any](f Facts, path string, v Value, into *T, want string, read func() (T, bool)) {
	if !v.Exists() {
		return
	}
	value, ok := read()
	if !ok || v.IsUnresolved() {
		f.Wrong(path, v, want)
		return
	}
	*into = value
	f.Explicit(path, v)
}

func wrongType(v Value, want string) string {
	return fmt.Sprintf("line %d has %s where %s is expected", v.Line(), v.Kind(), want)
}
