// Package cve reads CVE identifiers into numbers that sort and hash well.
package cve

import (
	"strconv"
	"strings"
)

// Number is a CVE identifier: the year above the lower 40 bits, the sequence
// number in them. Numbers sort as identifiers do.
type Number uint64

const sequenceBits = 40

// Parse reads "CVE-2024-3094" as the CVE rules define it: a year of four
// digits and a sequence number of four to twelve.
func Parse(id string) (Number, bool) {
	rest, ok := strings.CutPrefix(id, "CVE-")
	if !ok || len(rest) < 9 || len(rest) > 17 || rest[4] != '-' || !digits(rest[:4]) || !digits(rest[5:]) {
		return 0, false
	}
	year, _ := strconv.ParseUint(rest[:4], 10, 64)
	sequence, _ := strconv.ParseUint(rest[5:], 10, 64)
	return Number(year<<sequenceBits | sequence), true
}

// In gives the CVE identifier that another database's ID carries:
// "CVE-2024-3094" for "DEBIAN-CVE-2024-3094" and for itself, "" for none.
func In(id string) string {
	at := strings.LastIndex(id, "CVE-")
	if at < 0 || (at > 0 && id[at-1] != '-') {
		return ""
	}
	if _, ok := Parse(id[at:]); !ok {
		return ""
	}
	return id[at:]
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
