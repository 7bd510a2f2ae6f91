package version

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// fragments are what random versions of a scheme are put together from.
var fragments = map[Scheme]string{
	Dpkg:        "0 1 9 10 01 a b rc Z . . - ~ + : ~bpo deb12u1 ubuntu1",
	RPM:         "0 1 9 10 01 a b rc Z . . - - ~ ^ _ + : el9 git",
	APK:         "0 1 9 10 01 a b . . _alpha _beta _pre _rc _p _git _x ~0f3e -r0 -r1 - $",
	SemVer:      "-0 -1 -10 -9 -a -b -rc.1 -rc.10 -1a .0 .1 .9 .a .A + +b - rc x",
	SemVerBuild: "-0 -1 -10 -9 -a -b -rc.1 -rc.10 .0 .1 .9 .a .A + +b +1 +10 - rc x",
	Go:          "-0 -1 -10 -9 -a -b -rc.1 -rc.10 .0 .1 .9 .a +incompatible - rc2 -0.20240131120000-0123456789ab",
	Bitnami:     "-0 -1 -10 -9 -a -rc1 -rc.10 .0 .1 .a +b - rc",
	NuGet:       "-0 -1 -10 -9 -a -B -rc.1 -RC.10 .0 .1 .A .b + - 3000000000",
	PEP440:      "0 1 9 10 01 a b c rc alpha beta pre preview post rev r dev . . - _ + ! x final",
	Maven:       "0 1 9 10 01 a b m x alpha beta milestone rc cr ga Final release sp SNAPSHOT foo . . - _",
	RubyGems:    "0 1 9 10 01 a b rc A pre . . . -",
	Composer:    "0 1 9 10 01 a b rc RC alpha beta p pl patch stable dev x 2024 20240131 . . . - - _ @beta +b",
	CRAN:        ".0 .1 .9 .10 .01 -0 -1 -10 . -",
	Hackage:     "0 1 9 10 01 . . .",
}

// randomVersion returns a version that mostly begins like a real one.
func randomVersion(r *rand.Rand, s Scheme) string {
	parts := strings.Fields(fragments[s])
	var b strings.Builder
	beginnings := []string{"1.0.0", "1.2.3", "1.10.0", "1", "1.0", ""}
	switch s {
	case SemVer, SemVerBuild, Go, Bitnami, NuGet:
		beginnings = []string{"1.0.0", "1.2.3", "1.10.0", "0.0.0", "v1.0.0"}
	}
	b.WriteString(beginnings[r.IntN(len(beginnings))])
	for range 1 + r.IntN(5) {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}

// randomPair returns two versions, half of the time ones that share a prefix.
func randomPair(r *rand.Rand, s Scheme) pair {
	p := pair{randomVersion(r, s), randomVersion(r, s)}
	if r.IntN(2) == 0 {
		parts := strings.Fields(fragments[s])
		p.b = p.a[:1+r.IntN(len(p.a))] + parts[r.IntN(len(parts))]
	}
	return p
}

// TestAgainstTools compares random pairs with the real tools.
func TestAgainstTools(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: starts the real tools; run without -short")
	}
	for _, o := range oracles {
		t.Run(o.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			n := 3000
			if o.scheme == Dpkg {
				n = 300 // two processes for each
			}
			pairs := make([]pair, n)
			for i := range pairs {
				pairs[i] = randomPair(r, o.scheme)
			}
			verdicts := o.judge(t, pairs)
			for i, p := range pairs {
				o.check(t, p, verdicts[i])
			}
			if refused := strings.Count(strings.Join(verdicts, ""), "!"); refused > n*9/10 {
				t.Errorf("the tool refused %d of %d pairs: the test is weak", refused, n)
			}
		})
	}
}

// TestOrderIsTotal checks on random triples that every scheme orders.
func TestOrderIsTotal(t *testing.T) {
	for s := range fragments {
		t.Run(s.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			for range 10000 {
				p := randomPair(r, s)
				checkOrder(t, s, p.a, p.b, randomPair(r, s).b)
			}
		})
	}
}

// checkOrder checks that s puts a, b and c in one order.
func checkOrder(t *testing.T, s Scheme, a, b, c string) {
	t.Helper()
	for _, v := range [...]string{a, b, c} {
		if !s.Valid(v) {
			return
		}
		if got := verdict(s, pair{v, v}); got != "=" {
			t.Errorf("%q %s itself", v, got)
		}
	}
	ab, bc, ac := mustCompare(t, s, a, b), mustCompare(t, s, b, c), mustCompare(t, s, a, c)
	if ba := mustCompare(t, s, b, a); ba != -ab {
		t.Errorf("%q and %q: %d, and %d the other way", a, b, ab, ba)
	}
	if s == Maven && !isPlainMaven(a, b, c) {
		return // ComparableVersion has 1.0.rc. < 1 < 1.foo < 1.0.rc.
	}
	if ab*bc >= 0 && ac != max(-1, min(ab+bc, 1)) {
		t.Errorf("no order: %q to %q %d, to %q %d, first to last %d", a, b, ab, c, bc, ac)
	}
}

// isPlainMaven reports whether all versions are numbers and one qualifier.
func isPlainMaven(versions ...string) bool {
	for _, v := range versions {
		if !plainMaven.MatchString(v) {
			return false
		}
	}
	return true
}

var plainMaven = regexp.MustCompile(`^[1-9][0-9]*(\.[0-9]+)*(-?[A-Za-z]+[0-9]*)?$`)

// mustCompare returns -1, 0 or 1.
func mustCompare(t *testing.T, s Scheme, a, b string) int {
	t.Helper()
	c, err := s.Compare(a, b)
	if err != nil {
		t.Fatalf("%q and %q are valid alone but: %v", a, b, err)
	}
	return max(-1, min(c, 1))
}
