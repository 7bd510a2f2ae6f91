package report

import (
	"crypto/sha1" //nolint:gosec // UUID version 5 is defined with SHA-1; nothing is secured by it.
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/package-url/packageurl-go"
)

// documentUUID gives the UUID, version 5 (RFC 9562, 5.5), of a bill of
// materials: the same for the same assets, so that the same input gives the
// same bytes.
func documentUUID(d *Document) string {
	namespaceURL := [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	hash := sha1.New() //nolint:gosec // see the import
	hash.Write(namespaceURL[:])
	for _, a := range d.Assets {
		hash.Write([]byte("seawall:" + a.ID + "\x00"))
	}
	id := hash.Sum(nil)[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// imagePURL gives the purl of an image (purl specification, type oci): the
// name is the repository's last part, the version the manifest's digest.
// It is "" without a digest, which the type demands.
func imagePURL(i *Image) string {
	if i == nil || i.Digest == "" || i.Repository == "" {
		return ""
	}
	var qualifiers packageurl.Qualifiers
	if _, arch, found := strings.Cut(i.Platform, "/"); found {
		arch, _, _ = strings.Cut(arch, "/")
		qualifiers = append(qualifiers, packageurl.Qualifier{Key: "arch", Value: arch})
	}
	qualifiers = append(qualifiers, packageurl.Qualifier{Key: "repository_url", Value: i.Repository})
	if i.Tag != "" {
		qualifiers = append(qualifiers, packageurl.Qualifier{Key: "tag", Value: i.Tag})
	}
	return packageurl.NewPackageURL("oci", "", strings.ToLower(path.Base(i.Repository)), i.Digest, qualifiers, "").ToString()
}

// contentDigest reads the checksum of a package's archive from a subresource
// integrity (W3C SRI, as npm writes it: "sha512-…"). Go's "h1:…" is the sum of
// a list of files and not of the archive, so it is not one.
func contentDigest(checksum string) (algorithm, value string, ok bool) {
	algorithm, encoded, _ := strings.Cut(checksum, "-")
	sizes := map[string]int{"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(sum) != sizes[algorithm] || len(sum) == 0 {
		return "", "", false
	}
	return algorithm, hex.EncodeToString(sum), true
}

// sha256Digest gives the hexadecimal part of a digest "sha256:…".
func sha256Digest(digest string) (string, bool) {
	value, found := strings.CutPrefix(digest, "sha256:")
	_, err := hex.DecodeString(value)
	return value, found && err == nil && len(value) == 64
}

// webURL is true for a link that a reader may be offered: advisories hold all
// sorts of text where a link should be.
func webURL(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(link, " <>\"{}|\\^`") && !needsEscape(link)
}

// advisoryURL is the page about a vulnerability.
func advisoryURL(id string) string {
	escapedID := url.PathEscape(id)
	switch {
	case strings.HasPrefix(id, "CVE-"):
		return "https://nvd.nist.gov/vuln/detail/" + escapedID
	case strings.HasPrefix(id, "GHSA-"):
		return "https://github.com/advisories/" + escapedID
	}
	return "https://osv.dev/vulnerability/" + escapedID
}

// advisorySource names who numbers vulnerabilities like this one.
func advisorySource(id string) string {
	switch {
	case strings.HasPrefix(id, "CVE-"):
		return "NVD"
	case strings.HasPrefix(id, "GHSA-"):
		return "GitHub"
	}
	return "OSV"
}
