package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"seawall/internal/asset"
)

// identity says in a few lines what was examined.
func (t *terminal) identity(a *Asset) {
	if a.Image != nil {
		t.field("image", span{plain, cmp.Or(a.Image.Digest, a.Image.ID)})
		t.field("built", span{plain, imageFacts(a.Image)})
	}
	if a.Distribution != nil {
		t.field("system", t.system(a.Distribution)...)
	}
	t.field("holds", span{plain, contentFacts(a)})
	if a.Source != "" {
		t.field("from", span{plain, a.Source})
	}
}

// field writes a labelled line; the values stand below each other, and a
// digest just fits into 80 columns.
func (t *terminal) field(label string, value ...span) {
	const indent, labelWidth = 2, 7
	t.flow(indent, indent+labelWidth, append([]span{{plain, padded(label, labelWidth)}}, value...)...)
}

func imageFacts(i *Image) string {
	facts := []string{}
	// The epoch is what reproducible builds write; it says nothing.
	if i.Created.Unix() > 0 {
		facts = append(facts, i.Created.UTC().Format(time.DateOnly))
	}
	return strings.Join(append(facts, i.Platform), ", ")
}

func (t *terminal) system(d *asset.Distribution) []span {
	name := cmp.Or(d.PrettyName, strings.TrimSpace(d.ID+" "+d.VersionID), "unknown")
	end, err := time.Parse(time.DateOnly, d.EndOfLife)
	switch {
	case err != nil:
		return []span{{plain, name}}
	case t.d.Created.After(end.AddDate(0, 0, 1)):
		return []span{{plain, name + ", "}, {boldRed, "no security support since " + d.EndOfLife}}
	}
	return []span{{plain, name + ", security support until " + d.EndOfLife}}
}

func contentFacts(a *Asset) string {
	facts := []string{count(len(a.Packages), "package") + packageTypes(a.Packages)}
	if len(a.Packages) == 0 && a.Status == Complete {
		facts[0] = "no package database: nothing was installed with a package manager"
	}
	if a.Image != nil && a.Image.Size > 0 {
		facts = append(facts, fileSize(a.Image.Size))
	}
	if len(a.Layers) > 0 {
		facts = append(facts, count(len(a.Layers), "layer")+layerOrigins(a.Layers))
	}
	return strings.Join(facts, ", ")
}

func packageTypes(packages []Package) string {
	counts := map[string]int{}
	for _, p := range packages {
		counts[p.Type]++
	}
	types := make([]string, 0, len(counts))
	for name := range counts {
		types = append(types, name)
	}
	slices.SortFunc(types, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for i, name := range types {
		types[i] = together(fmt.Sprintf("%d %s", counts[name], name))
	}
	if len(types) == 0 {
		return ""
	}
	return " (" + strings.Join(types, ", ") + ")"
}

func layerOrigins(layers []asset.Layer) string {
	base, own := 0, 0
	for _, l := range layers {
		switch l.Base {
		case asset.FromBase:
			base++
		case asset.Own:
			own++
		}
	}
	if base+own < len(layers) {
		return ""
	}
	return together(fmt.Sprintf(" (%d base, %d own)", base, own))
}

// fileSize writes bytes with three digits and a decimal unit, as registries do.
func fileSize(bytes int64) string {
	value, unit := float64(bytes), 0
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB", "EB"}
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	if unit == 0 || value >= 99.95 {
		return together(fmt.Sprintf("%.0f %s", value, units[unit]))
	}
	return together(fmt.Sprintf("%.1f %s", value, units[unit]))
}
