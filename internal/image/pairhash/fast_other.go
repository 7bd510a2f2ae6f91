//go:build !amd64

package pairhash

func newFast() pair { return nil }
