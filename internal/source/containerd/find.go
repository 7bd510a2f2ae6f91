package containerd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/image/imageref"
	"seawall/internal/source/containerd/api"
)

// find looks for an image in the namespaces, and gives what its name stands for.
func find(ctx context.Context, client *api.Client, ref imageref.Reference, o Options) (string, v1.Descriptor, error) {
	namespaces := defaultNamespaces
	if one := cmp.Or(o.Namespace, os.Getenv("CONTAINERD_NAMESPACE")); one != "" {
		namespaces = []string{one}
	}
	for _, namespace := range namespaces {
		target, err := lookUp(ctx, client, namespace, ref)
		if errors.Is(err, api.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", v1.Descriptor{}, fmt.Errorf("containerd cannot say if it holds %s in namespace %s: %w", ref, namespace, err)
		}
		return namespace, v1.Descriptor{MediaType: target.MediaType, Digest: digest.Digest(target.Digest), Size: target.Size}, nil
	}
	return "", v1.Descriptor{}, fmt.Errorf("%w %s in the namespaces %v", ErrNotFound, ref, namespaces)
}

// lookUp finds an image by one of the names it may have, or fails with
// api.ErrNotFound. With a digest any image that stands for it will do.
func lookUp(ctx context.Context, client *api.Client, namespace string, ref imageref.Reference) (api.Descriptor, error) {
	if ref.Digest != "" {
		return client.ImageByDigest(ctx, namespace, ref.Digest)
	}
	target, err := client.ImageByName(ctx, namespace, ref.String())
	if errors.Is(err, api.ErrNotFound) {
		return client.ImageByName(ctx, namespace, ref.Text)
	}
	return target, err
}
