package containerd

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	content "github.com/containerd/containerd/api/services/content/v1"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/source/containerd/api"
)

func connect(t *testing.T, d daemon) *api.Client {
	t.Helper()
	client, err := api.Connect(t.Context(), d.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// liar is a content service that sends what the test tells it to.
type liar struct {
	content.UnimplementedContentServer
	size int64
	send func(stream content.Content_ReadServer) error
}

func (l *liar) Info(context.Context, *content.InfoRequest) (*content.InfoResponse, error) {
	if l.size < 0 {
		return nil, status.Error(codes.NotFound, "not here")
	}
	return &content.InfoResponse{Info: &content.Info{Size: l.size}}, nil
}

func (l *liar) Read(_ *content.ReadContentRequest, stream content.Content_ReadServer) error {
	return l.send(stream)
}

func serve(t *testing.T, l *liar) *remote {
	t.Helper()
	d := daemon{address: filepath.Join(t.TempDir(), "s")}
	listener, err := net.Listen("unix", d.address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	content.RegisterContentServer(server, l)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return &remote{client: connect(t, d), namespace: "default", idle: 200 * time.Millisecond}
}

func TestFetch(t *testing.T) {
	chunks := func(texts ...string) func(content.Content_ReadServer) error {
		return func(stream content.Content_ReadServer) error {
			for _, text := range texts {
				if err := stream.Send(&content.ReadContentResponse{Data: []byte(text)}); err != nil {
					return err
				}
			}
			return nil
		}
	}
	hang := func(stream content.Content_ReadServer) error {
		if err := stream.Send(&content.ReadContentResponse{Data: []byte("ab")}); err != nil {
			return err
		}
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	tests := []struct {
		name string
		liar liar
		says string // "" for success with "abcdef"
	}{
		{"in pieces", liar{size: 6, send: chunks("ab", "", "cdef")}, ""},
		{"too short", liar{size: 7, send: chunks("abcdef")}, io.ErrUnexpectedEOF.Error()},
		{"too long", liar{size: 5, send: chunks("ab", "cdef")}, "longer than"},
		{"above the limit", liar{size: 101, send: chunks("abcdef")}, "the limit is 100"},
		{"not there", liar{size: -1}, "another platform"},
		{"hangs", liar{size: 6, send: hang}, "sends nothing for 200ms"},
		{"fails", liar{size: 6, send: func(content.Content_ReadServer) error { return status.Error(codes.DataLoss, "bad disk") }}, "bad disk"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := serve(t, &tt.liar)
			got, err := r.fetch(t.Context(), v1.Descriptor{Digest: digest.FromString("abcdef")}, 100)
			if tt.says == "" && (err != nil || string(got) != "abcdef") {
				t.Errorf("%q, %v", got, err)
			}
			if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("error %v, want one with %q", err, tt.says)
			}
		})
	}
}

func TestCancelledStream(t *testing.T) {
	r := serve(t, &liar{size: 6, send: func(stream content.Content_ReadServer) error {
		<-stream.Context().Done()
		return stream.Context().Err()
	}})
	r.idle = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	blob, err := r.open(ctx, digest.FromString("x"), 6)
	if err != nil {
		t.Fatal(err)
	}
	defer blob.Close()
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := io.ReadAll(blob); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// A blob that containerd holds cut short is read though its layer is cached, and
// reported.
func TestDamageAfterCaching(t *testing.T) {
	tarball := make([]byte, 1024)
	d := digest.FromBytes(tarball)
	o := image.Options{Cache: &image.Cache{Dir: t.TempDir()}}
	for i, stored := range [][]byte{tarball, tarball, tarball[:512]} {
		r := serve(t, &liar{size: int64(len(stored)), send: func(stream content.Content_ReadServer) error {
			return stream.Send(&content.ReadContentResponse{Data: stored})
		}})
		layer := image.Layer{Digest: d.String(), DiffID: d.String(), Listed: int64(len(tarball))}
		if err := r.attach(t.Context(), &layer); err != nil {
			t.Fatal(err)
		}
		img := &image.Image{Layers: []image.Layer{layer}}
		img.Facts.Layers = []asset.Layer{{DiffID: d.String()}}
		snapshot, err := image.Scan(t.Context(), img, o)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{asset.LayerRead, asset.LayerCached, asset.LayerFailed}[i]
		if got := snapshot.Layers[0].Status; got != want {
			t.Errorf("run %d: the layer is %s, want %s", i, got, want)
		}
	}
}
