package main

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/report"
	"seawall/internal/rule"
	"seawall/internal/source/tree"
)

// fileResult is what was found in one unit of files.
type fileResult struct {
	content *tree.Content
	assets  []report.Asset
	results []assetResult
	err     error
}

// assetResult is how the rules ended on one asset.
type assetResult struct {
	asset   asset.Asset
	results []rule.Result
}

// checkFiles checks a file or all files of a folder that describe containers.
func (c *checker) checkFiles(ctx context.Context, input string) report.Target {
	target := report.Target{Input: input, Assets: []string{}}
	units, problems, err := tree.Find(ctx, filePath(input))
	if err != nil {
		target.Error = err.Error()
		return target
	}
	for _, p := range problems {
		c.failedFile(&target, p)
	}
	known := 0
	for r := range c.judgeAll(ctx, input, readAll(ctx, units)) {
		known++
		c.addFile(&target, r)
	}
	switch {
	case ctx.Err() != nil:
		target.Error = "stopped while its files were read"
	case known == 0 && len(problems) == 0:
		target.Error = fmt.Sprintf("there is nothing in it that Seawall can check: no file is %s. If it is a root file system, write rootfs:%s", tree.Known, filePath(input))
	}
	return target
}

// readAll reads units and gives what is in those that are of a known format, or
// should be, in the units' order.
func readAll(ctx context.Context, units []tree.Unit) []*tree.Content {
	var contents []*tree.Content
	for content := range inOrder(len(units), func(i int) *tree.Content {
		if ctx.Err() != nil {
			return &tree.Content{}
		}
		return units[i].Read()
	}) {
		if content.Format != "" || content.Failed {
			contents = append(contents, content)
		}
	}
	return contents
}

// judgeAll judges what files describe, first what shows only when they are seen
// together. It gives the results in the files' order.
func (c *checker) judgeAll(ctx context.Context, input string, contents []*tree.Content) iter.Seq[*fileResult] {
	together := c.judgeTogether(ctx, input, contents)
	return func(yield func(*fileResult) bool) {
		for r := range inOrder(len(contents), func(i int) *fileResult { return c.judgeFile(ctx, contents[i]) }) {
			if len(together.assets) > 0 {
				r.assets, r.results = append(r.assets, together.assets...), append(r.results, together.results...)
				together = &fileResult{}
			}
			if !yield(r) {
				return
			}
		}
	}
}

// judgeFile judges what one file describes, if time is left.
func (c *checker) judgeFile(ctx context.Context, content *tree.Content) *fileResult {
	r := &fileResult{content: content}
	for _, target := range targetsOf(fileAsset(content), content, c.document.Created) {
		r.judge(ctx, c, &target)
	}
	if content.Variant {
		r.keep(content.File)
	}
	content.Release()
	return r
}

// inOrder works on 0 to n-1, several at a time, and gives the results in order.
// No more of them wait than are worked on.
func inOrder[T any](n int, work func(int) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		begun := make(chan chan T, runtime.GOMAXPROCS(0))
		go func() {
			defer close(begun)
			for i := range n {
				result := make(chan T, 1)
				begun <- result
				go func() { result <- work(i) }()
			}
		}()
		wanted := true
		for result := range begun {
			r := <-result
			wanted = wanted && yield(r)
		}
	}
}

// judge evaluates all rules for a target. The file's own asset is added with it.
func (r *fileResult) judge(ctx context.Context, c *checker, target *rule.Target) {
	a := target.Asset()
	if a.Kind != asset.KindFile {
		r.assets = append(r.assets, report.Asset{
			ID: a.ID, Kind: a.Kind, Name: a.Name, StableName: a.StableName, Source: report.SourceFile,
			Parents: a.Parents, Status: report.Complete, Errors: []report.Problem{}, Packages: []report.Package{},
		})
	}
	results, err := c.evaluate(ctx, *target)
	if err != nil {
		r.err = err
		return
	}
	r.results = append(r.results, assetResult{a, results})
}

// keep drops the failures that stand in other files, which are judged by themselves.
func (r *fileResult) keep(file string) {
	elsewhere := func(failure rule.Failure) bool { return failure.Location == nil || failure.Location.Path != file }
	for _, judged := range r.results {
		for i := range judged.results {
			result := &judged.results[i]
			if result.Status != rule.Fail {
				continue
			}
			if result.Failures = slices.DeleteFunc(result.Failures, elsewhere); len(result.Failures) == 0 {
				result.Status, result.Reason = rule.NotApplicable, "what fails stands in the file that this one is given on top of"
			}
		}
	}
}

// addFile puts a file, what it describes and the findings into the report.
func (c *checker) addFile(target *report.Target, r *fileResult) {
	file := fileAsset(r.content)
	target.Assets = append(target.Assets, file.ID)
	if c.files[file.ID] {
		return
	}
	c.files[file.ID] = true
	a := report.Asset{
		ID: file.ID, Kind: file.Kind, Name: file.Name, StableName: file.StableName, Source: report.SourceFile, Format: string(r.content.Format),
		Parents: []string{}, Status: report.Complete, Errors: []report.Problem{}, Packages: []report.Package{},
	}
	for _, p := range r.content.Problems {
		a.Errors = append(a.Errors, fileProblem(a.Name, p))
		a.Status = report.Partial
	}
	if r.content.Failed {
		a.Status = report.Failed
	}
	if r.err != nil {
		a.Status = report.Partial
		a.Errors = append(a.Errors, report.Problem{Layer: -1, Message: fmt.Sprintf("not every rule was applied: %v", r.err)})
	}
	if r.content.Note != "" {
		c.document.NotLookedUp = append(c.document.NotLookedUp, report.Gap{Asset: a.ID, What: a.Name, Reason: r.content.Note})
	}
	c.document.Assets = append(append(c.document.Assets, a), r.assets...)
	for _, judged := range r.results {
		for _, result := range judged.results {
			c.addResult(file.Name, judged.asset, result)
		}
	}
}

// addResult adds a rule's findings, each with a place in a file, and counts it.
func (c *checker) addResult(file string, a asset.Asset, result rule.Result) {
	for _, f := range result.Findings(a) {
		if f.Location == nil {
			f.Location = &finding.Location{}
		}
		if f.Location.Path == "" {
			f.Location.Path = file
		}
		c.document.Findings = append(c.document.Findings, f)
	}
	c.count(a.ID, result)
}

// failedFile adds a file or folder that could not be looked at.
func (c *checker) failedFile(target *report.Target, p tree.Problem) {
	a := report.Asset{
		ID: "file:" + p.File, Kind: asset.KindFile, Name: p.File, StableName: p.File, Source: report.SourceFile,
		Parents: []string{}, Status: report.Failed, Errors: []report.Problem{fileProblem(p.File, p)}, Packages: []report.Package{},
	}
	c.document.Assets = append(c.document.Assets, a)
	target.Assets = append(target.Assets, a.ID)
}

// fileProblem names the file where it is another than the asset's own, and the line.
func fileProblem(own string, p tree.Problem) report.Problem {
	problem := report.Problem{Layer: -1, Message: p.Message}
	if p.File != own {
		problem.Path = p.File
	}
	if p.Line > 0 {
		problem.Message = fmt.Sprintf("line %d: %s", p.Line, p.Message)
	}
	return problem
}
