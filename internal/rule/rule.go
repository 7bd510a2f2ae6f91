// Package rule loads rules, checks their types and evaluates them. Every
// evaluation ends in pass, fail, not applicable or unknown.
//
// A rule is a YAML file named by its ID:
//
//	id: image-empty-passwords
//	title: No account has an empty password
//	layer: image                 # the part of the catalogue
//	on: image                    # whose facts the expressions see
//	for: [{…}, {…}]              # optional: judge once for each row, as row.name
//	severity: high
//	when: image.accounts != []   # optional: else the rule is not applicable
//	each: image.accounts         # optional: require must hold for every item
//	require: "!item.emptyPassword"
//	message: account {{item.name}} has an empty password
//	subject: account {{item.name}}   # optional: one finding for each subject
//	evidence: {where: …, value: …, want: …}          # optional
//	location: {path: …, layer: item.layer}           # optional
//	why: …
//	fix: {text: …, command: …, set: {fact: expression}}   # command may be {docker: …, compose: …}
//	references: {cis-docker-1.8: ["4.1"]}
//	examples: {pass: […], fail: […], notApplicable: […], unknown: […]}
//
// when, each, require, location.layer and fix.set are CEL; message, subject,
// evidence, location.path and fix.command hold CEL between {{ and }}. Expressions
// see the facts under the name of `on`, those of its parents (container: workload
// and image), now, and origin("path") or origin("workload.path"). An example gives
// the facts by their JSON names; what it leaves out is zero, a parent that it
// leaves out as a whole is unknown.
//
// A fact whose origin is unknown makes what depends on it unknown; one that the
// platform cannot express makes it not applicable. Where each names a list as it
// stands, an unknown item leaves the others decided.
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
	On       string
	Severity finding.Severity
	Why      string
	Fix      finding.Fix
	// Commands are what to paste by platform, where one text does not do; the
	// text of all platforms is Fix.Command. Expressions are not filled in.
	Commands   map[string]string
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
	command                            map[string]*yaml.Node
	pass, fail, notApplicable, unknown *yaml.Node
}

// setting is one line of fix.set: the fact to change and the expression for
// its new value.
type setting struct {
	path, value *yaml.Node
}
