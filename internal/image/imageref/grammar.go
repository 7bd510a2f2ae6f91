package imageref

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// idLength is the number of digits of an image's ID.
	idLength      = 64
	maxPathLength = 255
	maxTagLength  = 128
)

// digestLengths are the digest algorithms that images may use, with the number
// of hexadecimal digits (OCI Image Specification, "Registered Algorithms").
var digestLengths = map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}

// checkDomain wants HOST or HOST:PORT. Host names may not hold "_", although
// some networks take it.
func checkDomain(domain string) error {
	host, port := splitPort(domain)
	if !validHost(host) {
		return fmt.Errorf("the registry %q is not a host name, an IPv4 address or an IPv6 address in brackets", domain)
	}
	if port != "" && !madeOf(port[1:], isDigit) {
		return fmt.Errorf("the registry %q has a port that is not a number, write HOST or HOST:PORT, and no https://", domain)
	}
	return nil
}

// splitPort parts the host from the port, which keeps its colon: ":" is a port
// that was left out. The colons of an IPv6 address stand in brackets.
func splitPort(domain string) (host, port string) {
	bracket := strings.IndexByte(domain, ']') + 1
	colon := strings.IndexByte(domain[bracket:], ':')
	if colon < 0 {
		return domain, ""
	}
	return domain[:bracket+colon], domain[bracket+colon:]
}

func validHost(host string) bool {
	if address, ok := strings.CutPrefix(host, "["); ok {
		address, closed := strings.CutSuffix(address, "]")
		return closed && madeOf(address, isIPv6)
	}
	for label := range strings.SplitSeq(host, ".") {
		if !madeOf(label, isLabel) || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func checkPath(path string) error {
	if len(path) > maxPathLength {
		return fmt.Errorf("the repository has %d characters, the limit is %d", len(path), maxPathLength)
	}
	if lower := strings.ToLower(path); lower != path {
		return fmt.Errorf("the repository %q has capital letters, write %q", path, lower)
	}
	for part := range strings.SplitSeq(path, "/") {
		if !validPart(part) {
			return fmt.Errorf("the part %q of the repository %q is not made of words of a-z and 0-9 with one of . _ __ - between them", part, path)
		}
	}
	return nil
}

// validPart wants words with separators between them: one dot, one or two
// underscores, or any number of hyphens.
func validPart(part string) bool {
	for {
		rest := strings.TrimLeftFunc(part, isWord)
		if rest == part {
			return false
		}
		if rest == "" {
			return true
		}
		part = strings.TrimLeft(rest, "._-")
		switch separator := rest[:len(rest)-len(part)]; separator {
		case ".", "_", "__":
		default:
			if strings.Trim(separator, "-") != "" {
				return false
			}
		}
	}
}

func checkTag(tag string) error {
	switch {
	case tag == "":
		return errors.New("the tag after the colon is missing")
	case len(tag) > maxTagLength:
		return fmt.Errorf("the tag has %d characters, the limit is %d", len(tag), maxTagLength)
	case !madeOf(tag, isTag) || strings.ContainsRune(".-", rune(tag[0])):
		return fmt.Errorf("the tag %q is not made of letters, digits and _ . - (the last two not first)", tag)
	}
	return nil
}

func checkDigest(digest string) error {
	algorithm, digits, _ := strings.Cut(digest, ":")
	length, known := digestLengths[algorithm]
	if !known {
		return fmt.Errorf("the digest %q is not of a known algorithm, write sha256:, sha384: or sha512: and its digits", digest)
	}
	if len(digits) != length || !madeOf(digits, isLowerHex) {
		return fmt.Errorf("the digest %q has not the %d hexadecimal digits (0-9, a-f) of %s", digest, length, algorithm)
	}
	return nil
}

// madeOf reports whether text is not empty and has only such characters.
func madeOf(text string, is func(rune) bool) bool {
	return text != "" && strings.TrimLeftFunc(text, is) == ""
}

func isDigit(c rune) bool    { return '0' <= c && c <= '9' }
func isWord(c rune) bool     { return isDigit(c) || 'a' <= c && c <= 'z' }
func isLowerHex(c rune) bool { return isDigit(c) || 'a' <= c && c <= 'f' }
func isIPv6(c rune) bool     { return isLowerHex(c) || 'A' <= c && c <= 'F' || c == ':' }
func isLetter(c rune) bool   { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isLabel(c rune) bool    { return isDigit(c) || isLetter(c) || c == '-' }
func isTag(c rune) bool      { return isLabel(c) || c == '_' || c == '.' }
