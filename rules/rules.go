// Package rules holds the catalogue: one YAML file for each rule, in a folder
// for each layer, with the examples that prove it.
package rules

import "embed"

// Files are the rule files, "image/image-healthcheck.yaml".
//
//go:embed image build compose workload volume network ecs swarm kubernetes
var Files embed.FS
