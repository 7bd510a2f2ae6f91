package api

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a version of the API, as 1.45. Zero is one that is not known.
type Version struct{ Major, Minor int }

// The versions that this client speaks: from Docker 19.03 to the one that the
// types of github.com/moby/moby/api describe.
var (
	oldest = Version{1, 40}
	newest = Version{1, 56}
)

// ParseVersion reads MAJOR.MINOR, with or without a "v" before it.
func ParseVersion(text string) (Version, error) {
	major, minor, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "v"), ".")
	a, errA := strconv.ParseUint(major, 10, 16)
	b, errB := strconv.ParseUint(minor, 10, 16)
	if errA != nil || errB != nil || a == 0 {
		return Version{}, fmt.Errorf("%q is not a version of the engine's API, write MAJOR.MINOR as in %s", text, newest)
	}
	return Version{int(a), int(b)}, nil
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Before reports whether v is older than other.
func (v Version) Before(other Version) bool {
	return v.Major < other.Major || v.Major == other.Major && v.Minor < other.Minor
}

// negotiate chooses the newest version that both sides speak. Engines keep to
// the older versions of the API. One that offers none is asked without.
func negotiate(offer string) (Version, error) {
	if offer == "" {
		return Version{}, nil
	}
	engine, err := ParseVersion(offer)
	switch {
	case err != nil:
		return Version{}, fmt.Errorf("what answers is not a container engine: %w", err)
	case engine.Before(oldest):
		return Version{}, fmt.Errorf("the engine speaks version %s of its API, and at least %s (Docker 19.03) is needed: update it", engine, oldest)
	case newest.Before(engine):
		return newest, nil
	}
	return engine, nil
}
