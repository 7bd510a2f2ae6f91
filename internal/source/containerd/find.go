package containerd

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"

	images "github.com/containerd/containerd/api/services/images/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"seawall/internal/image/imageref"
)

// namespaceHeader is how containerd is told the namespace of a request.
const namespaceHeader = "containerd-namespace"

// find looks for an image in the namespaces, and gives what its name stands for.
func find(ctx context.Context, conn *grpc.ClientConn, ref imageref.Reference, o Options) (string, v1.Descriptor, error) {
	namespaces := defaultNamespaces
	if one := cmp.Or(o.Namespace, os.Getenv("CONTAINERD_NAMESPACE")); one != "" {
		namespaces = []string{one}
	}
	client := images.NewImagesClient(conn)
	for _, namespace := range namespaces {
		target, err := lookUp(metadata.AppendToOutgoingContext(ctx, namespaceHeader, namespace), client, ref)
		if err != nil {
			return "", v1.Descriptor{}, fmt.Errorf("containerd cannot say if it holds %s in namespace %s: %s", ref, namespace, status.Convert(err).Message())
		}
		if target != nil {
			return namespace, v1.Descriptor{MediaType: target.GetMediaType(), Digest: digest.Digest(target.GetDigest()), Size: target.GetSize()}, nil
		}
	}
	return "", v1.Descriptor{}, fmt.Errorf("%w %s in the namespaces %v", ErrNotFound, ref, namespaces)
}

// lookUp finds an image by one of the names it may have; nil if there is none.
// With a digest any image that stands for it will do.
func lookUp(ctx context.Context, client images.ImagesClient, ref imageref.Reference) (*types.Descriptor, error) {
	if ref.Digest != "" {
		filter := "target.digest==" + strconv.Quote(ref.Digest)
		list, err := client.List(ctx, &images.ListImagesRequest{Filters: []string{filter}})
		if err != nil || len(list.GetImages()) == 0 {
			return nil, err
		}
		return list.GetImages()[0].GetTarget(), nil
	}
	for _, name := range []string{ref.String(), ref.Text} {
		answer, err := client.Get(ctx, &images.GetImageRequest{Name: name})
		if err == nil {
			return answer.GetImage().GetTarget(), nil
		}
		if status.Code(err) != codes.NotFound {
			return nil, err
		}
	}
	return nil, nil
}
