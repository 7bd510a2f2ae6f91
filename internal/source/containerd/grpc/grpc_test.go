package grpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	grpcgo "google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const method = "/seawall.Test/Method"

// socket gives a listener and its path, which t.TempDir may make too long.
func socket(t *testing.T) (net.Listener, string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "seawall-grpc-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	path := filepath.Join(folder, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener, path
}

func dial(t *testing.T, path string) *Conn {
	t.Helper()
	conn, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// serve runs a server of grpc-go that answers every method by handle, and gives
// our connection to it and grpc-go's.
func serve(t *testing.T, handle func(asked []byte, stream grpcgo.ServerStream) error) (*Conn, *grpcgo.ClientConn) {
	t.Helper()
	listener, path := socket(t)
	server := grpcgo.NewServer(grpcgo.MaxSendMsgSize(64<<20), grpcgo.UnknownServiceHandler(func(_ any, stream grpcgo.ServerStream) error {
		var asked wrapperspb.BytesValue
		if err := stream.RecvMsg(&asked); err != nil {
			return err
		}
		return handle(asked.GetValue(), stream)
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	theirs, err := grpcgo.NewClient("unix://"+path, grpcgo.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { theirs.Close() })
	return dial(t, path), theirs
}

func encode(t *testing.T, content []byte) []byte {
	t.Helper()
	message, err := proto.Marshal(wrapperspb.Bytes(content))
	if err != nil {
		t.Fatal(err)
	}
	return message
}

func TestUnary(t *testing.T) {
	var namespace []string
	var left time.Duration
	conn, _ := serve(t, func(asked []byte, stream grpcgo.ServerStream) error {
		sent, _ := metadata.FromIncomingContext(stream.Context())
		namespace = sent.Get("containerd-namespace")
		deadline, _ := stream.Context().Deadline()
		left = time.Until(deadline)
		return stream.SendMsg(wrapperspb.Bytes(bytes.ToUpper(asked)))
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, content := range []string{"", "abc", string(bytes.Repeat([]byte("x"), 3_000_000))} {
		got, err := conn.Unary(ctx, method, http.Header{"Containerd-Namespace": {"moby"}}, encode(t, []byte(content)))
		if want := encode(t, bytes.ToUpper([]byte(content))); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d bytes, want %d, error %v", len(content), len(got), len(want), err)
		}
	}
	if fmt.Sprint(namespace) != "[moby]" {
		t.Errorf("the server saw the namespaces %v", namespace)
	}
	if left < 30*time.Second || left > time.Minute {
		t.Errorf("the server saw a deadline in %v", left)
	}
}

func TestStream(t *testing.T) {
	sizes := []int{0, 1, 1 << 20, 0, 15 << 20, 70_000}
	conn, _ := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
		for _, size := range sizes {
			if err := stream.SendMsg(wrapperspb.Bytes(make([]byte, size))); err != nil {
				return err
			}
		}
		return nil
	})
	stream, err := conn.Stream(t.Context(), method, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, size := range sizes {
		if got, err := stream.Next(); err != nil || !bytes.Equal(got, encode(t, make([]byte, size))) {
			t.Fatalf("message %d: %d bytes, error %v", i, len(got), err)
		}
	}
	for range 2 {
		if _, err := stream.Next(); err != io.EOF {
			t.Errorf("after the last message: %v, want io.EOF", err)
		}
	}
}

// TestParallelStreams reads several answers at once, one of which nobody reads.
func TestParallelStreams(t *testing.T) {
	conn, _ := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
		for range 8 {
			if err := stream.SendMsg(wrapperspb.Bytes(make([]byte, 1<<20))); err != nil {
				return err
			}
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	idle, err := conn.Stream(ctx, method, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := idle.Next(); err != nil {
		t.Fatal(err)
	}
	counts := make(chan int)
	for range 4 {
		go func() {
			stream, err := conn.Stream(ctx, method, nil, nil)
			n := 0
			for ; err == nil; n++ {
				_, err = stream.Next()
			}
			counts <- n - 1
		}()
	}
	for range 4 {
		if n := <-counts; n != 8 {
			t.Errorf("%d messages, want 8", n)
		}
	}
}

// TestStatus wants what grpc-go's client makes of the same answers.
func TestStatus(t *testing.T) {
	texts := []string{"", "not here", "50% of “ä”\n\x00\t~ is %41", "\xff is not UTF-8", " spaces "}
	for code := codes.Canceled; code <= codes.Unauthenticated+1; code++ {
		text := texts[int(code)%len(texts)]
		for _, messages := range []int{0, 2} {
			conn, theirs := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
				for range messages {
					if err := stream.SendMsg(wrapperspb.Bytes([]byte("x"))); err != nil {
						return err
					}
				}
				return status.Error(code, text)
			})
			want := status.Convert(theirFailure(t, theirs))
			var got *Error
			if err := ourFailure(t, conn); !errors.As(err, &got) || got.Code != Code(want.Code()) || got.Message != want.Message() {
				t.Errorf("after %d messages: %+v, want %v", messages, err, want)
			}
			if code <= codes.Unauthenticated && got.Code.String() != code.String() {
				t.Errorf("code %s, want %s", got.Code, code)
			}
			for kind, is := range map[error]codes.Code{ErrNotFound: codes.NotFound, context.Canceled: codes.Canceled, context.DeadlineExceeded: codes.DeadlineExceeded} {
				if errors.Is(got, kind) != (code == is) {
					t.Errorf("%v is %v: %t", got, kind, errors.Is(got, kind))
				}
			}
		}
	}
}

func ourFailure(t *testing.T, conn *Conn) error {
	t.Helper()
	stream, err := conn.Stream(t.Context(), method, nil, nil)
	for err == nil {
		_, err = stream.Next()
	}
	return err
}

func theirFailure(t *testing.T, conn *grpcgo.ClientConn) error {
	t.Helper()
	stream, err := conn.NewStream(t.Context(), &grpcgo.StreamDesc{ServerStreams: true}, method)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.SendMsg(wrapperspb.Bytes(nil)); err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	for {
		if err := stream.RecvMsg(&wrapperspb.BytesValue{}); err != nil {
			return err
		}
	}
}

func TestOversizedMessage(t *testing.T) {
	conn, _ := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
		return stream.SendMsg(wrapperspb.Bytes(make([]byte, maxMessage)))
	})
	requireError(t, ourFailure(t, conn), "the limit is 16777216")
}

// TestHangs has servers that are silent from the beginning and in the middle.
func TestHangs(t *testing.T) {
	silent := errors.New("too slow")
	for _, messages := range []int{0, 1} {
		ended := make(chan struct{})
		conn, _ := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
			defer close(ended)
			for range messages {
				if err := stream.SendMsg(wrapperspb.Bytes(nil)); err != nil {
					return err
				}
			}
			<-stream.Context().Done()
			return nil
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		stream, err := conn.Stream(ctx, method, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range messages {
			if _, err := stream.Next(); err != nil {
				t.Fatal(err)
			}
		}
		time.AfterFunc(50*time.Millisecond, func() { cancel(silent) })
		if _, err := stream.Next(); !errors.Is(err, silent) {
			t.Errorf("error %v, want the context's cause", err)
		}
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Error("the server was not told that the call is over")
		}
	}
}

func TestDeadline(t *testing.T) {
	conn, _ := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
		<-stream.Context().Done()
		return stream.Context().Err()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := conn.Unary(ctx, method, nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want context.DeadlineExceeded", err)
	}
}

// TestClose ends a call that still runs.
func TestClose(t *testing.T) {
	conn, _ := serve(t, func(_ []byte, stream grpcgo.ServerStream) error {
		<-stream.Context().Done()
		return nil
	})
	time.AfterFunc(50*time.Millisecond, func() { conn.Close() })
	if _, err := conn.Unary(t.Context(), method, nil, nil); err == nil {
		t.Error("no error")
	}
}

func TestTimeout(t *testing.T) {
	for want, left := range map[string]time.Duration{
		"1n":        -time.Second,
		"99999999n": 99_999_999,
		"100000u":   100_000_000,
		"100001u":   100_000_001,
		"10000000u": 10 * time.Second,
		"3600000m":  time.Hour,
		"100000S":   100_000 * time.Second,
		"277778H":   1_000_000_000 * time.Second,
	} {
		if got := timeout(left); got != want {
			t.Errorf("%v: %q, want %q", left, got, want)
		}
	}
}
