package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// fileFindings are the open findings in one file, the most urgent first.
type fileFindings struct {
	path     string
	findings []*finding.Finding
}

// findingsByFile groups the open findings that stand in real files by these.
// The file with the most urgent one comes first.
func findingsByFile(d *Document) []*fileFindings {
	inFile := map[string]bool{}
	for i := range d.Assets {
		inFile[d.Assets[i].ID] = d.Assets[i].Source == SourceFile
	}
	var files []*fileFindings
	byPath := map[string]*fileFindings{}
	for i := range d.Findings {
		f := &d.Findings[i]
		if !inFile[f.Asset] || f.Status == finding.Accepted {
			continue
		}
		path := ""
		if f.Location != nil {
			path = f.Location.Path
		}
		if byPath[path] == nil {
			byPath[path] = &fileFindings{path: path}
			files = append(files, byPath[path])
		}
		byPath[path].findings = append(byPath[path].findings, f)
	}
	return files
}

// files counts the files that were checked.
func files(d *Document) int {
	n := 0
	for i := range d.Assets {
		if d.Assets[i].Kind == asset.KindFile {
			n++
		}
	}
	return n
}

// onlyFiles is true if nothing but files was checked.
func onlyFiles(d *Document) bool {
	isOther := func(a Asset) bool { return a.Source != SourceFile }
	return len(d.Assets) > 0 && !slices.ContainsFunc(d.Assets, isOther)
}

// formats says how many files of each format were checked, the most frequent first:
// "9 Kubernetes manifests, 1 Dockerfile".
func formats(d *Document) string {
	counts := map[string]int{}
	for i := range d.Assets {
		if a := &d.Assets[i]; a.Kind == asset.KindFile {
			counts[cmp.Or(a.Format, "unreadable file")]++
		}
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for i, name := range names {
		names[i] = count(counts[name], name)
	}
	return strings.Join(names, ", ")
}

// place is where in its file a finding stands: "12:5", "12", or "" for the whole file.
func place(l *finding.Location) string {
	switch {
	case l == nil || l.Line <= 0:
		return ""
	case l.Column <= 0:
		return fmt.Sprint(l.Line)
	}
	return fmt.Sprintf("%d:%d", l.Line, l.Column)
}

// headline is what is wrong, in one sentence: a rule's title says what should be.
func headline(f *finding.Finding) string {
	if f.Kind == finding.Misconfiguration && len(f.Evidence) > 0 {
		return cmp.Or(f.Evidence[0].What, f.Title)
	}
	return f.Title
}
