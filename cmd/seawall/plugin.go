package main

import (
	"encoding/json"

	"github.com/spf13/cobra"
)

// pluginName is what Docker calls the plugin: its file is docker-seawall.
const pluginName = "seawall"

// pluginMetadata is what Docker's CLI asks a plugin for
// (github.com/docker/cli, cli-plugins/metadata).
type pluginMetadata struct {
	SchemaVersion    string
	Vendor           string
	Version          string
	ShortDescription string
}

// newPluginMetadataCommand answers Docker's question whether this binary is a
// CLI plugin, so that `docker seawall check` works.
func newPluginMetadataCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "docker-cli-plugin-metadata",
		Hidden: true,
		Args:   noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(pluginMetadata{
				SchemaVersion:    "0.1.0",
				Vendor:           "Seawall",
				Version:          version,
				ShortDescription: "Check images for vulnerabilities and bad configuration",
			})
		},
	}
}

// withoutPluginName drops the plugin's own name, which Docker passes first.
func withoutPluginName(args []string) []string {
	if len(args) > 0 && args[0] == pluginName {
		return args[1:]
	}
	return args
}
