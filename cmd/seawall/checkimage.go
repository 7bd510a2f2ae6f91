package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/image"
	"seawall/internal/inventory"
	"seawall/internal/inventory/system"
	"seawall/internal/mask"
	"seawall/internal/policy"
	"seawall/internal/report"
	"seawall/internal/rule"
	"seawall/internal/vuln"
)

// checker gathers one report from all targets.
type checker struct {
	options  *checkOptions
	policy   *policy.Policy
	failOn   finding.Severity
	rules    *rule.Set
	db       *vuln.DB // nil if there is none
	stderr   io.Writer
	document *report.Document
}

// check checks one target. That it cannot be opened is its own failure: the
// others are checked all the same.
func (c *checker) check(ctx context.Context, input string) {
	target := report.Target{Input: input, Assets: []string{}}
	found, err := examine(ctx, input, c.options.target, readOptions{noCache: c.options.noCache, quiet: c.options.report.Quiet, stderr: c.stderr})
	if err != nil {
		target.Error = err.Error()
	} else {
		target.Assets = []string{found.asset.ID}
		c.add(ctx, found)
	}
	c.document.Targets = append(c.document.Targets, target)
}

// add puts an examined image and its findings into the report.
func (c *checker) add(ctx context.Context, e *examined) {
	for _, known := range c.document.Assets {
		if known.ID == e.asset.ID {
			return // the same image by another name
		}
	}
	a := e.reported()
	var findings []finding.Finding
	if c.options.wants(finding.Vulnerability) {
		matched, problems := c.db.Findings(e.asset.ID, e.asset.StableName, e.inventory.Packages)
		findings = append(findings, matched...)
		c.gaps(e, problems)
	}
	if c.options.wants(finding.Misconfiguration) {
		results, err := c.rules.Evaluate(ctx, rule.Image(e.asset, &e.subject, c.document.Created))
		if err != nil {
			a.Status = report.Partial
			a.Errors = append(a.Errors, report.Problem{Layer: -1, Message: fmt.Sprintf("the configuration was not checked: %v", err)})
		}
		for _, r := range results {
			findings = append(findings, r.Findings(e.asset)...)
			c.count(e.asset.ID, r)
		}
	}
	c.document.Assets = append(c.document.Assets, a)
	for i := range findings {
		e.locate(&findings[i])
		if !c.options.excludeBase || !inherited(&findings[i]) {
			c.document.Findings = append(c.document.Findings, findings[i])
		}
	}
}

func inherited(f *finding.Finding) bool {
	return f.Location != nil && f.Location.Layer != nil && f.Location.Layer.Base == asset.FromBase
}

// gaps says which packages no advisory could be sought for.
func (c *checker) gaps(e *examined, problems []vuln.Problem) {
	for _, p := range problems {
		c.document.NotLookedUp = append(c.document.NotLookedUp, report.Gap{
			Asset:    e.asset.ID,
			What:     p.What,
			Reason:   p.Message,
			Command:  p.Command,
			Packages: p.Packages,
		})
	}
}

// count adds a rule's result to the report's checks.
func (c *checker) count(assetID string, r rule.Result) {
	check, known := c.document.Checks[r.Rule.ID]
	if !known {
		check.Unknown = []report.Undecided{}
	}
	result := "unknown"
	switch r.Status {
	case rule.Pass:
		check.Pass++
		result = "pass"
	case rule.Fail:
		check.Fail++
		result = "fail"
	case rule.NotApplicable:
		check.NotApplicable++
		result = "notApplicable"
	case rule.Unknown:
		check.Unknown = append(check.Unknown, report.Undecided{Asset: assetID, Reason: r.Reason})
	}
	if c.options.allChecks {
		check.Results = append(check.Results, report.CheckResult{Asset: assetID, Result: result, Reason: r.Reason})
	}
	c.document.Checks[r.Rule.ID] = check
}

// examined is an image with all that was read of it.
type examined struct {
	asset     asset.Asset
	source    string
	subject   asset.Subject[asset.Image]
	snapshot  *image.Snapshot
	inventory inventory.Inventory
	secrets   *mask.Mask
}

// readOptions say how to read a target.
type readOptions struct {
	noCache, quiet bool
	stderr         io.Writer
}

