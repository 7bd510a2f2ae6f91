package rule

import (
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/debug"
	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/rules"
)

// otherParser is the one that cel-go makes of CEL's grammar; it shares the
// tree and the macros with ours, not the reading of texts.
func otherParser(t testing.TB) *cel.Env {
	t.Helper()
	env, err := cel.NewEnv(cel.Macros(originMacro(subjects["image"])), cel.ParserExpressionSizeLimit(maxExpression))
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// sameTree compares what two parsers make of a text.
func sameTree(t *testing.T, env *environment, other *cel.Env, text string) {
	t.Helper()
	source := common.NewTextSource(text)
	ours, mistakes := env.parser.Parse(source)
	theirs, issues := other.ParseSource(source)
	if refused, otherRefused := len(mistakes.GetErrors()) > 0, issues.Err() != nil; refused || otherRefused {
		if refused != otherRefused {
			t.Errorf("%q: ours says %q, the other %v", text, mistakes.ToDisplayString(), issues.Err())
		}
		return
	}
	if diff := cmp.Diff(debug.ToDebugString(theirs.NativeRep().Expr()), debug.ToDebugString(ours.Expr())); diff != "" {
		t.Errorf("%q: %s", text, diff)
	}
}

func imageEnvironment(t testing.TB) *environment {
	t.Helper()
	env, err := newEnvironments().get("image", nil)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func expressions(t testing.TB) []string {
	t.Helper()
	set, err := Load(rules.Files, "rules")
	if err != nil {
		t.Fatal(err)
	}
	all, err := set.All()
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{
		`origin("user") == "explicit"`, `a ? b : c ? d : e`, `-1 - -2`, `!!a`, `[1, 2,][0] in {"a": 1}`, `a.b.c["d"].e(1, f)`, `r"\d" + 'a\'' + """x"""`,
		`has(image.labels.a) && [1].exists(x, x > 0) || [2].all(x, x > 1)`, `0x1F + 1u + 1.5e3`, `b"abc"`, `a &&`, `(`, `"`, `a b`, ``, `a.if`,
	}
	for _, r := range all {
		texts = append(texts, r.nodes.require.Value)
		if r.nodes.each != nil {
			texts = append(texts, r.nodes.each.Value)
		}
		if r.nodes.when != nil {
			texts = append(texts, r.nodes.when.Value)
		}
	}
	return texts
}

func TestParsersAgree(t *testing.T) {
	env, other := imageEnvironment(t), otherParser(t)
	for _, text := range expressions(t) {
		sameTree(t, env, other, text)
	}
}

// FuzzCheck: hostile expressions do not crash the compiler, and a mistake lies
// inside the text.
func FuzzCheck(f *testing.F) {
	env := imageEnvironment(f)
	for _, text := range expressions(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checked, mistake := env.check(text)
		if (checked == nil) != (mistake != nil) {
			t.Fatalf("%q gave %v and %v", text, checked, mistake)
		}
		if mistake == nil {
			return
		}
		if at := expressionOffset(text, mistake.Location.Line(), mistake.Location.Column()); at < 0 || at > len(text) {
			t.Fatalf("%q: the mistake is at %d", text, at)
		}
	})
}

// TestLargePatternOfAFact: a pattern that comes from an image is bounded too.
func TestLargePatternOfAFact(t *testing.T) {
	env := imageEnvironment(t)
	checked, mistake := env.check(`"x".matches(image.user)`)
	if mistake != nil {
		t.Fatal(mistake)
	}
	program, err := env.types.Program(checked)
	if err != nil {
		t.Fatal(err)
	}
	for pattern, refused := range map[string]bool{"x": false, "a{900}b{900}c{900}": true} {
		if _, _, err := program.Eval(map[string]any{"image": &asset.Image{User: pattern}}); (err != nil) != refused {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}
