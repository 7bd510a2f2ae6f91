package oci

import (
	"strings"

	"seawall/internal/asset"
)

// markBase tells the inherited steps and layers from the image's own, as far as
// the history gives evidence:
//
//   - Buildah writes "FROM <base>" as the comment of the first step that stands
//     on the base, so everything before it is the base.
//   - A base image's Dockerfile nearly always ends with the command it starts: a
//     CMD or ENTRYPOINT that makes no layer. So the steps that set the image's
//     own configuration at the end are skipped, and the nearest CMD or
//     ENTRYPOINT before the last layer is taken for the end of the base. Steps
//     without a layer directly after it may belong to either side and stay
//     unknown.
//
// Everything stays unknown if there is neither (the image is a base itself, its
// base sets no command, or it was not built from a Dockerfile) or if the steps
// could not be linked to layers. The second rule is wrong for a Dockerfile that
// sets its command before its last RUN or COPY.
func markBase(entries []asset.HistoryEntry, layers []asset.Layer, steps []wireStep) {
	last := lastLayerStep(entries)
	if last < 0 {
		return
	}
	if own := firstOwnStep(steps); own > 0 {
		mark(entries, layers, 0, own, asset.FromBase)
		mark(entries, layers, own, len(entries), asset.Own)
		return
	}
	end := commandBefore(entries, last)
	if end < 0 {
		return
	}
	own := end
	for entries[own].Layer < 0 {
		own++
	}
	mark(entries, layers, 0, end+1, asset.FromBase)
	mark(entries, layers, own, len(entries), asset.Own)
}

func mark(entries []asset.HistoryEntry, layers []asset.Layer, from, to int, side string) {
	for i := from; i < to; i++ {
		entries[i].Base = side
		if layer := entries[i].Layer; layer >= 0 {
			layers[layer].Base = side
		}
	}
}

func lastLayerStep(entries []asset.HistoryEntry) int {
	last := len(entries) - 1
	for last >= 0 && entries[last].Layer < 0 {
		last--
	}
	return last
}

// firstOwnStep is the step that Buildah marked as standing on its base, 0 if
// there is none. A base that Buildah built too has its own mark, so the last
// one counts. Buildah before 1.37 could put the mark on the very last step of
// a build without layers; there it tells nothing.
func firstOwnStep(steps []wireStep) int {
	for i := len(steps) - 2; i > 0; i-- {
		if strings.HasPrefix(steps[i].Comment, "FROM ") {
			return i
		}
	}
	return 0
}

// commandBefore is the nearest step before last that sets the command to start
// without making a layer, -1 if there is none that stands on a layer.
func commandBefore(entries []asset.HistoryEntry, last int) int {
	for i := last - 1; i >= 0; i-- {
		command := entries[i].Instruction == "CMD" || entries[i].Instruction == "ENTRYPOINT"
		if command && entries[i].Layer < 0 && hasLayer(entries[:i]) {
			return i
		}
	}
	return -1
}

func hasLayer(entries []asset.HistoryEntry) bool {
	for _, entry := range entries {
		if entry.Layer >= 0 {
			return true
		}
	}
	return false
}
