package finding

import (
	"cmp"
	"slices"
)

// Sort orders findings by real risk and numbers their Risk.Rank from 1: open
// before accepted, then known exploited, exposed, running, likely to be
// exploited (EPSS), fixable, severe, and last by name so that the order is the
// same in every run.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int { return compare(&a, &b) })
	for i := range findings {
		findings[i].Risk.Rank = i + 1
	}
}

func compare(a, b *Finding) int {
	return cmp.Or(
		falseFirst(a.Status == Accepted, b.Status == Accepted),
		trueFirst(a.Risk.Exploited, b.Risk.Exploited),
		trueFirst(a.Risk.Exposed, b.Risk.Exposed),
		trueFirst(a.Risk.Running, b.Risk.Running),
		cmp.Compare(likelihood(b), likelihood(a)),
		trueFirst(a.Risk.Fixable, b.Risk.Fixable),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(b.Risk.EPSS, a.Risk.EPSS),
		cmp.Compare(a.Asset, b.Asset),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(packageName(a), packageName(b)),
		cmp.Compare(a.ID, b.ID),
	)
}

// likelihood puts EPSS into four steps, so that a tenth of a percent does not
// outweigh a fix or a severity: above 0.5, above 0.1, above 0.01, the rest.
func likelihood(f *Finding) int {
	switch {
	case f.Risk.EPSS > 0.5:
		return 3
	case f.Risk.EPSS > 0.1:
		return 2
	case f.Risk.EPSS > 0.01:
		return 1
	}
	return 0
}

func packageName(f *Finding) string {
	if f.Package == nil {
		return ""
	}
	return f.Package.Name
}

func trueFirst(a, b bool) int  { return falseFirst(b, a) }
func falseFirst(a, b bool) int { return boolRank(a) - boolRank(b) }

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
