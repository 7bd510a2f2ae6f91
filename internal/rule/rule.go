// Package rule loads rules, checks their types and evaluates them. A rule is a
// YAML file: a CEL expression over the facts of an asset with a severity, a
// reason, a fix and examples. Every evaluation ends in pass, fail, not
// applicable or unknown.
package rule

import (
	"sync"

	"go.yaml.in/yaml/v4"

	"seawall/internal/finding"
)

// Rule is one rule of a rule file.
type Rule struct {
	// ID is kebab-case, the file's name without ".yaml", and stable for ever.
	ID    string
	Title string
	// Layer is the part of the catalogue: image, workload, engine …
	Layer string
	// On is the kind of asset or event that the rule judges.
	On         string
	Severity   finding.Severity
	Why        string
	Fix        finding.Fix
	References []finding.Reference

	source *source
	envs   *environments
	nodes  nodes
	rows   []row
	// columns are the names in rows with their types.
	columns []column
	set     []setting

	judgeOnce sync.Once
	judge     judge
	judgeErr  error

	reportOnce sync.Once
	report     report
	reportErr  error
}

// nodes are the parts of the file that hold expressions. Nil is for absent.
type nodes struct {
	when, each, require, message       *yaml.Node
	where, value, want                 *yaml.Node
	subject, path, layer               *yaml.Node
	pass, fail, notApplicable, unknown *yaml.Node
}

// setting is one line of fix.set: the fact to change and the expression for
// its new value.
type setting struct {
	path, value *yaml.Node
}
