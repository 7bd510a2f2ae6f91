package rule

import (
	"cel.dev/cel-go/cel"
)

// activation gives expressions the values of their variables. One serves all
// rules of a target.
type activation struct {
	target map[string]any
	row    row
	item   any
	// unknown are the facts that the careful form of a program must not read.
	unknown []*cel.AttributePatternType
}

// ResolveName finds a variable.
func (a *activation) ResolveName(name string) (any, bool) {
	if name == itemVariable && a.item != nil {
		return a.item, true
	}
	if value, found := a.row[name]; found {
		return value, true
	}
	value, found := a.target[name]
	return value, found
}

// Parent is nil: there is nothing behind an activation.
func (a *activation) Parent() cel.Activation { return nil }

// UnknownAttributePatterns are the facts that are not known.
func (a *activation) UnknownAttributePatterns() []*cel.AttributePatternType { return a.unknown }

// AsPartialActivation tells CEL that the activation knows what is not known.
func (a *activation) AsPartialActivation() (cel.PartialActivation, bool) { return a, true }
