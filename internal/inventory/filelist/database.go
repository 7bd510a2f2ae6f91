package filelist

import (
	"bytes"
	"encoding/json"
	"fmt"

	"seawall/internal/wording"
)

// Pack makes an analyzer's result of a package database: what is known of the
// packages as one line of JSON, and their files as a list.
func Pack(packages any, files []byte) ([]byte, error) {
	line, err := json.Marshal(packages)
	if err != nil {
		return nil, fmt.Errorf("keep a package database: %w", err)
	}
	return append(append(line, '\n'), files...), nil
}

// Unpack reads the packages of a result back.
func Unpack(data []byte, packages any) error {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if err := json.Unmarshal(line, packages); err != nil {
		return fmt.Errorf("the kept result of a package database is damaged, clear the layer cache: %w", wording.JSON(err))
	}
	return nil
}

// EachPacked calls visit for the files of a result, as Each does for a list.
func EachPacked(data []byte, visit func(owner int, dir, base []byte)) {
	_, list, _ := bytes.Cut(data, []byte("\n"))
	Each(list, visit)
}
