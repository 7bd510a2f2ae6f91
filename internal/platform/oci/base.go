package oci

import "seawall/internal/asset"

// markBase tells the inherited steps and layers from the image's own, as far as
// the history gives evidence.
//
// A base image's Dockerfile nearly always ends with the command it starts: a
// CMD or ENTRYPOINT that makes no layer. So the steps that set the image's own
// configuration at the end are skipped, and the nearest CMD or ENTRYPOINT
// before the last layer is taken for the end of the base. Steps without a
// layer directly after it may belong to either side and stay unknown.
//
// Everything stays unknown if there is no such step (the image is a base
// itself, its base sets no command, or it was not built from a Dockerfile) or
// if the steps could not be linked to layers. The rule is wrong for a
// Dockerfile that sets its command before its last RUN or COPY.
func markBase(entries []asset.HistoryEntry, layers []asset.Layer) {
	end := baseEnd(entries)
	if end < 0 {
		return
	}
	side := asset.FromBase
	for i := range entries {
		if i > end && entries[i].Layer < 0 && side == asset.FromBase {
			continue
		}
		if i > end {
			side = asset.Own
		}
		entries[i].Base = side
		if layer := entries[i].Layer; layer >= 0 {
			layers[layer].Base = side
		}
	}
}

// baseEnd is the index of the base's last step, -1 if there is no evidence.
func baseEnd(entries []asset.HistoryEntry) int {
	last := len(entries) - 1
	for last >= 0 && entries[last].Layer < 0 {
		last--
	}
	for i := last - 1; i >= 0; i-- {
		starts := entries[i].Instruction == "CMD" || entries[i].Instruction == "ENTRYPOINT"
		if starts && entries[i].Layer < 0 && hasLayer(entries[:i]) {
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
