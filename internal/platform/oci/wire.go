package oci

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxItems bounds every list and map of a configuration. Ten thousand is a
// hundred times what builders write.
const maxItems = 10_000

// wireImage is the configuration as written.
type wireImage struct {
	Created      string            `json:"created"`
	OS           string            `json:"os"`
	Architecture string            `json:"architecture"`
	Variant      string            `json:"variant"`
	Config       wireConfig        `json:"config"`
	RootFS       wireRootFS        `json:"rootfs"`
	History      bounded[wireStep] `json:"history"`
}

type wireConfig struct {
	User         string              `json:"User"`
	Env          bounded[string]     `json:"Env"`
	Entrypoint   words               `json:"Entrypoint"`
	Cmd          words               `json:"Cmd"`
	Shell        words               `json:"Shell"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Volumes      map[string]struct{} `json:"Volumes"`
	Labels       map[string]string   `json:"Labels"`
	WorkingDir   string              `json:"WorkingDir"`
	StopSignal   string              `json:"StopSignal"`
	OnBuild      bounded[string]     `json:"OnBuild"`
	Healthcheck  wireHealthcheck     `json:"Healthcheck"`
}

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
		return nil, explain(err)
	}
	return &wire, check(&wire)
}

// explain names the field that has a wrong type the way the file spells it.
func explain(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("field %q holds a JSON %s, which is not what the image specification defines: %w", wrong.Field, wrong.Value, err)
	}
	return fmt.Errorf("it is not valid JSON of an image configuration: %w", err)
}

func check(wire *wireImage) error {
	if t := wire.RootFS.Type; t != "" && t != "layers" {
		return fmt.Errorf("rootfs.type is %q, only \"layers\" is defined", t)
	}
	for i, id := range wire.RootFS.DiffIDs {
		if !isDigest(id) {
			return fmt.Errorf("rootfs.diff_ids[%d] is %q, not a digest such as sha256:…", i, id)
		}
	}
	sizes := map[string]int{
		"ExposedPorts": len(wire.Config.ExposedPorts),
		"Volumes":      len(wire.Config.Volumes),
		"Labels":       len(wire.Config.Labels),
	}
	for field, size := range sizes {
		if size > maxItems {
			return fmt.Errorf("config.%s has %d entries, more than the %d that are read", field, size, maxItems)
		}
	}
	return nil
}

// isDigest accepts the two registered algorithms of the OCI descriptor.
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
			return err
		}
		items = append(items, item)
	}
	*b = items
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
