package oci

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"seawall/internal/wording"
)

// maxItems bounds every list and map of a configuration. Ten thousand is a
// hundred times what builders write.
const maxItems = 10_000

// wireImage is the configuration as written. What is not a field must be right,
// for without it the layers cannot be read.
type wireImage struct {
	Created      field[string]            `json:"created"`
	OS           field[string]            `json:"os"`
	Architecture field[string]            `json:"architecture"`
	Variant      field[string]            `json:"variant"`
	Config       field[wireConfig]        `json:"config"`
	RootFS       wireRootFS               `json:"rootfs"`
	History      field[bounded[wireStep]] `json:"history"`
}

type wireConfig struct {
	User         field[string]             `json:"User"`
	Env          field[bounded[string]]    `json:"Env"`
	Entrypoint   field[words]              `json:"Entrypoint"`
	Cmd          field[words]              `json:"Cmd"`
	Shell        field[words]              `json:"Shell"`
	ExposedPorts field[boundedMap[empty]]  `json:"ExposedPorts"`
	Volumes      field[boundedMap[empty]]  `json:"Volumes"`
	Labels       field[boundedMap[string]] `json:"Labels"`
	WorkingDir   field[string]             `json:"WorkingDir"`
	StopSignal   field[string]             `json:"StopSignal"`
	OnBuild      field[bounded[string]]    `json:"OnBuild"`
	Healthcheck  field[wireHealthcheck]    `json:"Healthcheck"`
}

type empty = struct{}

type wireHealthcheck struct {
	Test bounded[string] `json:"Test"`
}

type wireRootFS struct {
	Type    string          `json:"type"`
	DiffIDs bounded[string] `json:"diff_ids"`
}

type wireStep struct {
	CreatedBy  string `json:"created_by"`
	Comment    string `json:"comment"`
	EmptyLayer bool   `json:"empty_layer"`
}

func decodeWire(config []byte) (*wireImage, error) {
	if len(config) > MaxConfigSize {
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are read", len(config), MaxConfigSize)
	}
	var wire wireImage
	if err := json.Unmarshal(config, &wire); err != nil {
		return nil, fmt.Errorf("it is not valid JSON of an image configuration: %w", wording.JSON(err))
	}
	return &wire, check(&wire.RootFS)
}

func check(rootFS *wireRootFS) error {
	if t := rootFS.Type; t != "" && t != "layers" {
		return fmt.Errorf("rootfs.type is %q, only \"layers\" is defined", t)
	}
	for i, id := range rootFS.DiffIDs {
		if !isDigest(id) {
			return fmt.Errorf("rootfs.diff_ids[%d] is %q, not a digest such as sha256:…", i, id)
		}
	}
	return nil
}

func isDigest(text string) bool {
	algorithm, encoded, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(encoded)
	if err != nil || strings.ToLower(encoded) != encoded {
		return false
	}
	return algorithm == "sha256" && len(raw) == 32 || algorithm == "sha512" && len(raw) == 64
}

// bounded is a list that refuses more than maxItems before it holds them.
type bounded[T any] []T

// UnmarshalJSON reads an array or null.
func (b *bounded[T]) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		return json.Unmarshal(data, (*[]T)(b))
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	items := []T{}
	for decoder.More() {
		if len(items) == maxItems {
			return fmt.Errorf("a list has more than the %d items that are read", maxItems)
		}
		var item T
		if err := decoder.Decode(&item); err != nil {
			return wording.JSONPart(err)
		}
		items = append(items, item)
	}
	*b = items
	return nil
}

// boundedMap is a map that refuses more than maxItems.
type boundedMap[T any] map[string]T

func (b *boundedMap[T]) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*map[string]T)(b)); err != nil {
		return err
	}
	if len(*b) > maxItems {
		return fmt.Errorf("it has %d entries, more than the %d that are read", len(*b), maxItems)
	}
	return nil
}

// words is a command: a list, or one string as old Docker versions wrote it.
type words []string

// UnmarshalJSON reads an array, a string or null.
func (w *words) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		var one string
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		*w = []string{one}
		return nil
	}
	return (*bounded[string])(w).UnmarshalJSON(data)
}
