// Package wording puts what other libraries say, and texts of any length, into
// words for users.
package wording

import (
	"fmt"
	"unicode/utf8"
)

// MaxText is how much is shown of a text that comes from a file or a server, in
// bytes. A sentence of our own is shorter.
const MaxText = 1000

// Cut shortens a text above MaxText bytes and says by how much.
func Cut(text string) string {
	if len(text) <= MaxText {
		return text
	}
	end := MaxText
	for end > MaxText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes more)", text[:end], len(text)-end)
}
