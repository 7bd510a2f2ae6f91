package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"seawall/internal/vuln"
)

// dbProgress shows bars on a terminal and nothing elsewhere. done waits until
// they are drawn.
func dbProgress(w io.Writer) (show func(vuln.Progress), done func()) {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	bars := &dbBars{container: mpb.New(mpb.WithOutput(w), mpb.WithWidth(40)), bars: map[string]*dbBar{}}
	return bars.show, bars.close
}

type dbBars struct {
	mu        sync.Mutex
	container *mpb.Progress
	bars      map[string]*dbBar
}

type dbBar struct {
	bar   *mpb.Bar
	stage string
}

func (b *dbBars) show(p vuln.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	entry := b.bars[p.Name]
	if entry == nil {
		entry = b.add(p)
	}
	entry.stage = p.Stage
	if p.Stage == "done" {
		entry.bar.Abort(true)
		return
	}
	if p.Stage == "download" {
		entry.bar.SetTotal(max(p.Total, p.Done+1), false)
		entry.bar.SetCurrent(p.Done)
	}
}

func (b *dbBars) add(p vuln.Progress) *dbBar {
	entry := &dbBar{stage: p.Stage}
	entry.bar = b.container.AddBar(0,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf("%-12s %-8s", p.Name, b.stageOf(entry))
		})),
		mpb.AppendDecorators(decor.CountersKiloByte("% .1f / % .1f")))
	b.bars[p.Name] = entry
	return entry
}

func (b *dbBars) stageOf(entry *dbBar) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return entry.stage
}

func (b *dbBars) close() {
	b.mu.Lock()
	for _, entry := range b.bars {
		entry.bar.Abort(true)
	}
	b.mu.Unlock()
	b.container.Wait()
}
