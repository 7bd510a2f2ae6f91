// Package oci reads the configuration of an OCI or Docker image into facts. It
// does no I/O: bytes in, facts out.
package oci

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"seawall/internal/asset"
)

// MaxConfigSize is the size in bytes above which a configuration is refused.
// It is the limit that registries commonly set for a manifest.
const MaxConfigSize = 4 << 20

// Decode reads an image configuration as the OCI image specification 1.1
// (config.md) defines it, with Docker's additions (Healthcheck, OnBuild,
// Shell). null stands for an absent field; unknown fields are ignored.
//
// A field of a wrong type or with more than 10 000 items does not spoil the
// others: the facts that it would tell are marked unknown in Origins, and damage
// has a sentence for each such field. Without valid layers (rootfs) there is
// nothing to read, and that is an error.
//
// Facts that stand in the image's files (uid, accounts, privilegedFiles,
// worldWritable) are marked unknown until somebody fills them.
func Decode(config []byte) (subject asset.Subject[asset.Image], damage []string, err error) {
	wire, err := decodeWire(config)
	if err != nil {
		return subject, nil, fmt.Errorf("read image configuration: %w", err)
	}
	digest := sha256.Sum256(config)
	written := &wire.Config.value
	facts := asset.Image{
		ID:           "sha256:" + hex.EncodeToString(digest[:]),
		OS:           wire.OS.value,
		Architecture: wire.Architecture.value,
		Variant:      wire.Variant.value,
		User:         written.User.value,
		Env:          environment(written.Env.value),
		Entrypoint:   written.Entrypoint.value,
		Cmd:          written.Cmd.value,
		Shell:        written.Shell.value,
		ExposedPorts: ports(written.ExposedPorts.value),
		Volumes:      slices.Sorted(maps.Keys(written.Volumes.value)),
		Labels:       written.Labels.value,
		WorkingDir:   written.WorkingDir.value,
		StopSignal:   written.StopSignal.value,
		OnBuild:      written.OnBuild.value,
		Healthcheck:  asset.Healthcheck{Test: written.Healthcheck.value.Test},
		Layers:       layers(wire.RootFS.DiffIDs),
	}
	steps := wire.History.value
	facts.History = history(steps, facts.Shell)
	linkLayers(facts.History, facts.Layers, steps)
	markBase(facts.History, facts.Layers, steps)

	subject = asset.Subject[asset.Image]{Facts: facts, Origins: origins(&facts)}
	uid(&subject)
	created(&subject, wire.Created.value)
	return subject, markDamaged(&subject, wire.damage()), nil
}

// RootFS gives the facts of a root file system that no configuration describes:
// what a configuration says is inexpressible, so rules about it don't apply.
func RootFS() asset.Subject[asset.Image] {
	subject := asset.Subject[asset.Image]{Facts: asset.Image{OS: "linux"}, Origins: map[string]asset.Origin{}}
	for _, field := range append([]string{"history", "created", "tag"}, configFacts...) {
		subject.Origins[field] = asset.Origin{Kind: asset.Inexpressible, Reason: "a root file system has no image configuration"}
	}
	return subject
}

func environment(variables []string) []asset.EnvVar {
	env := make([]asset.EnvVar, 0, len(variables))
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		env = append(env, asset.EnvVar{Name: name, Value: value})
	}
	return env
}

func ports(exposed map[string]empty) []asset.Port {
	list := make([]asset.Port, 0, len(exposed))
	for text := range exposed {
		list = append(list, port(text))
	}
	slices.SortFunc(list, func(a, b asset.Port) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Protocol, b.Protocol))
	})
	return slices.Compact(list)
}

// port reads "80/tcp", "53/udp" or "80", which means tcp.
func port(text string) asset.Port {
	digits, protocol, _ := strings.Cut(text, "/")
	number, err := strconv.Atoi(digits)
	if err != nil || number < 0 {
		number = -1
	}
	return asset.Port{Number: number, Protocol: cmp.Or(strings.ToLower(protocol), "tcp")}
}

func layers(diffIDs []string) []asset.Layer {
	list := make([]asset.Layer, len(diffIDs))
	for i, id := range diffIDs {
		list[i] = asset.Layer{Index: i, DiffID: id}
	}
	return list
}

// origins says which facts the configuration leaves to the platform, and which
// it cannot answer at all.
func origins(facts *asset.Image) map[string]asset.Origin {
	absent := map[string]bool{
		"user":        facts.User == "",
		"workingDir":  facts.WorkingDir == "",
		"stopSignal":  facts.StopSignal == "",
		"shell":       len(facts.Shell) == 0,
		"healthcheck": len(facts.Healthcheck.Test) == 0,
	}
	out := map[string]asset.Origin{}
	for field, left := range absent {
		if left {
			out[field] = asset.Origin{Kind: asset.PlatformDefault}
		}
	}
	inFiles := asset.Origin{Kind: asset.Unknown, Reason: "the image's files were not read"}
	if facts.OS == "windows" {
		inFiles = asset.Origin{Kind: asset.Inexpressible, Reason: "a Windows image has no Unix accounts and file modes"}
	}
	for _, field := range []string{"uid", "accounts", "privilegedFiles", "worldWritable"} {
		out[field] = inFiles
	}
	return out
}

// uid notes what the configuration alone tells: nothing written is root, whatever
// the files hold, and a number or the name root needs no passwd.
func uid(subject *asset.Subject[asset.Image]) {
	if subject.Facts.OS == "windows" {
		return
	}
	user, _, _ := strings.Cut(subject.Facts.User, ":")
	number, err := strconv.ParseInt(user, 10, 32)
	switch {
	case subject.Facts.User == "":
		subject.Origins["uid"] = asset.Origin{Kind: asset.PlatformDefault}
	case err == nil && number >= 0, user == "root":
		subject.Facts.UID = number
		delete(subject.Origins, "uid")
	}
}

// created reads the time of creation. One bad date must not cost the user the
// rest of the image, so it becomes an unknown fact.
func created(subject *asset.Subject[asset.Image], text string) {
	if text == "" {
		subject.Origins["created"] = asset.Origin{Kind: asset.Unknown, Reason: "the configuration has no creation date"}
		return
	}
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		subject.Origins["created"] = asset.Origin{Kind: asset.Unknown, Reason: fmt.Sprintf("the creation date %q is not an RFC 3339 date", text)}
		return
	}
	subject.Facts.Created = when.UTC()
}
