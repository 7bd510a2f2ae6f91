package rule

import (
	"cel.dev/cel-go/common/types"

	"seawall/internal/finding"
)

// describe says what the current row and item failed at.
func (e *evaluation) describe(values row) (Failure, error) {
	report, err := e.rule.compileReport()
	if err != nil {
		return Failure{}, err
	}
	render := func(t template) string { return t.render(e.active, e.mask()) }
	where := render(report.where)
	if where == "" {
		where = e.judge.fact
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
	}, nil
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

func (e *evaluation) location(path string, report *report) *finding.Location {
	location := finding.Location{Path: path}
	if report.layer != nil {
		if index, isInt := e.eval(report.layer).(types.Int); isInt {
			location.Layer = e.layer(int(index))
		}
	}
	if location == (finding.Location{}) {
		return nil
	}
	return &location
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
		CreatedBy: e.mask().Text(l.CreatedBy),
		Base:      l.Base,
	}
}
