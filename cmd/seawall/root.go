package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "seawall",
		Short: "Container security at every level, in one binary",
		Long: `Seawall checks container images: their packages and known vulnerabilities, ordered by
real risk, and their configuration. It works offline and says what to do.

  seawall db update              get the advisories once, then daily
  seawall check debian:12        an image in the engine or its registry
  seawall check image.tar        an image saved with docker save
  seawall check rootfs:/         this machine's own packages`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
	})
	for _, working := range []*cobra.Command{newCheckCommand(), newSBOMCommand(), newDBCommand(), newRulesCommand()} {
		working.PersistentPreRun = saveMemory
		root.AddCommand(working)
	}
	root.AddCommand(newVersionCommand(), newPluginMetadataCommand())
	root.CompletionOptions.HiddenDefaultCmd = false
	return root
}

// noArgs refuses arguments as a usage error, an unknown command among them.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("there is no command or argument %q here; see %s --help", args[0], cmd.CommandPath())}
	}
	return nil
}

// someArgs asks for at least one argument, what saying which kind.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{fmt.Errorf("%s; see %s --help", what, cmd.CommandPath())}
		}
		return nil
	}
}
