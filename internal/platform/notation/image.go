package notation

import (
	"errors"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image/imageref"
	"seawall/internal/platform/document"
)

// Image fills in the fact "image" from a reference as the docker command
// writes it. What cannot be a reference leaves repository, tag and digest
// unknown. Of a reference that is partly resolved the tag and the digest are
// facts if they are written out; so is their absence. What is missing from it is
// shown as ${…}.
func Image(f document.Facts, v document.Value, into *asset.ImageReference) {
	if v.IsUnresolved() {
		partlyKnownImage(f, v, into)
		return
	}
	f.Text("image.reference", v, &into.Reference)
	if into.Reference == "" {
		return
	}
	ref, err := imageref.Parse(into.Reference)
	if isID(into.Reference) {
		err = errors.New("the image is named by its ID, which has no repository and tag")
	}
	if err != nil {
		for _, fact := range []string{"image.repository", "image.tag", "image.digest"} {
			f.Note(fact, v.Unknown(err.Error()))
		}
		return
	}
	into.Repository, into.Tag, into.Digest = ref.Repository(), ref.Tag, ref.Digest
	f.Explicit("image.repository", v)
	f.Explicit("image.digest", v)
	noteTag(f, v, into)
}

// noteTag tells a tag that was written from the one that Docker assumes.
func noteTag(f document.Facts, v document.Value, ref *asset.ImageReference) {
	known := ref.Reference
	if ref.Tag == "latest" && !strings.HasSuffix(before(known, "@"), ":latest") {
		f.Default("image.tag", v)
		return
	}
	f.Explicit("image.tag", v)
}

// partlyKnownImage reads `${repository}:1.2`. A hole at the end of the
// name may stand for a tag or digest, so then nothing is known of them.
func partlyKnownImage(f document.Facts, v document.Value, into *asset.ImageReference) {
	known := v.Known()
	name, digest, hasDigest := strings.Cut(known, "@")
	tag := name[strings.LastIndex(name, "/")+1:]
	last, tag, hasTag := strings.Cut(tag, ":")
	f.Unresolved("image.repository", v)
	if strings.Trim(known, document.Hole) == "" {
		f.Unresolved("image.reference", v)
	} else {
		into.Reference = strings.ReplaceAll(known, document.Hole, "${…}")
		f.Explicit("image.reference", v)
	}
	mayHide := strings.HasSuffix(last, document.Hole) && !hasTag
	if strings.Contains(digest, document.Hole) || mayHide && !hasDigest || known == "" {
		f.Unresolved("image.digest", v)
	} else {
		into.Digest = digest
	}
	if strings.Contains(tag, document.Hole) || mayHide || known == "" {
		f.Unresolved("image.tag", v)
		return
	}
	if into.Tag = tag; !hasTag && !hasDigest {
		into.Tag = "latest"
	}
	noteTag(f, v, into)
}

func before(text, separator string) string {
	head, _, _ := strings.Cut(text, separator)
	return head
}

// isID is true for "sha256:" and 64 digits, which the engine takes for an image's ID.
func isID(text string) bool {
	return strings.HasPrefix(text, "sha256:") && len(text) == len("sha256:")+64 && !strings.Contains(text, "/")
}
