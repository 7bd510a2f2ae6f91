package inventory

import (
	"cmp"
	"slices"

	"seawall/internal/asset"
)

// mergeDuplicates joins packages of the same purl to one with all locations
// and sorts by type, name, version and purl. An instance that is matched wins
// over one that is not: a library that a distribution patches in one place is
// still to be looked up for the other.
func mergeDuplicates(packages []asset.Package) []asset.Package {
	slices.SortStableFunc(packages, func(a, b asset.Package) int {
		return cmp.Or(
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.PURL, b.PURL),
			compareMatched(a, b), comparePlace(a, b),
		)
	})
	merged := packages[:0]
	known := map[asset.Location]bool{}
	for _, p := range packages {
		if last := len(merged) - 1; last >= 0 && isSame(merged[last], p) {
			absorb(&merged[last], p, known)
			continue
		}
		clear(known)
		for _, location := range p.Locations {
			known[location] = true
		}
		p.Locations = slices.Clip(p.Locations)
		merged = append(merged, p)
	}
	return merged
}

func isSame(a, b asset.Package) bool {
	return a.Type == b.Type && a.Name == b.Name && a.Version == b.Version && a.PURL == b.PURL
}

// compareMatched puts matched packages first, then those that no other owns.
func compareMatched(a, b asset.Package) int {
	rank := func(p asset.Package) int {
		switch {
		case p.Ecosystem != "":
			return 0
		case p.OwnedBy == "":
			return 1
		}
		return 2
	}
	return cmp.Compare(rank(a), rank(b))
}

func comparePlace(a, b asset.Package) int {
	return slices.CompareFunc(a.Locations, b.Locations, func(a, b asset.Location) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Layer, b.Layer))
	})
}

// absorb adds what another instance of the same package tells. known are the
// package's locations.
func absorb(p *asset.Package, other asset.Package, known map[asset.Location]bool) {
	for _, location := range other.Locations {
		if !known[location] {
			known[location] = true
			p.Locations = append(p.Locations, location)
		}
	}
	if len(p.Licenses) == 0 {
		p.Licenses = other.Licenses
	}
	p.Supplier = cmp.Or(p.Supplier, other.Supplier)
	p.Checksum = cmp.Or(p.Checksum, other.Checksum)
	p.Dev = p.Dev && other.Dev
}