// examine opens a target, reads its layers and takes its inventory.
func examine(ctx context.Context, input string, t targetOptions, o readOptions) (*examined, error) {
	img, err := openTarget(ctx, input, t)
	if err != nil {
		return nil, err
	}
	defer img.Close()
	options := image.Options{
		Analyzers: append(inventory.Analyzers(), system.Analyzers()...),
		NoHashes:  img.Source == "rootfs",
		Progress:  &image.Progress{},
	}
	if !o.noCache {
		options.Cache = &image.Cache{Dir: layerCacheDir()}
	}
	done := showProgress(o, img, options.Progress)
	snapshot, err := image.Scan(ctx, img, options)
	done()
	if err != nil {
		return nil, err
	}
	if snapshot.CacheError != nil {
		fmt.Fprintf(o.stderr, "seawall: %v; the next check will read the layers again\n", snapshot.CacheError)
	}
	return newExamined(img, snapshot), nil
}

// newExamined works out what the layers' contents mean together.
func newExamined(img *image.Image, snapshot *image.Snapshot) *examined {
	e := &examined{source: img.Source, subject: asset.Subject[asset.Image]{Facts: img.Facts, Origins: img.Origins}, snapshot: snapshot}
	facts := &e.subject.Facts
	facts.Layers, facts.Size = snapshot.Layers, snapshot.Size()
	system.Fill(&e.subject, snapshot)
	var privileged []string
	for _, f := range facts.PrivilegedFiles {
		privileged = append(privileged, f.Path)
	}
	e.inventory = inventory.Collect(snapshot, privileged...)
	facts.Distribution = e.inventory.Distribution
	for i := range facts.PrivilegedFiles {
		facts.PrivilegedFiles[i].OwnedBy = e.inventory.Owners[facts.PrivilegedFiles[i].Path]
	}
	e.asset, e.secrets = identify(facts, img.Source), mask.New(facts.Env)
	return e
}

// identify names an image: by its configuration's digest, and for a person by
// its tag or path.
func identify(facts *asset.Image, source string) asset.Asset {
	if source == "rootfs" {
		return asset.Asset{ID: "rootfs:" + facts.Reference, Kind: asset.KindRootFS, Name: facts.Reference, StableName: facts.Reference}
	}
	a := asset.Asset{ID: "image:" + facts.ID, Kind: asset.KindImage, Name: facts.Reference, StableName: facts.Repository}
	if facts.Repository != "" && facts.Tag != "" {
		a.Name = facts.Repository + ":" + facts.Tag
	}
	if a.StableName == "" {
		a.StableName = facts.Reference
	}
	return a
}

// reported is the image as the report shows it.
func (e *examined) reported() report.Asset {
	a := report.Asset{
		ID: e.asset.ID, Kind: e.asset.Kind, Name: e.asset.Name, StableName: e.asset.StableName, Source: e.source,
		Parents: []string{}, Status: report.Complete, Errors: []report.Problem{},
		Distribution: &e.inventory.Distribution, Packages: report.Packages(e.inventory.Packages),
	}
	if e.asset.Kind == asset.KindImage {
		a.Image, a.Layers = report.ImageIdentity(&e.subject.Facts), e.layers()
	}
	for _, p := range append(e.snapshot.Problems, e.inventory.Problems...) {
		a.Status = report.Partial
		a.Errors = append(a.Errors, report.Problem{Layer: p.Layer, Path: p.Path, Message: p.Message})
	}
	return a
}

// layers are the image's with the secrets of their commands masked.
func (e *examined) layers() []asset.Layer {
	layers := slices.Clone(e.subject.Facts.Layers)
	for i := range layers {
		layers[i].CreatedBy = e.secrets.Text(layers[i].CreatedBy)
	}
	return layers
}

// locate fills in the layer that a finding points to.
func (e *examined) locate(f *finding.Finding) {
	if f.Location == nil || f.Location.Layer == nil || e.asset.Kind != asset.KindImage {
		return
	}
	layer := f.Location.Layer
	if layer.Index < 0 || layer.Index >= len(e.subject.Facts.Layers) {
		f.Location.Layer = nil
		return
	}
	known := e.subject.Facts.Layers[layer.Index]
	layer.DiffID, layer.CreatedBy, layer.Base = known.DiffID, e.secrets.Text(known.CreatedBy), known.Base
}
