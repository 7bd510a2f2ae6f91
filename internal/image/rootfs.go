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
	subject := oci.RootFS()
	subject.Facts.Reference, subject.Facts.Repository, subject.Facts.Layers = root, root, []asset.Layer{{}}
	return &Image{
		Source:  "rootfs",
		Facts:   subject.Facts,
		Origins: subject.Origins,
		Layers:  []Layer{{Dir: root, Skip: skipped(root)}},
		Close:   func() error { return nil },
	}, nil
}

// engineStorage is where container engines keep images and containers.
var engineStorage = []string{
	"var/lib/docker", "var/lib/containerd", "var/lib/containers/storage", "var/lib/rancher", "var/lib/kubelet/pods",
}

// skipped lists the folders below root that hold nothing of it.
func skipped(root string) map[string]bool {
	skip := map[string]bool{}
	for _, path := range mountPoints(root) {
		skip[path] = true
	}
	if root == "/" {
		for _, path := range engineStorage {
			skip[path] = true
		}
	}
	return skip
}

// diskFileSystems are those that may hold a part of a system's own files.
var diskFileSystems = []string{"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "erofs", "squashfs", "vfat"}

// mountPoints lists the mounts below root that are no disk of it, as paths
// below it (proc_pid_mountinfo(5)). Without /proc there are none to know.
func mountPoints(root string) []string {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer file.Close()
	var points []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(kind) == 0 || slices.Contains(diskFileSystems, kind[0]) {
			continue
		}
		path, err := filepath.Rel(root, unescapeMount(fields[4]))
		if err == nil && path != "." && !strings.HasPrefix(path, "..") {
			points = append(points, path)
		}
	}
	return points
}

// unescapeMount undoes mountinfo's octal escapes.
func unescapeMount(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}
