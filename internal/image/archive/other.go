package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"seawall/internal/image/compression"
)

// otherFiles are kinds of file that are taken for images, by how they begin,
// with what to do about them.
var otherFiles = []struct{ begin, what, advice string }{
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it with `7z x` and name the tar in it"},
	{"\x04\x22\x4d\x18", "compressed with LZ4", "unpack it with `lz4 -d` and name the result"},
	{"LZIP", "compressed with lzip", "unpack it with `lzip -dk` and name the result"},
	{"PK\x03\x04", "a zip archive", "unpack it with `unzip` and name the image in it"},
	{"Rar!\x1a\x07", "a RAR archive", "unpack it with `unrar x` and name the image in it"},
	{"!<arch>\ndebian-binary", "a Debian package", "install it in an image, or unpack it with `dpkg-deb -x FILE FOLDER` and name rootfs:FOLDER"},
	{"\xed\xab\xee\xdb", "an RPM package", "install it in an image, or unpack it with `rpm2cpio FILE | cpio -id` in an empty FOLDER and name rootfs:FOLDER"},
	{"\x7fELF", "a program", "put it in an image, or in a FOLDER and name rootfs:FOLDER"},
	{"hsqs", "a squashfs file system", "unpack it with `unsquashfs -d FOLDER` and name rootfs:FOLDER"},
	{"QFI\xfb", "a disk image of a virtual machine", "mount it and name rootfs:FOLDER"},
	{"%PDF-", "a PDF document", "name an image"},
}

// refuseOther says what a file is that is no tar, if that can be told.
func refuseOther(file io.ReaderAt) error {
	begin := make([]byte, 512)
	n, err := file.ReadAt(begin, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("cannot read it: %w", cause(err))
	}
	begin = begin[:n]
	switch kind := compression.Detect(begin); kind {
	case compression.XZ, compression.Bzip2:
		return fmt.Errorf("it is compressed with %s, which is not read: unpack it with `%s -dk` and name the result", kind, kind)
	}
	if n > 262 && string(begin[257:262]) == "ustar" {
		return nil // whatever its first member is called
	}
	for _, other := range otherFiles {
		if bytes.HasPrefix(begin, []byte(other.begin)) {
			return fmt.Errorf("it is %s and no image: %s", other.what, other.advice)
		}
	}
	if n > 0 && isText(begin) {
		return errors.New("it is a text and no image: name a file that `docker save` wrote, or an OCI layout")
	}
	return nil
}

// isText tells a text by its beginning. A tar has zeros in its first block.
func isText(begin []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut < len(begin); cut++ {
		if whole := begin[:len(begin)-cut]; utf8.Valid(whole) {
			return bytes.IndexByte(whole, 0) < 0
		}
	}
	return false
}
