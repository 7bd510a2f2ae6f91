package rule

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"seawall/internal/asset"
)

// imageNotRead is why a container's image has no facts.
const imageNotRead = "the image was not read: check the image as well to know"

// Workload makes a target of a workload and one of each of its containers, in
// their order. The container's image is unknown until WithImage gives it.
func Workload(a asset.Asset, subject *asset.Subject[asset.Workload], now time.Time) []Target {
	if a.StableName == "" {
		a.StableName = WorkloadName(&subject.Facts)
	}
	targets := make([]Target, 0, 1+len(subject.Facts.Containers))
	workload := Of("workload", a, subject, now)
	workload.env = func() []asset.EnvVar { return writtenEnv(subject.Facts.Containers) }
	targets = append(targets, workload)
	for i, origins := range originsByContainer(subject.Origins, len(subject.Facts.Containers)) {
		targets = append(targets, container(&workload, &subject.Facts.Containers[i], origins))
	}
	return targets
}

// WorkloadName is what a workload is called in fingerprints: its platform,
// namespace and name. Kubernetes names are unique within a kind.
func WorkloadName(w *asset.Workload) string {
	if w.Platform == asset.PlatformKubernetes {
		return strings.Join([]string{w.Platform, w.Namespace, w.Kind, w.Name}, "/")
	}
	return strings.Join([]string{w.Platform, w.Namespace, w.Name}, "/")
}

// unreadImage stands for the image of a container until somebody reads it.
var unreadImage = bind("image", &asset.Image{}, map[string]asset.Origin{"": {Kind: asset.Unknown, Reason: imageNotRead}})

func container(workload *Target, facts *asset.Container, origins map[string]asset.Origin) Target {
	parent := workload.asset
	return Target{
		asset: asset.Asset{
			ID:         parent.ID + "/" + facts.Name,
			Kind:       asset.KindContainer,
			Name:       containerName(parent.Name, facts.Name),
			StableName: containerName(parent.StableName, facts.Name),
			Parents:    []string{parent.ID},
		},
		on:    "container",
		facts: []bound{bind("container", facts, origins), workload.facts[0], unreadImage},
		env:   workload.env,
		now:   workload.now,
	}
}

// containerName leaves out the name of a workload's only container where it has none.
func containerName(parent, name string) string {
	if name == "" {
		return parent
	}
	return parent + "/" + name
}

// originsByContainer are the origins below containers[i], with that taken off,
// for each of count containers.
func originsByContainer(all map[string]asset.Origin, count int) []map[string]asset.Origin {
	own := make([]map[string]asset.Origin, count)
	for i := range own {
		own[i] = map[string]asset.Origin{}
	}
	for path, origin := range all {
		rest, below := strings.CutPrefix(path, "containers[")
		if !below {
			continue
		}
		digits, rest, _ := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(digits); err == nil && 0 <= i && i < count {
			own[i][strings.TrimPrefix(rest, ".")] = origin
		}
	}
	return own
}

func writtenEnv(containers []asset.Container) []asset.EnvVar {
	var env []asset.EnvVar
	for i := range containers {
		for _, s := range containers[i].Env {
			env = append(env, asset.EnvVar{Name: s.Name, Value: s.Value})
		}
	}
	return env
}

// WithImage gives a container the facts of its image.
func (t Target) WithImage(subject *asset.Subject[asset.Image]) Target {
	t.facts = slices.Clone(t.facts)
	for i, b := range t.facts {
		if b.variable() == "image" {
			t.facts[i] = bind("image", &subject.Facts, subject.Origins)
		}
	}
	return t
}
