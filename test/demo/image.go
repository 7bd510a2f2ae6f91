package main

import (
	"archive/tar"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// image is the container image under construction.
type image struct {
	dir     string // holds the layers' files
	layers  []string
	diffIDs []string
	history []historyEntry
	env     []string
}

// historyEntry is an entry of `history` in an image's configuration (OCI image specification, config.md).
type historyEntry struct {
	Created    string `json:"created"`
	CreatedBy  string `json:"created_by"`
	Comment    string `json:"comment"`
	EmptyLayer bool   `json:"empty_layer,omitempty"`
}

func newImage(dir string) *image {
	return &image{dir: dir}
}

// assemble makes all layers and returns the Debian release that the packages belong to.
func (m *image) assemble(ctx context.Context, base, added []string, app string) (release string, err error) {
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder for the layers: %w", err)
	}
	packages := &dpkg{stanzas: map[string]string{}}
	err = m.addLayer("ADD file:debian-base.tar in / ", func(l *layer) error {
		if err := addSkeleton(l); err != nil {
			return err
		}
		return packages.install(ctx, l, base)
	})
	if err != nil {
		return "", err
	}
	m.addStep(`CMD ["bash"]`)
	err = m.addLayer("RUN /bin/sh -c apt-get update && apt-get install -y "+strings.Join(addedPackages, " "), func(l *layer) error {
		return packages.install(ctx, l, added)
	})
	if err != nil {
		return "", err
	}
	if app != "" {
		if err := m.addLayer("COPY . /app", func(l *layer) error { return addTree(l, app, "app") }); err != nil {
			return "", err
		}
	}
	return packages.release, m.plantFaults()
}

// plantFaults adds what a careless Dockerfile would. Every fault is found by `seawall check`.
func (m *image) plantFaults() error {
	token := "demo-" + strings.ToLower(rand.Text()) // nobody's, and new in every image
	m.env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DATABASE_PASSWORD=" + token}
	m.addStep("ENV DATABASE_PASSWORD=" + token)
	err := m.addLayer("ADD http://downloads.example.com/helper /usr/local/bin/helper", func(l *layer) error {
		return l.addFile("usr/local/bin/helper", 0o755, helperScript)
	})
	if err != nil {
		return err
	}
	err = m.addLayer("RUN /bin/sh -c chmod 4755 /usr/local/bin/helper", func(l *layer) error {
		return l.addFile("usr/local/bin/helper", 0o4755, helperScript)
	})
	m.addStep("EXPOSE map[22/tcp:{} 8080/tcp:{}]")
	m.addStep(`CMD ["/bin/sh" "-c" "curl -s http://localhost:8080/"]`)
	return err
}

const helperScript = "#!/bin/sh\n# Demonstration: no package owns this file and it is setuid root.\nexec id\n"

// addSkeleton makes what debootstrap makes before any package: the links of the merged /usr and dpkg's folder.
func addSkeleton(l *layer) error {
	for _, dir := range mergedDirs {
		if err := l.addDir("usr/" + dir); err != nil {
			return err
		}
		if err := l.addSymlink(dir, "usr/"+dir); err != nil {
			return err
		}
	}
	if err := l.addFile(infoDir+"/format", 0o644, "1\n"); err != nil { // names in infoDir may hold an architecture
		return err
	}
	if err := l.addFile("etc/group", 0o644, "root:x:0:\nnogroup:x:65534:\n"); err != nil {
		return err
	}
	return l.addFile("etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n")
}

func (m *image) addLayer(createdBy string, fill func(*layer) error) error {
	name := filepath.Join(m.dir, fmt.Sprintf("%d.tar", len(m.layers)))
	l, err := newLayer(name)
	if err != nil {
		return err
	}
	if err := fill(l); err != nil {
		_ = l.file.Close() // the first error is the one to tell
		return err
	}
	diffID, err := l.close()
	if err != nil {
		return err
	}
	m.layers, m.diffIDs = append(m.layers, name), append(m.diffIDs, "sha256:"+diffID)
	m.addHistory(createdBy, false)
	return nil
}

func (m *image) addStep(createdBy string) {
	m.addHistory(createdBy, true)
}

// addHistory records a step in the spelling of the two builders: the base as the classic one writes it, the rest as
// BuildKit does.
func (m *image) addHistory(createdBy string, empty bool) {
	if len(m.layers) == 1 {
		createdBy = "/bin/sh -c #(nop) " + createdBy
	} else {
		createdBy += " # buildkit"
	}
	m.history = append(m.history, historyEntry{
		Created:    time.Now().UTC().Format(time.RFC3339),
		CreatedBy:  createdBy,
		Comment:    "Seawall demonstration: put together without a builder",
		EmptyLayer: empty,
	})
}

// addTree copies the folder into the layer under prefix.
func addTree(l *layer, folder, prefix string) error {
	tree := os.DirFS(folder)
	if err := l.addDir(prefix); err != nil {
		return err
	}
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		header, err := tar.FileInfoHeader(info, "")
		if err != nil {
			return err
		}
		header.Name = prefix + "/" + name
		header.Uid, header.Gid, header.Uname, header.Gname = 0, 0, "", ""
		if entry.IsDir() {
			header.Name += "/"
			return l.copy(header, strings.NewReader(""))
		}
		return copyFile(l, header, tree, name)
	})
}

func copyFile(l *layer, header *tar.Header, tree fs.FS, name string) error {
	file, err := tree.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return l.copy(header, io.Reader(file))
}

// architecture is this machine's, for which apt downloads.
const architecture = runtime.GOARCH
