package rules_test

import (
	"testing"

	"seawall/internal/rule"
	"seawall/rules"
)

func TestExamples(t *testing.T) {
	set, err := rule.Load(rules.Files, "rules")
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	all, err := set.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 15 {
		t.Errorf("the catalogue has %d rules, it should have 15 and more", len(all))
	}
	for _, r := range all {
		t.Run(r.ID, func(t *testing.T) {
			if err := r.Test(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
