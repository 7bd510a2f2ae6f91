package kubernetes

import (
	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// maxGrants bounds what the rules of one role are multiplied out to.
const maxGrants = 10_000

func readRole(f document.Facts, v document.Value) asset.RBACRole {
	r := asset.RBACRole{Metadata: metadata(f, v), Aggregated: v.Get("aggregationRule").Exists()}
	document.Items(f, "rules", v.Get("rules"), &r.Rules, func(f document.Facts, item document.Value) asset.RBACRule {
		var rule asset.RBACRule
		f.Texts("apiGroups", item.Get("apiGroups"), &rule.APIGroups)
		f.Texts("resources", item.Get("resources"), &rule.Resources)
		f.Texts("resourceNames", item.Get("resourceNames"), &rule.ResourceNames)
		f.Texts("verbs", item.Get("verbs"), &rule.Verbs)
		f.Texts("nonResourceURLs", item.Get("nonResourceURLs"), &rule.NonResourceURLs)
		return rule
	})
	for i, rule := range r.Rules {
		place := v.Get("rules").Items()[i]
		for _, grant := range grants(&rule) {
			if len(r.Grants) == maxGrants {
				f.Note("grants", place.Unknown("the role's rules come to more grants than are looked at"))
				return r
			}
			f.Explicit(document.Index("grants", len(r.Grants)), place)
			r.Grants = append(r.Grants, grant)
		}
	}
	return r
}

// grants multiplies a rule out. The group is left out for the core API and
// where it is the wildcard.
func grants(rule *asset.RBACRule) []string {
	var all []string
	if len(rule.ResourceNames) > 0 {
		return nil
	}
	for _, group := range rule.APIGroups {
		for _, resource := range rule.Resources {
			if group != "" && group != "*" {
				resource += "." + group
			}
			for _, verb := range rule.Verbs {
				if all = append(all, verb+" "+resource); len(all) > maxGrants {
					return all
				}
			}
		}
	}
	return all
}

func readBinding(f document.Facts, v document.Value) asset.RBACBinding {
	b := asset.RBACBinding{Metadata: metadata(f, v)}
	f.Text("roleKind", v.At("roleRef", "kind"), &b.RoleKind)
	f.Text("roleName", v.At("roleRef", "name"), &b.RoleName)
	document.Items(f, "subjects", v.Get("subjects"), &b.Subjects, func(f document.Facts, item document.Value) asset.RBACSubject {
		var s asset.RBACSubject
		f.Text("kind", item.Get("kind"), &s.Kind)
		f.Text("name", item.Get("name"), &s.Name)
		f.Text("namespace", item.Get("namespace"), &s.Namespace)
		return s
	})
	return b
}
