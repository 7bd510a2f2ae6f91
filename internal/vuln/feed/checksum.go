package feed

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the checksum that Google Cloud Storage sends, not a signature
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"strings"
)

// checkHashes compares a file with the checksums that Google Cloud Storage
// sends in x-goog-hash ("crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==", of the
// whole file even in an answer with a part of it).
func checkHashes(path string, header http.Header) error {
	wanted := map[string][]byte{}
	for _, line := range header.Values("X-Goog-Hash") {
		for _, item := range strings.Split(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
			if sum, err := base64.StdEncoding.DecodeString(value); err == nil {
				wanted[name] = sum
			}
		}
	}
	if wanted["crc32c"] == nil && wanted["md5"] == nil {
		return nil
	}
	hashes := map[string]hash.Hash{"crc32c": crc32.New(crc32.MakeTable(crc32.Castagnoli)), "md5": md5.New()} //nolint:gosec // as above
	if err := readInto(path, io.MultiWriter(hashes["crc32c"], hashes["md5"])); err != nil {
		return fmt.Errorf("cannot check the download: %w", err)
	}
	for name, h := range hashes {
		if sum := wanted[name]; sum != nil && !bytes.Equal(sum, h.Sum(nil)) {
			return fmt.Errorf("the %s checksum of the download is wrong", name)
		}
	}
	return nil
}

func readInto(path string, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
