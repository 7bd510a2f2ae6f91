package main

import (
	"archive/tar"
	"context"
	"crypto/md5" // dpkg's own record of installed files
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"sort"
	"strings"
)

// dpkg is the package database of the image: what `dpkg --install` would have recorded, written by hand because dpkg
// itself needs root. The maintainer scripts are not run.
type dpkg struct {
	stanzas map[string]string // package name to its paragraph in /var/lib/dpkg/status
	release string            // VERSION_ID of the installed /usr/lib/os-release
}

const infoDir = "var/lib/dpkg/info"

// mergedDirs are the directories that are symbolic links into /usr on every Debian system since bookworm. The packages
// may still list their files under the old names.
var mergedDirs = []string{"bin", "sbin", "lib", "lib64"}

// install unpacks the packages into l and writes their records and the whole status file there.
func (d *dpkg) install(ctx context.Context, l *layer, debs []string) error {
	for _, deb := range debs {
		if err := d.installOne(ctx, l, deb); err != nil {
			return fmt.Errorf("install %s: %w", path.Base(deb), err)
		}
	}
	names := make([]string, 0, len(d.stanzas))
	for name := range d.stanzas {
		names = append(names, name)
	}
	sort.Strings(names)
	var status strings.Builder
	for _, name := range names {
		status.WriteString(d.stanzas[name] + "\n")
	}
	return l.addFile("var/lib/dpkg/status", 0o644, status.String())
}

func (d *dpkg) installOne(ctx context.Context, l *layer, deb string) error {
	members, err := controlMembers(ctx, deb)
	if err != nil {
		return err
	}
	fields := parseControl(members["control"])
	files, err := d.unpack(ctx, l, deb)
	if err != nil {
		return err
	}
	if members["md5sums"] == "" {
		members["md5sums"] = files.md5sums() // dpkg makes the list where the package ships none
	}
	members["list"] = files.list()
	d.stanzas[valueOf(fields, "Package")+":"+valueOf(fields, "Architecture")] = statusStanza(fields, files.conffiles(members["conffiles"]))
	return addInfo(l, path.Join(infoDir, infoName(fields)), members)
}

// addInfo writes a package's files of /var/lib/dpkg/info; the control file itself lives on in the status file.
func addInfo(l *layer, prefix string, members map[string]string) error {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		mode := int64(0o644)
		switch name {
		case "control":
			continue
		case "preinst", "postinst", "prerm", "postrm", "config":
			mode = 0o755
		}
		if err := l.addFile(prefix+"."+name, mode, members[name]); err != nil {
			return err
		}
	}
	return nil
}

// infoName is the stem of a package's files in /var/lib/dpkg/info: the architecture belongs to it where several
// architectures of the package can be installed together.
func infoName(fields []field) string {
	name := valueOf(fields, "Package")
	if valueOf(fields, "Multi-Arch") == "same" {
		name += ":" + valueOf(fields, "Architecture")
	}
	return name
}

// packageFile is a file, directory or link that a package brings, by the path that the package lists.
type packageFile struct {
	path string
	md5  string // of regular files only, in hexadecimal
}

type packageFiles []packageFile

// unpack copies the package's files into l.
func (d *dpkg) unpack(ctx context.Context, l *layer, deb string) (packageFiles, error) {
	var files packageFiles
	err := eachEntry(ctx, "--fsys-tarfile", deb, func(header *tar.Header, content io.Reader) error {
		name := path.Clean(header.Name)
		if name == "." {
			return nil
		}
		if slices.Contains(mergedDirs, name) { // listed, but the image has it already, as a link
			files = append(files, packageFile{path: name})
			return nil
		}
		header.Name = mergeUsr(name)
		if header.Typeflag == tar.TypeDir {
			header.Name += "/"
		}
		if header.Typeflag == tar.TypeLink {
			header.Linkname = mergeUsr(path.Clean(header.Linkname))
		}
		sum := md5.New()
		var text strings.Builder
		reader := io.TeeReader(content, sum)
		if name == "usr/lib/os-release" {
			reader = io.TeeReader(reader, &text)
		}
		regular := header.Typeflag == tar.TypeReg
		if err := l.copy(header, reader); err != nil {
			return err
		}
		file := packageFile{path: name}
		if regular {
			file.md5 = fmt.Sprintf("%x", sum.Sum(nil))
		}
		if text.Len() > 0 {
			d.release = osReleaseVersion(text.String())
		}
		files = append(files, file)
		return nil
	})
	return files, err
}

// list is the content of the package's .list file.
func (files packageFiles) list() string {
	var out strings.Builder
	out.WriteString("/.\n")
	for _, file := range files {
		out.WriteString("/" + file.path + "\n")
	}
	return out.String()
}

// md5sums is the content of the package's .md5sums file.
func (files packageFiles) md5sums() string {
	var out strings.Builder
	for _, file := range files {
		if file.md5 != "" {
			out.WriteString(file.md5 + "  " + file.path + "\n")
		}
	}
	return out.String()
}

// conffiles is the Conffiles field of the status file: each configuration file with the sum it was shipped with.
func (files packageFiles) conffiles(declared string) string {
	var out strings.Builder
	for _, file := range files {
		if file.md5 != "" && strings.Contains("\n"+declared, "\n/"+file.path+"\n") {
			out.WriteString(" /" + file.path + " " + file.md5 + "\n")
		}
	}
	return out.String()
}

// mergeUsr gives the path that a file has once /bin, /sbin and /lib are links into /usr.
func mergeUsr(name string) string {
	for _, dir := range mergedDirs {
		if strings.HasPrefix(name, dir+"/") {
			return "usr/" + name
		}
	}
	return name
}

func osReleaseVersion(text string) string {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, "VERSION_ID="); found {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// controlMembers reads the control archive of a .deb: control, md5sums, conffiles, maintainer scripts.
func controlMembers(ctx context.Context, deb string) (map[string]string, error) {
	members := map[string]string{}
	err := eachEntry(ctx, "--ctrl-tarfile", deb, func(header *tar.Header, content io.Reader) error {
		data, err := io.ReadAll(content)
		if header.Typeflag == tar.TypeReg {
			members[path.Clean(header.Name)] = string(data)
		}
		return err
	})
	return members, err
}

// eachEntry calls visit for each entry of one of the two archives in a .deb.
func eachEntry(ctx context.Context, option, deb string, visit func(*tar.Header, io.Reader) error) error {
	command := exec.CommandContext(ctx, "dpkg-deb", option, deb)
	stdout, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("read the output of dpkg-deb: %w", err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start dpkg-deb: %w", err)
	}
	readErr := readArchive(stdout, visit)
	// the padding after the archive's end must be read too, else dpkg-deb dies of a closed pipe
	if _, err := io.Copy(io.Discard, stdout); err != nil && readErr == nil {
		readErr = err
	}
	if err := command.Wait(); err != nil && readErr == nil {
		return fmt.Errorf("dpkg-deb %s: %w", option, err)
	}
	return readErr
}

func readArchive(r io.Reader, visit func(*tar.Header, io.Reader) error) error {
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the archive in the package: %w", err)
		}
		if err := visit(header, archive); err != nil {
			return err
		}
	}
}
