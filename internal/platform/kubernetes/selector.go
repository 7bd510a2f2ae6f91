package kubernetes

import (
	"slices"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// texts gives the scalars of a mapping.
func texts(v document.Value) map[string]string {
	var all map[string]string
	for _, field := range v.Fields() {
		if all == nil {
			all = map[string]string{}
		}
		all[field.Name] = field.Value.Text()
	}
	return all
}

// selector reads a LabelSelector (k8s.io/apimachinery, meta/v1).
func selector(v document.Value) asset.LabelSelector {
	s := asset.LabelSelector{Labels: texts(v.Get("matchLabels"))}
	for _, item := range v.Get("matchExpressions").Items() {
		s.Expressions = append(s.Expressions, asset.LabelRequirement{
			Key: item.Get("key").Text(), Operator: item.Get("operator").Text(), Values: item.Get("values").Texts(),
		})
	}
	return s
}

// matches tells if a selector selects something with these labels.
func matches(s asset.LabelSelector, labels map[string]string) bool {
	for key, want := range s.Labels {
		if got, has := labels[key]; !has || got != want {
			return false
		}
	}
	return !slices.ContainsFunc(s.Expressions, func(r asset.LabelRequirement) bool { return !meets(r, labels) })
}

func meets(r asset.LabelRequirement, labels map[string]string) bool {
	value, has := labels[r.Key]
	switch r.Operator {
	case "In":
		return has && slices.Contains(r.Values, value)
	case "NotIn":
		return !has || !slices.Contains(r.Values, value)
	case "Exists":
		return has
	case "DoesNotExist":
		return !has
	}
	return false
}
