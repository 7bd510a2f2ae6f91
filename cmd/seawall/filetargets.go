package main

import (
	"fmt"
	"time"

	"seawall/internal/asset"
	"seawall/internal/rule"
	"seawall/internal/source/tree"
)

// fileAsset is a file as an asset: its path names it everywhere.
func fileAsset(content *tree.Content) asset.Asset {
	return asset.Asset{ID: "file:" + content.File, Kind: asset.KindFile, Name: content.File, StableName: content.File}
}

// targetsOf gives everything that a file describes, for the rules. Two files
// may describe workloads of one name, so the path is a part of theirs.
func targetsOf(file asset.Asset, content *tree.Content, now time.Time) []rule.Target {
	named := namer{file: file, used: map[string]int{}}
	var targets []rule.Target
	for i := range content.Workloads {
		workload := &content.Workloads[i]
		targets = append(targets, rule.Workload(named.workload(&workload.Facts), workload, now)...)
	}
	if content.Dockerfile != nil {
		targets = append(targets, rule.Of("dockerfile", file, content.Dockerfile, now))
	}
	if content.Compose != nil {
		targets = append(targets, rule.Of("compose", file, content.Compose, now))
	}
	if content.Image != nil {
		targets = append(targets, rule.Image(named.asset(asset.KindImage, content.File), content.Image, now))
	}
	return targets
}

// namer names the assets of one file, each differently.
type namer struct {
	file asset.Asset
	used map[string]int
}

// workload names one by its kind and namespace where these tell it from others.
func (n *namer) workload(w *asset.Workload) asset.Asset {
	name := w.Name
	if w.Platform == asset.PlatformKubernetes {
		name = w.Kind + "/" + name
		if w.Namespace != "" {
			name = w.Namespace + "/" + name
		}
	}
	return n.asset(asset.KindWorkload, name)
}

func (n *namer) asset(kind asset.Kind, name string) asset.Asset {
	stable := n.file.StableName
	if name != n.file.Name {
		stable += "/" + name
	}
	if n.used[stable]++; n.used[stable] > 1 {
		name = fmt.Sprintf("%s (%d)", name, n.used[stable])
		stable = fmt.Sprintf("%s (%d)", stable, n.used[stable])
	}
	return asset.Asset{ID: string(kind) + ":" + stable, Kind: kind, Name: name, StableName: stable, Parents: []string{n.file.ID}}
}
