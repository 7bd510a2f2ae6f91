package image

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/oci"
)

// OpenRootFS opens an unpacked root file system as an image of one layer. Of a
// live system ("/") kernel file systems, network mounts and the storage of
// container engines are left out: they are not the system's own files.
func OpenRootFS(dir string) (*Image, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the root file system %s: %w", dir, err)
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder: name the root of an unpacked file system", dir)
	}
	skip, leftOut := skipped(root)
	subject := oci.RootFS()
	subject.Facts.Reference, subject.Facts.Repository, subject.Facts.Layers = root, root, []asset.Layer{{}}
	return &Image{
		Source:  "rootfs",
		Facts:   subject.Facts,
		Origins: subject.Origins,
		Layers:  []Layer{{Dir: root, Skip: skip}},
		LeftOut: leftOut,
		Close:   func() error { return nil },
	}, nil
}

// engineStorage is where container engines keep images and containers.
var engineStorage = []string{
	"var/lib/docker", "var/lib/containerd", "var/lib/containers/storage", "var/lib/rancher", "var/lib/kubelet/pods",
}

// skipped lists the folders below root that hold nothing of it, and says of
// those that may hold software why they are left out.
func skipped(root string) (skip map[string]bool, leftOut []string) {
	skip = map[string]bool{}
	for _, m := range mounts(root) {
		if slices.Contains(diskFileSystems, m.kind) {
			continue
		}
		skip[m.path] = true
		if !slices.Contains(kernelFileSystems, m.kind) {
			leftOut = append(leftOut, fmt.Sprintf("%s (%s)", m.path, m.kind))
		}
	}
	if root != "/" {
		return skip, leftOut
	}
	for _, path := range engineStorage {
		if _, err := os.Stat("/" + path); err == nil {
			skip[path] = true
			leftOut = append(leftOut, path+" (a container engine's storage)")
		}
	}
	return skip, leftOut
}

// diskFileSystems are those that may hold a part of a system's own files,
// kernelFileSystems those that hold none of anybody's.
var (
	diskFileSystems   = []string{"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "erofs", "squashfs", "vfat"}
	kernelFileSystems = []string{
		"proc", "sysfs", "devtmpfs", "devpts", "tmpfs", "ramfs", "cgroup", "cgroup2", "mqueue", "hugetlbfs", "debugfs", "tracefs",
		"securityfs", "configfs", "fusectl", "pstore", "bpf", "efivarfs", "binfmt_misc", "autofs", "nsfs", "rpc_pipefs", "selinuxfs",
	}
)

// mount is a mounted file system below a root.
type mount struct{ path, kind string }

// mounts lists what is mounted below root, by paths below it
// (proc_pid_mountinfo(5)). Without /proc there is none to know.
func mounts(root string) []mount {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer file.Close()
	var found []mount
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(kind) == 0 {
			continue
		}
		path, err := filepath.Rel(root, unescapeMount(fields[4]))
		if err == nil && path != "." && !strings.HasPrefix(path, "..") {
			found = append(found, mount{path, kind[0]})
		}
	}
	return found
}

// unescapeMount undoes mountinfo's octal escapes.
func unescapeMount(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}
