package rule

import (
	"fmt"
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
	targets = append(targets, Of("workload", a, subject, now))
	for i := range subject.Facts.Containers {
		targets = append(targets, container(a, subject, i, now))
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

func container(parent asset.Asset, subject *asset.Subject[asset.Workload], index int, now time.Time) Target {
	facts := &subject.Facts.Containers[index]
	notRead := map[string]asset.Origin{"": {Kind: asset.Unknown, Reason: imageNotRead}}
	return Target{
		asset: asset.Asset{
			ID:         parent.ID + "/" + facts.Name,
			Kind:       asset.KindContainer,
			Name:       containerName(parent.Name, facts.Name),
			StableName: containerName(parent.StableName, facts.Name),
			Parents:    []string{parent.ID},
		},
		on: "container",
		facts: []bound{
			{"container", facts, containerOrigins(subject.Origins, index)},
			{"workload", &subject.Facts, subject.Origins},
			{"image", &asset.Image{}, notRead},
		},
		env: writtenEnv(facts.Env),
		now: now,
	}
}

// containerName leaves out the name of a workload's only container where it has none.
func containerName(parent, name string) string {
	if name == "" {
		return parent
	}
	return parent + "/" + name
}

// containerOrigins are the origins below containers[index], with that taken off.
func containerOrigins(origins map[string]asset.Origin, index int) map[string]asset.Origin {
	prefix := fmt.Sprintf("containers[%d]", index)
	own := make(map[string]asset.Origin, len(origins))
	for path, origin := range origins {
		if rest, below := strings.CutPrefix(path, prefix); below {
			own[strings.TrimPrefix(rest, ".")] = origin
		}
	}
	return own
}

func writtenEnv(settings []asset.EnvSetting) []asset.EnvVar {
	env := make([]asset.EnvVar, 0, len(settings))
	for _, s := range settings {
		env = append(env, asset.EnvVar{Name: s.Name, Value: s.Value})
	}
	return env
}

// WithImage gives a container the facts of its image.
func (t Target) WithImage(subject *asset.Subject[asset.Image]) Target {
	facts := make([]bound, 0, len(t.facts))
	for _, b := range t.facts {
		if b.variable == "image" {
			b = bound{"image", &subject.Facts, subject.Origins}
		}
		facts = append(facts, b)
	}
	t.facts = facts
	return t
}
