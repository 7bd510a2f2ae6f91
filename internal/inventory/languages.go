package inventory

import (
	"slices"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/golang"
	"seawall/internal/inventory/java"
	"seawall/internal/inventory/npm"
	"seawall/internal/inventory/pypi"
)

// language is a package manager that is independent of the distribution.
type language struct {
	analyzers func() []image.Analyzer
	decode    func(analyzer, path string, layer int, data []byte) ([]asset.Package, error)
}

var languages = []language{
	{npm.Analyzers, npm.Decode},
	{pypi.Analyzers, pypi.Decode},
	{golang.Analyzers, golang.Decode},
	{java.Analyzers, java.Decode},
}

// languagePackages decodes what the languages' analyzers kept.
func (c *collector) languagePackages() []asset.Package {
	kept := map[string][]asset.Package{}
	for _, l := range languages {
		for _, analyzer := range l.analyzers() {
			for r := range c.tree.Results(analyzer.Name) {
				packages, err := l.decode(analyzer.Name, r.Path, r.Layer, r.Data)
				c.note(r, err)
				kept[analyzer.Name] = append(kept[analyzer.Name], packages...)
			}
		}
	}
	// A lockfile says what would be installed; what is installed wins.
	kept[npm.ManifestAnalyzer] = npm.Reconcile(kept[npm.ManifestAnalyzer], kept[npm.LockAnalyzer])
	delete(kept, npm.LockAnalyzer)

	var packages []asset.Package
	for _, l := range languages {
		for _, analyzer := range l.analyzers() {
			packages = slices.Concat(packages, kept[analyzer.Name])
		}
	}
	return packages
}
