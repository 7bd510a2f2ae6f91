package rule

import (
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// describe says what the current row and item failed at, where the given facts
// of the item are not known.
func (e *evaluation) describe(values row, item []unanswered) (Failure, error) {
	report, err := e.rule.compileReport()
	if err != nil {
		return Failure{}, err
	}
	e.ready.active.unknown = append(slices.Clip(e.ready.patterns()), patterns(item)...)
	render := func(t template) string { return t.render(e.ready.active, e.ready.mask()) }
	where := render(report.where)
	if where == "" {
		where = e.fact()
	}
	return Failure{
		Subject: e.subject(render(report.subject), values),
		Evidence: finding.Evidence{
			What:  render(report.message),
			Where: where,
			Value: render(report.value),
			Want:  render(report.want),
		},
		Location: e.location(render(report.path), report),
		Command:  render(report.commandFor(e.platform())),
		Changes:  e.changes(report),
	}, nil
}

// fact is the path of the fact that the rule is about, that of the current item
// where there is one.
func (e *evaluation) fact() string {
	if e.judge.list == nil || e.index < 0 {
		return e.judge.fact
	}
	return itemPath(e.judge.list.path, e.index, e.judge.field)
}

// platform is what the target's workload is written for, "" without one.
func (e *evaluation) platform() string {
	for _, b := range e.target.facts {
		if w, isWorkload := b.value.(*asset.Workload); isWorkload {
			return w.Platform
		}
	}
	return ""
}

func (r *report) commandFor(platform string) template {
	if command, own := r.command[platform]; own {
		return command
	}
	return r.command[""]
}

// changes evaluates fix.set. What depends on an unknown fact is left out.
func (e *evaluation) changes(report *report) []Change {
	var list []Change
	for _, c := range report.changes {
		value, known := plain(e.describing(c.value))
		if !known {
			continue
		}
		fact := c.path
		if rest, ofItem := strings.CutPrefix(fact, itemVariable+"."); ofItem && e.judge.list != nil {
			fact = itemPath(e.judge.list.path, e.index, rest)
		}
		origin, _ := e.place(fact)
		list = append(list, Change{fact, value, origin})
	}
	return list
}

// plain turns a value of CEL into one of Go.
func plain(value ref.Val) (any, bool) {
	switch v := value.(type) {
	case types.Bool, types.Int, types.Double, types.String:
		return v.Value(), true
	case traits.Lister:
		texts, err := v.ConvertToNative(reflect.TypeFor[[]string]())
		return texts, err == nil
	}
	return nil, false
}

// describing evaluates an expression that describes a failure.
func (e *evaluation) describing(program cel.Program) ref.Val {
	value, _, err := program.Eval(e.ready.active)
	if err != nil {
		return types.WrapErr(err)
	}
	return value
}

// subject is the rule's own, else the fact it is about, with the row's name.
func (e *evaluation) subject(own string, values row) string {
	if own == "" {
		own = e.judge.fact
	}
	if name := e.rule.rowName(values); name != "" {
		return own + " " + name
	}
	return own
}

// location is what the rule says, else the place of the fact in its file.
func (e *evaluation) location(path string, report *report) *finding.Location {
	location := finding.Location{Path: path}
	if report.layer != nil {
		if index, isInt := e.describing(report.layer).(types.Int); isInt {
			location.Layer = e.layer(int(index))
		}
	}
	if location != (finding.Location{}) {
		return &location
	}
	origin, found := e.place(e.fact())
	if !found {
		return nil
	}
	return &finding.Location{Path: origin.File, Line: origin.Line, Column: origin.Column}
}

// place finds where a fact stands in a file: it, or the nearest thing around it
// that has a place.
func (e *evaluation) place(fact string) (asset.Origin, bool) {
	variable, path, _ := strings.Cut(fact, ".")
	for _, b := range e.target.facts {
		if b.variable() == variable {
			if origin, found := b.provenance.origins.place(path); found {
				return origin, true
			}
		}
	}
	for _, b := range e.target.facts {
		if origin, found := b.provenance.origins.place(""); found {
			return origin, true
		}
	}
	return asset.Origin{}, false
}

// layer describes the layer with this index, nil if there is none.
func (e *evaluation) layer(index int) *finding.Layer {
	if index < 0 || index >= len(e.target.layers) {
		return nil
	}
	l := e.target.layers[index]
	return &finding.Layer{
		DiffID:    l.DiffID,
		Index:     index,
		CreatedBy: e.ready.mask().Text(l.CreatedBy),
		Base:      l.Base,
	}
}
