package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"seawall/internal/finding"
	"seawall/internal/report"
	"seawall/internal/wording"
)

// survey examines targets for one report.
type survey struct {
	targets  []string
	target   targetOptions
	read     readOptions
	document *report.Document
	// checkFiles checks files and folders of them; nil where only images are of use.
	checkFiles func(ctx context.Context, input string) report.Target
}

// newSurvey begins a report on targets that looks for the given kinds of finding.
func newSurvey(targets []string, t targetOptions, r readOptions, kinds ...finding.Kind) (*survey, error) {
	if err := t.check(targets); err != nil {
		return nil, err
	}
	now, err := report.Timestamp(os.Getenv("SOURCE_DATE_EPOCH"), time.Now())
	if err != nil {
		return nil, usageError{err}
	}
	return &survey{targets: targets, target: t, read: r, document: &report.Document{
		Schema:   report.SchemaName,
		Tool:     report.Tool{Name: "seawall", Version: version},
		Created:  now,
		Looked:   kinds,
		Findings: []finding.Finding{},
		Checks:   map[string]report.Check{},
	}}, nil
}

// run examines the targets in turn and adds each new asset. A target that
// cannot be opened is its own failure: the others are examined all the same. An
// interrupt leaves what is done and notes what is not.
func (s *survey) run(ctx context.Context, add func(*examined)) {
	for _, input := range s.targets {
		if s.checkFiles != nil && isFileTarget(input) {
			s.document.Targets = append(s.document.Targets, s.checkFiles(ctx, input))
			continue
		}
		target := report.Target{Input: input, Assets: []string{}}
		if found, err := s.examine(ctx, input); err != nil {
			target.Error = wording.Cut(err.Error())
		} else {
			target.Assets = append(target.Assets, found.asset.ID)
			if !s.has(found.asset.ID) {
				add(found)
			}
		}
		s.document.Targets = append(s.document.Targets, target)
	}
}

func (s *survey) examine(ctx context.Context, input string) (*examined, error) {
	if ctx.Err() != nil {
		return nil, errors.New("stopped before it was read")
	}
	found, err := examine(ctx, input, s.target, s.read)
	if err != nil && ctx.Err() != nil {
		return nil, errors.New("stopped while it was read")
	}
	return found, err
}

// has is true for an image that another name led to before.
func (s *survey) has(assetID string) bool {
	return slices.ContainsFunc(s.document.Assets, func(a report.Asset) bool { return a.ID == assetID })
}

// maxTold bounds the lines of tellErrors about one asset.
const maxTold = 20

// tellErrors prints what could not be read, where standard output does not have
// it in words.
func (s *survey) tellErrors(stderr io.Writer) {
	for _, t := range s.document.Targets {
		if t.Error != "" {
			fmt.Fprintf(stderr, "seawall: %s: %s\n", report.Escape(t.Input), report.Escape(t.Error))
		}
	}
	for _, a := range s.document.Assets {
		for i, p := range a.Errors {
			if i == maxTold {
				fmt.Fprintf(stderr, "seawall: %s: %d more, see --format json\n", report.Escape(a.Name), len(a.Errors)-maxTold)
				break
			}
			fmt.Fprintf(stderr, "seawall: %s: %s\n", report.Escape(a.Name), report.Escape(p.String()))
		}
	}
}
