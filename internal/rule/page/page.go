// Package page writes rules as Markdown for people: a page for each rule and a
// list of all.
package page

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"seawall/internal/finding"
	"seawall/internal/rule"
)

// Pages gives the content of every page by its path below the folder of the
// pages: "README.md", "image/image-healthcheck.md".
func Pages(rules []*rule.Rule) map[string]string {
	pages := map[string]string{"README.md": index(rules)}
	for _, r := range rules {
		pages[path.Join(r.Layer, r.ID+".md")] = Rule(r)
	}
	return pages
}

// Rule is the page of one rule.
func Rule(r *rule.Rule) string {
	var b strings.Builder
	text := r.Text()
	fmt.Fprintf(&b, "# %s\n\n`%s` · %s · layer %s · judges: %s%s\n\n", escape(r.Title), r.ID, r.Severity, r.Layer, r.On, rows(text.Rows))
	fmt.Fprintf(&b, "%s\n\n## What to do\n\n%s\n\n", escape(flat(r.Why)), escape(flat(r.Fix.Text)))
	if r.Fix.Command != "" {
		fence(&b, "sh", r.Fix.Command)
	}
	b.WriteString("## When it passes\n\n")
	expression(&b, "It is about", text.When)
	expression(&b, "For each item of", text.Each)
	expression(&b, "It must hold that", text.Require)
	example(&b, "passes", text.Pass)
	example(&b, "fails", text.Fail)
	references(&b, r.References)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func rows(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" · judged %d times, once for each row of a table", n)
}

func expression(b *strings.Builder, words, text string) {
	if text != "" {
		b.WriteString(words + "\n\n")
		fence(b, "", text)
	}
}

func example(b *strings.Builder, verb, text string) {
	if text != "" {
		fmt.Fprintf(b, "This %s (facts that are not named are zero):\n\n", verb)
		fence(b, "yaml", text)
	}
}

// fence writes a block of code, however many backticks stand in it.
func fence(b *strings.Builder, language, text string) {
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	fmt.Fprintf(b, "%s%s\n%s\n%s\n\n", marks, language, strings.TrimRight(text, "\n"), marks)
}

// references are grouped by their source, in the order in which the rule names them.
func references(b *strings.Builder, list []finding.Reference) {
	if len(list) == 0 {
		return
	}
	b.WriteString("## Also known as\n\n| source | number |\n|---|---|\n")
	var names []string
	ids := map[string][]string{}
	for _, reference := range list {
		if ids[reference.Name] == nil {
			names = append(names, reference.Name)
		}
		ids[reference.Name] = append(ids[reference.Name], escape(reference.ID))
	}
	for _, name := range names {
		fmt.Fprintf(b, "| %s | %s |\n", escape(name), strings.Join(ids[name], ", "))
	}
}

// index lists the rules by layer, the most severe first.
func index(rules []*rule.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules\n\n%d rules. `seawall rules show ID` prints one, by its own ID or by the number that another tool or benchmark gives it.\n", len(rules))
	sorted := slices.Clone(rules)
	slices.SortStableFunc(sorted, func(a, b *rule.Rule) int {
		return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.ID, b.ID))
	})
	layer := ""
	for _, r := range sorted {
		if r.Layer != layer {
			layer = r.Layer
			fmt.Fprintf(&b, "\n## %s\n\n| severity | rule | what must be true |\n|---|---|---|\n", layer)
		}
		fmt.Fprintf(&b, "| %s | [%s](%s/%s.md) | %s |\n", r.Severity, r.ID, r.Layer, r.ID, escape(r.Title))
	}
	return b.String()
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// escape keeps text from being read as markup or HTML (CommonMark 2.4).
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>#|~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
