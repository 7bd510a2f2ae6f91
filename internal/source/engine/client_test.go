package engine

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/client"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// TestSameAnswers compares our client with the Docker project's.
func TestSameAnswers(t *testing.T) {
	c, o := realEngine(t)
	id := load(t, c)
	own, err := (endpoint{host: o.Host}).connect("seawall-test")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if err := own.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantInfo, err := c.Info(t.Context(), client.InfoOptions{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := own.Info(t.Context())
	info.SystemTime, wantInfo.Info.SystemTime = "", "" // and what else moves
	info.NGoroutines, info.NFd, wantInfo.Info.NGoroutines, wantInfo.Info.NFd = 0, 0, 0, 0
	if diff := cmp.Diff(wantInfo.Info, info, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); err != nil || diff != "" {
		t.Errorf("info: error %v, %s", err, diff)
	}
	for _, ref := range []string{testReference, id, strings.TrimPrefix(id, "sha256:")[:12], "docker.io/" + testReference} {
		want, err := c.ImageInspect(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		found, err := own.InspectImage(t.Context(), ref, nil)
		if diff := cmp.Diff(want.InspectResponse, found); err != nil || diff != "" {
			t.Errorf("%s: error %v, %s", ref, err, diff)
		}
	}
	platform := &v1.Platform{OS: "linux", Architecture: "amd64"}
	if found, err := own.InspectImage(t.Context(), testReference, platform); err != nil || found.Architecture != "amd64" {
		t.Errorf("for %v: %q, error %v", platform, found.Architecture, err)
	}
	for _, ref := range []string{"seawall-test/absent", "seawall-test/absent@" + id, "Upper", "a b", "a?b", "..", "../x", ""} {
		_, _, err := Open(t.Context(), ref, o)
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: error %v, want ErrNotFound", ref, err)
		}
	}
}
