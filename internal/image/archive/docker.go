package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/imageref"
	"seawall/internal/image/manifest"
	"seawall/internal/platform/oci"
	"seawall/internal/wording"
)

// savedImage is one image of manifest.json as `docker save` writes it (Docker
// image specification 1.2, "Combined Image JSON + Filesystem Changeset Format").
type savedImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// openDocker opens an archive by its manifest.json.
func openDocker(m members, o Options) (*image.Image, error) {
	saved, err := chooseSaved(m, o.Select)
	if err != nil {
		return nil, err
	}
	config, err := document(m, saved.Config, oci.MaxConfigSize)
	if err != nil {
		return nil, fmt.Errorf("the image's configuration: %w", err)
	}
	img, err := image.FromConfig(config)
	if err != nil {
		return nil, err
	}
	if len(saved.Layers) != len(img.Facts.Layers) {
		return nil, fmt.Errorf("the configuration names %d layers and manifest.json %d: the archive is damaged", len(img.Facts.Layers), len(saved.Layers))
	}
	img.Source = "archive"
	if len(saved.RepoTags) > 0 {
		describe(&img.Facts, saved.RepoTags[0])
	}
	for i, name := range saved.Layers {
		img.Layers = append(img.Layers, savedLayer(m, name, &img.Facts.Layers[i]))
	}
	return img, nil
}

func savedLayer(m members, name string, facts *asset.Layer) image.Layer {
	blob, err := m.get(name)
	if err != nil {
		return image.Layer{DiffID: facts.DiffID, Absent: asset.LayerMissing, Reason: fmt.Sprintf("the archive lacks %s: save the image again", name)}
	}
	facts.Size = blob.Size()
	return image.Layer{DiffID: facts.DiffID, Size: blob.Size(), Blob: blob}
}

// describe fills the name's parts from a tag.
func describe(facts *asset.Image, tag string) {
	if ref, err := imageref.Parse(tag); err == nil {
		ref.Describe(facts)
	}
}

// chooseSaved finds the image that is meant.
func chooseSaved(m members, wanted string) (*savedImage, error) {
	raw, err := document(m, "manifest.json", manifest.MaxSize)
	if err != nil {
		return nil, err
	}
	var all []savedImage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("its manifest.json is not valid: %w", wording.JSON(err))
	}
	if len(all) == 0 {
		return nil, errors.New("its manifest.json lists no image")
	}
	if wanted == "" && len(all) == 1 {
		return &all[0], nil
	}
	var names []string
	for i := range all {
		if all[i].is(wanted) {
			return &all[i], nil
		}
		names = append(names, all[i].name())
	}
	return nil, severalImages(names, wanted)
}

func (s *savedImage) name() string {
	if len(s.RepoTags) > 0 {
		return s.RepoTags[0]
	}
	return s.Config
}

func (s *savedImage) is(wanted string) bool {
	if wanted == "" {
		return false
	}
	for _, tag := range s.RepoTags {
		if sameName(tag, wanted) {
			return true
		}
	}
	id := strings.TrimPrefix(wanted, "sha256:")
	return len(id) >= minID && strings.HasPrefix(strings.TrimPrefix(path.Base(s.Config), "sha256:"), id)
}

// minID is how much of an image's ID names it, as docker prints it.
const minID = 12

// sameName compares two references with their defaults filled in; a bare tag
// is enough.
func sameName(name, wanted string) bool {
	a, errA := imageref.Parse(name)
	b, errB := imageref.Parse(wanted)
	if errA == nil && errB == nil && a.String() == b.String() {
		return true
	}
	return name == wanted || strings.HasSuffix(name, ":"+wanted)
}

func severalImages(names []string, wanted string) error {
	list := strings.Join(names, ", ")
	if wanted != "" {
		return fmt.Errorf("it has no image %q, but: %s", wanted, list)
	}
	return fmt.Errorf("it holds %d images, add #NAME to say which: %s", len(names), list)
}
