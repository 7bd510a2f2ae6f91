package inventory

import (
	"fmt"
	"slices"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/apk"
	"seawall/internal/inventory/distro"
	"seawall/internal/inventory/dpkg"
	"seawall/internal/inventory/rpm"
)

// databases are the places of the lists of installed packages, the usual one
// first, by package format.
var databases = map[string][]string{
	"deb": dpkg.StatusFiles(),
	"apk": apk.Databases(),
	"rpm": rpm.Databases(),
}

// checkDatabase reports a distribution without a list of its packages: an image
// of Debian in which nothing is installed does not exist, so the list was lost
// or is not what it should be. What is known of no distribution, such as an
// image of one program, need not have any.
func (c *collector) checkDatabase() {
	format := distro.PackageFormat(c.distribution)
	isListed := func(p asset.Package) bool { return p.Type == format }
	if format == "" || slices.ContainsFunc(c.system, isListed) {
		return
	}
	const lost = "so what the distribution installed is not listed and its vulnerabilities are not looked up; keep the package database in the image, or check the image that this one was made from"
	for _, path := range databases[format] {
		entry, found := c.tree.Lookup(path)
		if !found {
			continue
		}
		fault := "lists no installed package"
		if entry.Type != asset.Regular {
			fault = "is a " + entry.Type.String() + ", not the list of installed packages"
		}
		c.problems = append(c.problems, image.Problem{Layer: entry.Layer, Path: path, Message: fmt.Sprintf("this package database of %s %s, %s", c.distribution.PrettyName, fault, lost)})
		return
	}
	c.problems = append(c.problems, image.Problem{Layer: -1, Message: fmt.Sprintf(
		"the system is %s, and its package database (%s) was not found, %s", c.distribution.PrettyName, databases[format][0], lost)})
}
