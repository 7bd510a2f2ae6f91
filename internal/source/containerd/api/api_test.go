package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	contentv1 "github.com/containerd/containerd/api/services/content/v1"
	imagesv1 "github.com/containerd/containerd/api/services/images/v1"
	introspectionv1 "github.com/containerd/containerd/api/services/introspection/v1"
	versionv1 "github.com/containerd/containerd/api/services/version/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The services of a containerd of one namespace and one image, as they are
// generated from containerd's files.
type (
	versionServer struct {
		versionv1.UnimplementedVersionServer
	}
	introspectionServer struct {
		introspectionv1.UnimplementedIntrospectionServer
		t *testing.T
	}
	imagesServer struct {
		imagesv1.UnimplementedImagesServer
		t *testing.T
	}
	contentServer struct {
		contentv1.UnimplementedContentServer
		t *testing.T
	}
)

var (
	target = &types.Descriptor{MediaType: "application/vnd.oci.image.index.v1+json", Digest: "sha256:aa", Size: 1 << 40, Annotations: map[string]string{"a": "b"}}
	blob   = bytes.Repeat([]byte("0123456789"), 300_000)
)

const name = "docker.io/library/debian:12"

func requireNamespace(ctx context.Context, t *testing.T) {
	t.Helper()
	sent, _ := metadata.FromIncomingContext(ctx)
	if got := sent.Get("containerd-namespace"); !slices.Equal(got, []string{"k8s.io"}) {
		t.Errorf("asked for the namespaces %v", got)
	}
}

func (*versionServer) Version(context.Context, *emptypb.Empty) (*versionv1.VersionResponse, error) {
	return &versionv1.VersionResponse{Version: "2.1.4", Revision: "abc"}, nil
}

func (s *introspectionServer) Plugins(_ context.Context, asked *introspectionv1.PluginsRequest) (*introspectionv1.PluginsResponse, error) {
	if !slices.Equal(asked.GetFilters(), []string{"type==io.containerd.content.v1"}) {
		s.t.Errorf("asked for plugins %v", asked.GetFilters())
	}
	return &introspectionv1.PluginsResponse{Plugins: []*introspectionv1.Plugin{
		{ID: "other", Exports: map[string]string{"capacity": "1"}},
		{ID: "content", Exports: map[string]string{"root": "/var/lib/content", "x": "y"}},
	}}, nil
}

func (s *imagesServer) Get(ctx context.Context, asked *imagesv1.GetImageRequest) (*imagesv1.GetImageResponse, error) {
	requireNamespace(ctx, s.t)
	if asked.GetName() != name {
		return nil, status.Errorf(codes.NotFound, "image %q: not found", asked.GetName())
	}
	return &imagesv1.GetImageResponse{Image: &imagesv1.Image{Name: name, Labels: map[string]string{"a": "b"}, Target: target}}, nil
}

func (s *imagesServer) List(ctx context.Context, asked *imagesv1.ListImagesRequest) (*imagesv1.ListImagesResponse, error) {
	requireNamespace(ctx, s.t)
	answer := &imagesv1.ListImagesResponse{}
	if slices.Equal(asked.GetFilters(), []string{`target.digest=="sha256:aa"`}) {
		answer.Images = []*imagesv1.Image{{Name: name, Target: target}, {Name: "other", Target: &types.Descriptor{Digest: "sha256:bb"}}}
	}
	return answer, nil
}

func (s *contentServer) Info(ctx context.Context, asked *contentv1.InfoRequest) (*contentv1.InfoResponse, error) {
	requireNamespace(ctx, s.t)
	if asked.GetDigest() != "sha256:aa" {
		return nil, status.Error(codes.NotFound, "content: not found")
	}
	return &contentv1.InfoResponse{Info: &contentv1.Info{Digest: "sha256:aa", Size: int64(len(blob))}}, nil
}

func (s *contentServer) Read(asked *contentv1.ReadContentRequest, stream contentv1.Content_ReadServer) error {
	requireNamespace(stream.Context(), s.t)
	if asked.GetDigest() != "sha256:aa" {
		return status.Error(codes.NotFound, "content: not found")
	}
	for piece := range slices.Chunk(blob, 1<<20) {
		if err := stream.Send(&contentv1.ReadContentResponse{Offset: 7, Data: piece}); err != nil {
			return err
		}
	}
	return nil
}

// start gives a client of a server. A socket's path has at most 107 bytes, and
// t.TempDir's are long.
func start(t *testing.T) *Client {
	t.Helper()
	folder, err := os.MkdirTemp("", "seawall-api-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	path := filepath.Join(folder, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	serving := grpc.NewServer()
	versionv1.RegisterVersionServer(serving, &versionServer{})
	introspectionv1.RegisterIntrospectionServer(serving, &introspectionServer{t: t})
	imagesv1.RegisterImagesServer(serving, &imagesServer{t: t})
	contentv1.RegisterContentServer(serving, &contentServer{t: t})
	go func() { _ = serving.Serve(listener) }()
	t.Cleanup(serving.Stop)
	client, err := Connect(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestClient(t *testing.T) {
	c, ctx := start(t), t.Context()
	if version, err := c.Version(ctx); version != "2.1.4" || err != nil {
		t.Errorf("version %q, %v", version, err)
	}
	if folder, err := c.ContentFolder(ctx); folder != "/var/lib/content" || err != nil {
		t.Errorf("folder %q, %v", folder, err)
	}
	want := Descriptor{MediaType: target.GetMediaType(), Digest: target.GetDigest(), Size: target.GetSize()}
	if got, err := c.ImageByName(ctx, "k8s.io", name); got != want || err != nil {
		t.Errorf("by name: %+v, %v", got, err)
	}
	if got, err := c.ImageByDigest(ctx, "k8s.io", "sha256:aa"); got != want || err != nil {
		t.Errorf("by digest: %+v, %v", got, err)
	}
	if size, err := c.ContentSize(ctx, "k8s.io", "sha256:aa"); size != int64(len(blob)) || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	if got, err := read(t, c, "sha256:aa"); !bytes.Equal(got, blob) || err != io.EOF {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestClientFindsNothing(t *testing.T) {
	c, ctx := start(t), t.Context()
	_, byName := c.ImageByName(ctx, "k8s.io", "docker.io/library/debian:13")
	_, byDigest := c.ImageByDigest(ctx, "k8s.io", "sha256:cc")
	_, size := c.ContentSize(ctx, "k8s.io", "sha256:cc")
	_, content := read(t, c, "sha256:cc")
	for _, err := range []error{byName, byDigest, size, content} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error %v, want ErrNotFound", err)
		}
	}
}

func read(t *testing.T, c *Client, digest string) ([]byte, error) {
	t.Helper()
	stream, err := c.ReadContent(t.Context(), "k8s.io", digest)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for {
		piece, err := stream.Next()
		if err != nil {
			return all, err
		}
		all = append(all, piece...)
	}
}
