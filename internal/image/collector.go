package image

import (
	"context"
	"fmt"
)

// maxResults bounds what the analyzers keep of one layer, in bytes.
const maxResults = 256 << 20

// collector runs analyzers and keeps what they find in a layer's record.
type collector struct {
	matcher *matcher
	record  *Record
	kept    int
}

// keep runs one analyzer. Its failure is the file's problem, not the layer's.
func (c *collector) keep(ctx context.Context, analyzer int, f File) error {
	a := c.matcher.analyzers[analyzer]
	data, err := a.Analyze(ctx, f)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		c.problem(f.Path, err.Error())
	}
	if data == nil {
		return nil
	}
	if c.kept += len(data); c.kept > maxResults {
		return fmt.Errorf("what the analyzers keep of the layer's files needs more than %d bytes", maxResults)
	}
	c.record.results = append(c.record.results, result{analyzer: a.Name, path: f.Path, row: c.record.count, data: data})
	return nil
}

// maxProblems bounds the problems that are kept of one layer.
const maxProblems = 1000

func (c *collector) problem(path, message string) {
	problems := &c.record.problems
	if len(*problems) < maxProblems {
		*problems = append(*problems, Problem{Path: path, Message: message})
	} else if len(*problems) == maxProblems {
		*problems = append(*problems, Problem{Message: "there are more problems, which were left out"})
	}
}
