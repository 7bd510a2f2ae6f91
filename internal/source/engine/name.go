package engine

import (
	inspect "github.com/moby/moby/api/types/image"

	"seawall/internal/asset"
	"seawall/internal/image/imageref"
)

// describe fills in the image's names. One that was asked for by its ID gets
// the first name that the engine has for it.
func describe(facts *asset.Image, ref string, found inspect.InspectResponse) {
	facts.Repository, facts.Tag = "", ""
	if name, ok := nameOf(ref, found); ok {
		name.Describe(facts)
		if facts.Digest == "" {
			facts.Digest = digestOf(name.Repository(), found.RepoDigests)
		}
	}
	facts.Reference = ref
}

// nameOf gives the name that ref stands for. The engine takes IDs, whole or
// how they begin, as well as names: what it does not list as one of the
// image's names is an ID.
func nameOf(ref string, found inspect.InspectResponse) (imageref.Reference, bool) {
	asked, askedErr := imageref.Parse(ref)
	for _, text := range append(found.RepoTags, found.RepoDigests...) {
		name, err := imageref.Parse(text)
		if err != nil || askedErr != nil || name.Repository() != asked.Repository() {
			continue
		}
		if name.Tag == asked.Tag || name.Digest == asked.Digest && name.Digest != "" {
			return asked, true
		}
	}
	if len(found.RepoTags) == 0 {
		return imageref.Reference{}, false
	}
	first, err := imageref.Parse(found.RepoTags[0])
	return first, err == nil
}

// digestOf finds the digest under which a repository had the image. An engine
// that pulled for one platform names that of the index.
func digestOf(repository string, repoDigests []string) string {
	for _, text := range repoDigests {
		if name, err := imageref.Parse(text); err == nil && name.Repository() == repository {
			return name.Digest
		}
	}
	return ""
}
