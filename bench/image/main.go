// Command image makes the benchmark's image: the real Debian image of ../shared/images/build-real-image with ten more
// layers on top, filled with the files of this machine's Go distribution, until it has 14 layers and about 740 MB.
//
//	image BASE OUT
//
// BASE holds image.docker.tar and image.oci.tar; OUT gets plain.tar (`docker save`, plain layers) and gzip.tar (OCI
// layout, gzip layers).
package main

import (
	"context"
	"fmt"
	"os"
)

const (
	ownLayers  = 10
	totalBytes = 740_000_000
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: image BASE OUT")
		os.Exit(2)
	}
	if err := build(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func build(ctx context.Context, base, out string) error {
	plain, err := readDocker(base + "/image.docker.tar")
	if err != nil {
		return err
	}
	compressed, err := readOCI(base + "/image.oci.tar")
	if err != nil {
		return err
	}
	var size int64
	for _, layer := range plain.layers {
		size += layer.size
	}
	scratch, err := os.MkdirTemp(out, "layers")
	if err != nil {
		return fmt.Errorf("make a folder for the layers: %w", err)
	}
	defer os.RemoveAll(scratch)
	own, err := makeLayers(ctx, scratch, totalBytes-size)
	if err != nil {
		return err
	}
	config, err := extendConfig(plain.config, own)
	if err != nil {
		return err
	}
	if err := writeDocker(out+"/plain.tar", config, plain.layers, own); err != nil {
		return err
	}
	return writeOCI(out+"/gzip.tar", config, compressed.layers, own)
}
