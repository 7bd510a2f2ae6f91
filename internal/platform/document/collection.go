package document

import (
	"strconv"
	"strings"
)

// Items fills a list in, one element for each item. read gets the facts below
// the element. An item that is not resolved leaves an element of zeros whose
// facts are unknown.
func Items[T any](f Facts, path string, v Value, into *[]T, read func(f Facts, item Value) T) {
	if !f.collection(path, v, v.IsList(), "a list") {
		return
	}
	for _, item := range v.Items() {
		appendElement(f, path, item, into, read)
	}
}

// Pairs fills a list in, one element for each field of a mapping.
func Pairs[T any](f Facts, path string, v Value, into *[]T, read func(f Facts, name string, value Value) T) {
	if !f.collection(path, v, v.IsMapping(), "a mapping") {
		return
	}
	for _, field := range v.Fields() {
		Append(f, path, field.Key, into, func(f Facts) T { return read(f, field.Name, field.Value) })
	}
}

func appendElement[T any](f Facts, path string, item Value, into *[]T, read func(f Facts, item Value) T) {
	if item.IsUnresolved() {
		var none T
		f.Unresolved(Index(path, len(*into)), item)
		*into = append(*into, none)
		return
	}
	Append(f, path, item, into, func(f Facts) T { return read(f, item) })
}

// Append fills in one more element of a list, written at place.
func Append[T any](f Facts, path string, place Value, into *[]T, read func(f Facts) T) {
	at := Index(path, len(*into))
	f.Explicit(at, place)
	*into = append(*into, read(f.Under(at+".")))
}

// Index is the path of an element of a list.
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// Key is the path of an entry of a map.
func Key(path, key string) string { return path + "[" + strconv.Quote(key) + "]" }

// Map fills a map of texts in.
func (f Facts) Map(path string, v Value, into *map[string]string) {
	if !f.collection(path, v, v.IsMapping(), "a mapping") {
		return
	}
	texts := map[string]string{}
	for _, field := range v.Fields() {
		f.Explicit(Key(path, field.Name), field.Value)
		if field.Value.Exists() && !field.Value.IsScalar() {
			f.Wrong(Key(path, field.Name), field.Value, "a text")
		}
		texts[field.Name] = field.Value.Text()
	}
	*into = texts
}

// collection notes a list or mapping and whether there is one to read.
func (f Facts) collection(path string, v Value, right bool, want string) bool {
	switch {
	case !v.Exists():
		return false
	case !right:
		f.Wrong(path, v, want)
		return false
	}
	if _, noted := f.Origins[f.Prefix+path]; !noted {
		f.Explicit(path, v)
	}
	return true
}

// Fold gives the value of the last key that is the name when case and
// underscores are left aside, and how many there are. Go's JSON decoder, which
// the Docker engine reads requests with, ignores case and lets the last one win.
func (v Value) Fold(name string) (value Value, count int) {
	if !v.IsMapping() {
		return Value{}, 0
	}
	content := v.real().Content
	for i := 0; i+1 < len(content); i += 2 {
		if sameName(content[i].Value, name) {
			value, count = v.child(content[i].Value, content[i+1]), count+1
		}
	}
	if count > 0 {
		return value, count
	}
	for _, field := range v.Fields() { // also those that a merge brings in
		if sameName(field.Name, name) {
			return field.Value, 1
		}
	}
	return Value{}, 0
}

func sameName(a, b string) bool {
	return strings.EqualFold(a, b) || strings.EqualFold(strings.ReplaceAll(a, "_", ""), strings.ReplaceAll(b, "_", ""))
}
