package image

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// errCacheChanged is a file of the layer cache that somebody changed in place
// while it was mapped into memory. Seawall itself only ever replaces them.
var errCacheChanged = errors.New("the layer cache was changed while it was read")

// Use scans an image, hands its snapshot to a function that must not keep it,
// and gives the snapshot's memory back. If the cache's files change under it,
// all is read once more without the cache, and the function is called again.
func Use(ctx context.Context, img *Image, o Options, use func(*Snapshot)) error {
	err := scanAndUse(ctx, img, o, use)
	if errors.Is(err, errCacheChanged) {
		o.Cache = nil
		err = scanAndUse(ctx, img, o, use)
	}
	return err
}

func scanAndUse(ctx context.Context, img *Image, o Options, use func(*Snapshot)) error {
	if o.Cache == nil {
		return useOnce(ctx, img, o, use)
	}
	var err error
	if changed := guarded(func() { err = useOnce(ctx, img, o, use) }); changed != nil {
		return changed
	}
	return err
}

func useOnce(ctx context.Context, img *Image, o Options, use func(*Snapshot)) error {
	snapshot, err := Scan(ctx, img, o)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	use(snapshot)
	return nil
}

// guarded runs what reads mapped files. A file that was cut meanwhile ends in a
// memory fault, one that was overwritten in any panic; both become
// errCacheChanged. A mistake of ours panics again without the cache.
func guarded(read func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v", errCacheChanged, reason)
		}
	}()
	read()
	return nil
}
