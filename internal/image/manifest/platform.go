package manifest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Platform is what an image runs on. A zero Variant means any.
type Platform struct{ OS, Architecture, Variant string }

// ParsePlatform reads OS/ARCHITECTURE[/VARIANT], for example "linux/arm64" or
// "linux/arm/v7"; "" stands for Linux on this machine's processor. The names
// that other tools use for processors (x86_64, aarch64 …) are understood.
func ParsePlatform(text string) (Platform, error) {
	if text == "" {
		return Platform{OS: "linux", Architecture: runtime.GOARCH}, nil
	}
	parts := strings.Split(strings.ToLower(text), "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
		return Platform{}, fmt.Errorf("%q is not a platform, write OS/ARCHITECTURE[/VARIANT], for example linux/arm64", text)
	}
	p := Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p.normalize(), nil
}

// normalize spells a platform in one way: Go's names, and no variant for
// arm64's v8 and amd64's v1, which are what the plain names mean.
func (p Platform) normalize() Platform {
	switch p.Architecture {
	case "x86_64", "x86-64":
		p.Architecture = "amd64"
	case "i386", "i686":
		p.Architecture = "386"
	case "aarch64":
		p.Architecture = "arm64"
	case "armhf":
		p.Architecture, p.Variant = "arm", "v7"
	case "armel":
		p.Architecture, p.Variant = "arm", "v6"
	}
	if p.Architecture == "arm64" && p.Variant == "v8" || p.Architecture == "amd64" && p.Variant == "v1" {
		p.Variant = ""
	}
	return p
}

// String gives OS/ARCHITECTURE[/VARIANT].
func (p Platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// Accepts tells if an image for the platform have runs where p is asked for.
func (p Platform) Accepts(have Platform) bool { return p.normalize().rank(have) >= 0 }

// armVariants are the 32-bit ARM versions, each able to run what follows it.
var armVariants = []string{"v8", "v7", "v6", "v5"}

// rank says how well an image for the platform have serves: 0 is best, -1 not
// at all. A machine runs older ARM versions; where no variant is asked for the
// plain image is better than one for newer processors.
func (p Platform) rank(have Platform) int {
	have = have.normalize()
	if p.OS != have.OS || p.Architecture != have.Architecture {
		return -1
	}
	if p.Variant == have.Variant {
		return 0
	}
	if p.Architecture == "arm" {
		return p.rankARM(have.Variant)
	}
	if p.Variant == "" || have.Variant == "" {
		return 1
	}
	return -1
}

func (p Platform) rankARM(have string) int {
	want, got := slices.Index(armVariants, p.Variant), slices.Index(armVariants, have)
	if p.Variant == "" {
		want = 0
	}
	if have == "" {
		return len(armVariants)
	}
	if want < 0 || got < want {
		return -1
	}
	return 1 + got - want
}

func platformOf(p *v1.Platform) Platform {
	return Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}.normalize()
}
