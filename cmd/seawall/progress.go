package main

import (
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"seawall/internal/image"
)

// progressDelay keeps short work free of flicker.
const progressDelay = 500 * time.Millisecond

// showProgress draws a bar on a terminal while layers are read. done removes
// it and must be called.
func showProgress(o readOptions, img *image.Image, p *image.Progress) (done func()) {
	stderr, isFile := o.stderr.(*os.File)
	if o.quiet || !isFile || !term.IsTerminal(int(stderr.Fd())) {
		return func() {}
	}
	finished, drawn := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(drawn)
		select {
		case <-finished:
			return
		case <-time.After(progressDelay):
		}
		drawProgress(stderr, img, p, finished)
	}()
	return func() {
		close(finished)
		<-drawn
	}
}

func drawProgress(stderr *os.File, img *image.Image, p *image.Progress, finished <-chan struct{}) {
	container := mpb.New(mpb.WithOutput(stderr), mpb.WithWidth(40))
	bar := container.AddBar(img.Size(),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name("reading "+img.Source+" ")),
		mpb.AppendDecorators(decor.CountersKibiByte("% .0f of % .0f")))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			bar.Abort(true)
			container.Wait()
			return
		case <-tick.C:
			bar.SetCurrent(p.Read.Load())
		}
	}
}
