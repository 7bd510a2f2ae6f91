package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"seawall/internal/finding"
	"seawall/internal/report"
)

// sbomFormats are the formats that make sense without findings.
var sbomFormats = []string{"cyclonedx", "spdx", "json"}

func newSBOMCommand() *cobra.Command {
	var target targetOptions
	var list outputs
	var noCache bool
	command := &cobra.Command{
		Use:   "sbom TARGET…",
		Short: "Write an image's bill of materials",
		Long: `Writes what is in each TARGET, without asking what is wrong with it. See
"seawall check --help" for what a TARGET is.`,
		Example: `  seawall sbom debian:12 > debian.cdx.json
  seawall sbom image.tar --format spdx --output image.spdx.json`,
		Args: someArgs("name the image whose contents to list"),
		RunE: func(cmd *cobra.Command, targets []string) error {
			if err := list.check(sbomFormats[0]); err != nil {
				return err
			}
			o := readOptions{noCache: noCache, stderr: cmd.ErrOrStderr()}
			return runSBOM(cmd.Context(), targets, target, o, list, cmd.OutOrStdout())
		},
	}
	target.register(command)
	list.register(command, sbomFormats)
	command.Flags().BoolVar(&noCache, "no-cache", false, "read every layer anew, and keep nothing")
	return command
}

func runSBOM(ctx context.Context, targets []string, t targetOptions, o readOptions, list outputs, stdout io.Writer) error {
	now, err := report.Timestamp(os.Getenv("SOURCE_DATE_EPOCH"), time.Now())
	if err != nil {
		return usageError{err}
	}
	document := newDocument(now)
	document.Findings = []finding.Finding{}
	for _, target := range targets {
		found, err := examine(ctx, target, t, o)
		if err != nil {
			return err
		}
		document.Targets = append(document.Targets, report.Target{Input: target, Assets: []string{found.asset.ID}})
		document.Assets = append(document.Assets, found.reported())
	}
	document.Summary = report.Summarize(document)
	if err := list.write(stdout, document, terminalOptions()); err != nil {
		return err
	}
	if document.Summary.Incomplete > 0 {
		return silentError(exitIncomplete)
	}
	return nil
}
