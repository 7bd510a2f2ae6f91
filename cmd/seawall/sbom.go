package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"seawall/internal/report"
)

func newSBOMCommand() *cobra.Command {
	var target targetOptions
	var list outputs
	var read readOptions
	command := &cobra.Command{
		Use:   "sbom TARGET…",
		Short: "Write an image's bill of materials",
		Long: `Writes what is in each TARGET, without asking what is wrong with it. See
"seawall check --help" for what a TARGET is.

Exit code: 0 done; 1 a target could not be read, or only in part, which is told on
standard error; 2 wrong usage.`,
		Example: `  seawall sbom debian:12 > debian.cdx.json
  seawall sbom image.tar --format spdx --output image.spdx.json`,
		Args: someArgs("name the image whose contents to list"),
		RunE: func(cmd *cobra.Command, targets []string) error {
			read.stderr = cmd.ErrOrStderr()
			s, err := newSurvey(targets, target, read)
			if err != nil {
				return err
			}
			if err := list.prepare(targets); err != nil {
				return err
			}
			return writeSBOM(cmd.Context(), s, &list, cmd.OutOrStdout())
		},
	}
	target.register(command)
	list.register(command, report.SBOMFormats)
	command.Flags().BoolVar(&read.noCache, "no-cache", false, "read every layer anew, and keep nothing")
	return command
}

func writeSBOM(ctx context.Context, s *survey, list *outputs, stdout io.Writer) error {
	s.run(ctx, func(e *examined) {
		s.document.Assets = append(s.document.Assets, e.reported())
	})
	s.document.Summary = report.Summarize(s.document)
	s.tellErrors(s.read.stderr)
	if len(s.document.Assets) > 0 {
		if err := list.write(stdout, s.document, report.Options{}); err != nil {
			return err
		}
	}
	if s.document.Summary.Incomplete > 0 {
		return silentError(exitIncomplete)
	}
	return nil
}
