package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"seawall/internal/asset"
	"seawall/internal/platform/ecs"
	"seawall/internal/platform/kubernetes"
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
	targets = append(targets, kubernetesTargets(&named, content.Kubernetes, now)...)
	targets = append(targets, ecsTargets(&named, content.ECS, now)...)
	if content.Dockerfile != nil {
		targets = append(targets, rule.Dockerfile(file, content.Dockerfile, now))
	}
	if content.Compose != nil {
		targets = append(targets, rule.Of("compose", file, content.Compose, now))
	}
	if content.Image != nil {
		targets = append(targets, rule.Image(named.asset(asset.KindImage, content.File), content.Image, now))
	}
	return targets
}

// kubernetesTargets are the objects beside workloads.
func kubernetesTargets(n *namer, objects *kubernetes.Objects, now time.Time) []rule.Target {
	if objects == nil {
		return nil
	}
	return slices.Concat(
		described(n, asset.KindRBACRole, objects.Roles, func(r *asset.RBACRole) string { return metadataName(&r.Metadata) }, now),
		described(n, asset.KindRBACBinding, objects.Bindings, func(b *asset.RBACBinding) string { return metadataName(&b.Metadata) }, now),
		described(n, asset.KindService, objects.Services, func(s *asset.Service) string { return metadataName(&s.Metadata) }, now),
		described(n, asset.KindIngress, objects.Ingresses, func(i *asset.Ingress) string { return metadataName(&i.Metadata) }, now),
		described(n, asset.KindConfigMap, objects.ConfigMaps, func(c *asset.ConfigMap) string { return metadataName(&c.Metadata) }, now),
	)
}

func metadataName(m *asset.Metadata) string { return objectName(m.Kind, m.Namespace, m.Name) }

// ecsTargets are what ECS has beside task definitions.
func ecsTargets(n *namer, resources *ecs.Resources, now time.Time) []rule.Target {
	if resources == nil {
		return nil
	}
	return slices.Concat(
		described(n, asset.KindECSService, resources.Services, func(s *asset.ECSService) string { return s.Kind + " " + s.Name }, now),
		described(n, asset.KindECSCluster, resources.Clusters, func(c *asset.ECSCluster) string { return "cluster " + c.Name }, now),
		described(n, asset.KindECSCapacityProvider, resources.CapacityProviders, func(p *asset.ECSCapacityProvider) string { return "capacity provider " + p.Name }, now),
	)
}

// objectName is a Kubernetes object's name as workloads have it.
func objectName(kind, namespace, name string) string {
	if namespace != "" {
		return namespace + "/" + kind + "/" + name
	}
	return kind + "/" + name
}

// described makes targets of assets of one kind, which is also what rules call
// it in their `on`.
func described[T any](n *namer, kind asset.Kind, subjects []asset.Subject[T], name func(*T) string, now time.Time) []rule.Target {
	var targets []rule.Target
	for i := range subjects {
		targets = append(targets, rule.Of(string(kind), n.asset(kind, name(&subjects[i].Facts)), &subjects[i], now))
	}
	return targets
}

// judgeTogether judges the Kubernetes objects of all files together. It also
// completes the workloads with what other files say about them, so it comes first.
func (c *checker) judgeTogether(ctx context.Context, input string, contents []*tree.Content) *fileResult {
	r := &fileResult{}
	manifests := tree.Relate(contents)
	if manifests == nil {
		return r
	}
	path := tree.Shown(filePath(input))
	a := asset.Asset{ID: "manifests:" + path, Kind: asset.KindManifests, Name: "the manifests of " + path, StableName: path}
	target := rule.Of("manifests", a, manifests, c.document.Created)
	r.judge(ctx, c, &target)
	return r
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
		name = objectName(w.Kind, w.Namespace, name)
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
