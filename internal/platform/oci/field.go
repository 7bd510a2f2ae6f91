package oci

import (
	"encoding/json"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/wording"
)

// field is a value of a configuration that spoils itself alone: whatever JSON
// is in its place, the rest of the configuration is read.
type field[T any] struct {
	value T
	err   error
}

// UnmarshalJSON never fails; err tells what is wrong with the value.
func (f *field[T]) UnmarshalJSON(data []byte) error {
	if f.err = json.Unmarshal(data, &f.value); f.err != nil {
		var none T
		f.value = none // not half of a list
	}
	return nil
}

// damaged is a field that could not be read.
type damaged struct {
	name string
	// facts are those that it would have told.
	facts []string
	err   error
}

// damage lists the fields that could not be read.
func (w *wireImage) damage() []damaged {
	c := &w.Config.value
	all := []damaged{
		{"created", []string{"created"}, w.Created.err},
		{"os", []string{"os"}, w.OS.err},
		{"architecture", []string{"architecture"}, w.Architecture.err},
		{"variant", []string{"variant"}, w.Variant.err},
		{"history", []string{"history"}, w.History.err},
		{"config", configFacts, w.Config.err},
		{"config.User", []string{"user", "uid"}, c.User.err},
		{"config.Env", []string{"env"}, c.Env.err},
		{"config.Entrypoint", []string{"entrypoint"}, c.Entrypoint.err},
		{"config.Cmd", []string{"cmd"}, c.Cmd.err},
		{"config.Shell", []string{"shell"}, c.Shell.err},
		{"config.ExposedPorts", []string{"exposedPorts"}, c.ExposedPorts.err},
		{"config.Volumes", []string{"volumes"}, c.Volumes.err},
		{"config.Labels", []string{"labels"}, c.Labels.err},
		{"config.WorkingDir", []string{"workingDir"}, c.WorkingDir.err},
		{"config.StopSignal", []string{"stopSignal"}, c.StopSignal.err},
		{"config.OnBuild", []string{"onBuild"}, c.OnBuild.err},
		{"config.Healthcheck", []string{"healthcheck"}, c.Healthcheck.err},
	}
	var found []damaged
	for _, d := range all {
		if d.err != nil {
			found = append(found, d)
		}
	}
	return found
}

// configFacts are the facts that the configuration's "config" tells.
var configFacts = []string{
	"user", "uid", "env", "entrypoint", "cmd", "shell", "exposedPorts", "volumes", "labels",
	"workingDir", "stopSignal", "onBuild", "healthcheck",
}

// reason says in one clause what is wrong with the field.
func (d *damaged) reason() string {
	return fmt.Sprintf("the image's configuration has a %s that cannot be read: %v", d.name, wording.JSONPart(d.err))
}

// markDamaged makes the facts unknown that the damaged fields would have told, and
// gives a sentence for each field.
func markDamaged(subject *asset.Subject[asset.Image], fields []damaged) []string {
	var sentences []string
	for i := range fields {
		reason := fields[i].reason()
		for _, fact := range fields[i].facts {
			subject.Origins[fact] = asset.Origin{Kind: asset.Unknown, Reason: reason}
		}
		sentences = append(sentences, reason+"; what it says about "+strings.Join(fields[i].facts, ", ")+" is not known")
	}
	return sentences
}
