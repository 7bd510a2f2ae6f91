package inventory

import (
	"bytes"
	"strings"

	"seawall/internal/asset"
)

// ownership finds the distribution packages that own the files which declare
// language packages, and some others. The file lists of a distribution are long and such files
// few, so it looks each listed name up among the few; nothing is allocated for
// the others.
type ownership struct {
	tree Tree
	// owners is the number of the package that owns a declaring file, -1 for
	// none; by real path.
	owners map[string]int
	// bases are the names of the declaring files.
	bases map[string]bool
	// dirs are the real paths of directories, "" if not in the image: a list
	// says /lib/x where usrmerge has made it usr/lib/x.
	dirs map[string]string
	// files counts the files that the packages' lists name.
	files int
}

const unowned = -1

func newOwnership(tree Tree, packages []asset.Package, files []string) *ownership {
	o := &ownership{tree: tree, owners: map[string]int{}, bases: map[string]bool{}, dirs: map[string]string{}}
	for _, p := range packages {
		for _, location := range p.Locations {
			o.ask(o.realPath([]byte(declaringFile(location))))
		}
	}
	for _, file := range files {
		o.ask(file)
	}
	return o
}

// ask makes the owner of a file, named by its real path, one to find.
func (o *ownership) ask(file string) {
	o.owners[file] = unowned
	o.bases[file[strings.LastIndexByte(file, '/')+1:]] = true
}

// names gives the names of the packages that own files.
func (o *ownership) names(files []string, system []asset.Package) map[string]string {
	names := map[string]string{}
	for _, file := range files {
		if owner := o.owners[file]; owner >= 0 && owner < len(system) {
			names[file] = system[owner].Name
		}
	}
	return names
}

// declaringFile is the file of a location: the outermost archive of a member.
func declaringFile(location asset.Location) string {
	file, _, _ := strings.Cut(location.Path, "!/")
	return file
}

// claim notes that the package with this number owns a file.
func (o *ownership) claim(number int, file []byte) {
	at := bytes.LastIndexByte(file, '/')
	o.claimIn(number, file[:max(at, 0)], file[at+1:])
}

// claimIn notes that the package with this number owns dir/base.
func (o *ownership) claimIn(number int, dir, base []byte) {
	o.files++
	if !o.bases[string(base)] {
		return
	}
	file := o.realDir(dir) + string(base)
	if _, declares := o.owners[file]; declares {
		o.owners[file] = number
	}
}

func (o *ownership) realPath(file []byte) string {
	at := bytes.LastIndexByte(file, '/')
	return o.realDir(file[:max(at, 0)]) + string(file[at+1:])
}

// realDir resolves a directory through the image's symbolic links; the result
// ends in a slash, but for the root.
func (o *ownership) realDir(dir []byte) string {
	if len(dir) == 0 {
		return ""
	}
	if real, known := o.dirs[string(dir)]; known {
		return real
	}
	real := string(dir) + "/"
	if entry, found := o.tree.Lookup(string(dir)); found {
		real = entry.Path + "/"
	}
	o.dirs[string(dir)] = real
	return real
}

// assign marks the language packages all of whose files one or more
// distribution packages own: those are matched instead. What a third party's
// package owns stays matched, for no advisories speak about its owner.
func (o *ownership) assign(packages, system []asset.Package) {
	for i := range packages {
		owner := o.ownerOf(packages[i])
		if owner < 0 || owner >= len(system) || system[owner].Provider == asset.ProviderThirdParty {
			continue
		}
		packages[i].OwnedBy = system[owner].PURL
		packages[i].Ecosystem = ""
		packages[i].NotMatched = "part of " + system[owner].Name + ", which is matched instead"
		if system[owner].Ecosystem == "" {
			packages[i].NotMatched = "part of " + system[owner].Name + ", which is not matched: " + system[owner].NotMatched
		}
	}
}

// ownerOf gives the package that owns the first declaring file if all of them
// have an owner.
func (o *ownership) ownerOf(p asset.Package) int {
	first := unowned
	for i, location := range p.Locations {
		owner := o.owners[o.realPath([]byte(declaringFile(location)))]
		if owner == unowned {
			return unowned
		}
		if i == 0 {
			first = owner
		}
	}
	return first
}
