package vuln

import (
	"io"
	"sync"

	"seawall/internal/mapped"
	"seawall/internal/vuln/store"
)

// lazy is a part of the database that is mapped when it is first needed: most
// checks need few of them. A nil lazy gives the zero value.
type lazy[T io.Closer] struct {
	part *store.Part
	read func(*mapped.File) (T, error)

	once  sync.Once
	value T
	err   error
}

func (l *lazy[T]) get() (value T, err error) {
	if l == nil {
		return value, nil
	}
	l.once.Do(func() { l.value, l.err = l.open() })
	return l.value, l.err
}

func (l *lazy[T]) open() (value T, err error) {
	file, err := l.part.Map()
	if err != nil {
		return value, err
	}
	if value, err = l.read(file); err != nil {
		file.Close()
	}
	return value, err
}

func (l *lazy[T]) close() error {
	if l == nil {
		return nil
	}
	unused := false
	l.once.Do(func() { unused = true })
	switch {
	case unused:
		return l.part.Close()
	case l.err == nil:
		return l.value.Close()
	}
	return nil // what failed to open is closed
}
