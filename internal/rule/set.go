package rule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"

	"seawall/internal/asset"
	"seawall/internal/mask"
	"seawall/internal/strictyaml"
)

// maxFiles bounds a folder of rules.
const maxFiles = 5000

// Set is a folder of rules. Files are parsed and compiled when an asset that
// they are for is first evaluated. It is safe for concurrent use.
type Set struct {
	envs *environments

	mu sync.Mutex
	// sources are the files not parsed yet, by the rule's `on`.
	sources map[string][]*source
	rules   map[string][]*Rule
}

// Load reads the .yaml files of a folder and its subfolders. name is what the
// folder is called in messages. A mistake in a rule shows when the rule is first
// used; Check looks for all of them at once.
func Load(folder fs.FS, name string) (*Set, error) {
	set := &Set{envs: newEnvironments(), sources: map[string][]*source{}, rules: map[string][]*Rule{}}
	known := map[string]string{}
	err := fs.WalkDir(folder, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(file) != ".yaml" {
			return err
		}
		id := path.Base(file)
		if first, twice := known[id]; twice {
			return fmt.Errorf("the rule %s is in two files, %s and %s: rename one", strings.TrimSuffix(id, ".yaml"), first, file)
		}
		if known[id] = file; len(known) > maxFiles {
			return fmt.Errorf("there are more than the %d files that are read", maxFiles)
		}
		return set.add(folder, file, path.Join(name, file))
	})
	if err != nil {
		return nil, fmt.Errorf("load the rules of %s: %w", name, err)
	}
	return set, nil
}

func (s *Set) add(folder fs.FS, file, name string) error {
	content, err := fs.ReadFile(folder, file)
	if err != nil {
		return err
	}
	on := scanOn(content)
	s.sources[on] = append(s.sources[on], &source{strictyaml.File{Name: name, Content: content}})
	return nil
}

// scanOn finds the line "on: …" without parsing the file. "" means that the
// file must be parsed to know; that costs time but loses nothing.
func scanOn(content []byte) string {
	for line := range bytes.Lines(content) {
		value, found := bytes.CutPrefix(line, []byte("on:"))
		if !found {
			continue
		}
		value, _, _ = bytes.Cut(value, []byte("#"))
		if on := string(bytes.TrimSpace(value)); subjects[on] != nil {
			return on
		}
	}
	return ""
}

// Rules gives the rules for a kind of asset, by ID.
func (s *Set) Rules(on string) ([]*Rule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(s.parse(""), s.parse(on)); err != nil {
		return nil, err
	}
	return slices.Clone(s.rules[on]), nil
}

// parse parses the files that scanOn put under on.
func (s *Set) parse(on string) error {
	var mistakes []error
	for _, src := range s.sources[on] {
		rule, err := parseRule(src, s.envs)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		s.rules[rule.On] = append(s.rules[rule.On], rule)
	}
	if len(mistakes) > 0 {
		return errors.Join(mistakes...)
	}
	for _, rules := range s.rules {
		slices.SortFunc(rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	}
	delete(s.sources, on)
	return nil
}

// All gives every rule, by kind of asset and ID.
func (s *Set) All() ([]*Rule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mistakes := []error{s.parse("")}
	for on := range subjects {
		mistakes = append(mistakes, s.parse(on))
	}
	all := slices.Concat(slices.Collect(maps.Values(s.rules))...)
	slices.SortFunc(all, func(a, b *Rule) int {
		return strings.Compare(a.On+"\x00"+a.ID, b.On+"\x00"+b.ID)
	})
	return all, errors.Join(mistakes...)
}

// Check compiles every rule and decodes its examples, and gives all mistakes.
// Rules that a user wrote are checked before they are used.
func (s *Set) Check() error {
	rules, err := s.All()
	mistakes := []error{err}
	for _, rule := range rules {
		mistakes = append(mistakes, rule.Check())
	}
	return errors.Join(mistakes...)
}

// prepared is a target as the expressions of many rules need it.
type prepared struct {
	facts  []bound
	active *activation
	// mask and patterns, of all unanswered facts, are made when the first failure
	// is described.
	mask     func() *mask.Mask
	patterns func() []*cel.AttributePatternType
}

func prepare(target *Target) (*prepared, error) {
	ready := &prepared{facts: target.facts, active: &activation{target: map[string]any{"now": target.now}}}
	for _, b := range target.facts {
		if err := b.provenance.unanswered(); err != nil {
			return nil, err
		}
		ready.active.target[b.variable()] = b.value
		ready.active.target[originsVariable+b.variable()] = b.provenance.origins
	}
	ready.patterns = sync.OnceValue(func() []*cel.AttributePatternType { return patterns(ready.unanswered()) })
	ready.mask = sync.OnceValue(func() *mask.Mask { return mask.New(target.env()) })
	return ready, nil
}

// touched lists the unanswered facts that a program may read.
func (p *prepared) touched(program *program) []unanswered {
	var list []unanswered
	for _, r := range program.reads {
		for _, b := range p.facts {
			if b.variable() == r.variable {
				list = append(list, b.provenance.touched(r)...)
			}
		}
	}
	return list
}

// unanswered are the unanswered facts of all variables.
func (p *prepared) unanswered() []unanswered {
	var list []unanswered
	for _, b := range p.facts {
		list = append(list, b.provenance.list...)
	}
	return list
}

// Evaluate judges a target by every rule for its kind, in the order of their IDs.
func (s *Set) Evaluate(ctx context.Context, target Target) ([]Result, error) {
	rules, err := s.Rules(target.on)
	if err != nil {
		return nil, err
	}
	ready, err := prepare(&target)
	if err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(rules))
	for _, rule := range rules {
		result, err := rule.evaluate(ctx, &target, ready)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// EvaluateAll judges many targets and hands over the results of each. What is
// compiled for the first one serves all.
func (s *Set) EvaluateAll(ctx context.Context, targets []Target, take func(asset.Asset, []Result)) error {
	for _, target := range targets {
		results, err := s.Evaluate(ctx, target)
		if err != nil {
			return err
		}
		take(target.asset, results)
	}
	return nil
}
