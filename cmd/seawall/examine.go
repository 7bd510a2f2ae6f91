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
	"seawall/internal/report"
	"seawall/internal/wording"
)

// examined is an image with all that was read of it.
type examined struct {
	asset   asset.Asset
	source  string
	subject asset.Subject[asset.Image]
	// unread are the parts of its layers that could not be read.
	unread    []image.Problem
	inventory inventory.Inventory
	secrets   *mask.Mask
	// leftOut are parts of a live system that were not read.
	leftOut []string
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
	var found *examined
	var notKept error
	err = image.Use(ctx, img, options, func(snapshot *image.Snapshot) {
		found, notKept = newExamined(img, snapshot), snapshot.CacheError
	})
	done()
	if notKept != nil {
		fmt.Fprintf(o.stderr, "seawall: %v; the next check will read the layers again\n", notKept)
	}
	return found, err
}

// newExamined works out what the layers' contents mean together.
func newExamined(img *image.Image, snapshot *image.Snapshot) *examined {
	e := &examined{
		source: img.Source, subject: asset.Subject[asset.Image]{Facts: img.Facts, Origins: img.Origins}, unread: snapshot.Problems, leftOut: img.LeftOut,
	}
	facts := &e.subject.Facts
	facts.Layers, facts.Size = snapshot.Layers, snapshot.Size()
	system.Fill(&e.subject, snapshot)
	var privileged []string
	for _, f := range facts.PrivilegedFiles {
		privileged = append(privileged, f.Path)
	}
	e.inventory = inventory.Collect(snapshot, privileged...)
	facts.Distribution = e.inventory.Distribution
	e.fillOwners()
	e.asset, e.secrets = identify(facts, img.Source), mask.New(facts.Env)
	return e
}

// fillOwners says which package brought each privileged file. Whether none did
// is known only if the packages' lists are whole.
func (e *examined) fillOwners() {
	files := e.subject.Facts.PrivilegedFiles
	for i := range files {
		files[i].OwnedBy = e.inventory.Owners[files[i].Path]
		if files[i].OwnedBy == "" && e.inventory.OwnersUnknown != "" {
			e.subject.Origins["privilegedFiles"] = asset.Origin{Kind: asset.Unknown, Reason: e.inventory.OwnersUnknown}
		}
	}
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
	for _, p := range append(e.unread, e.inventory.Problems...) {
		a.Status = report.Partial
		a.Errors = append(a.Errors, report.Problem{Layer: p.Layer, Path: p.Path, Message: wording.Cut(p.Message)})
	}
	if e.asset.Kind == asset.KindImage {
		a.Image, a.Layers = report.ImageIdentity(&e.subject.Facts), e.layers()
	} else {
		dropLayers(&a)
	}
	return a
}

// dropLayers takes off the one layer that an unpacked file system was read as.
func dropLayers(a *report.Asset) {
	for i := range a.Errors {
		a.Errors[i].Layer = -1
	}
	for i := range a.Packages {
		a.Packages[i].Layer = -1
	}
}

// layers are the image's with the secrets of their commands masked.
func (e *examined) layers() []asset.Layer {
	layers := slices.Clone(e.subject.Facts.Layers)
	for i := range layers {
		layers[i].CreatedBy = e.secrets.Text(layers[i].CreatedBy)
	}
	return layers
}

// locate fills in the layer that a finding points to, if it is one of the
// image's as the report shows them; the findings of one package share it.
func locate(f *finding.Finding, layers []asset.Layer) {
	if f.Location == nil || f.Location.Layer == nil {
		return
	}
	layer := f.Location.Layer
	if layer.Index < 0 || layer.Index >= len(layers) {
		f.Location.Layer = nil
		return
	}
	known := &layers[layer.Index]
	layer.DiffID, layer.CreatedBy, layer.Base = known.DiffID, known.CreatedBy, known.Base
}
