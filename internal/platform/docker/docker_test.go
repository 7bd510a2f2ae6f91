package docker_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"

	"seawall/internal/asset"
	"seawall/internal/platform/docker"
)

var update = flag.Bool("update", false, "write the golden files anew")

func recorded(t testing.TB) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/inspect.json")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// withoutZeros leaves out what is zero, so that the golden file is short and
// further facts of the model do not change it.
func withoutZeros(tree any) any {
	switch node := tree.(type) {
	case map[string]any:
		maps.DeleteFunc(node, func(_ string, value any) bool {
			value = withoutZeros(value)
			object, isObject := value.(map[string]any)
			return value == nil || value == "" || value == 0.0 || value == false || isObject && len(object) == 0
		})
	case []any:
		for _, item := range node {
			withoutZeros(item)
		}
	}
	return tree
}

// TestRecorded holds the facts of containers that a real engine described to
// what a person has read and found right.
func TestRecorded(t *testing.T) {
	subjects, err := docker.Decode("inspect.json", recorded(t))
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal(subjects)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(all, &tree); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(withoutZeros(tree), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/inspect.golden.json", append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/inspect.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// expected maps the engine's own types to the model, without our reader.
func expected(config *container.Config, host *container.HostConfig) asset.Container {
	memory := host.Resources
	want := asset.Container{
		Privileged: host.Privileged, ReadOnlyRoot: host.ReadonlyRootfs, CgroupParent: host.CgroupParent, Runtime: host.Runtime,
		Groups: host.GroupAdd, Entrypoint: config.Entrypoint, Command: config.Cmd, WorkingDir: config.WorkingDir,
		PublishAll: host.PublishAllPorts, Links: host.Links, VolumesFrom: host.VolumesFrom,
		Logging: asset.Logging{Driver: host.LogConfig.Type, Options: host.LogConfig.Config}, Labels: config.Labels,
		Init: host.Init != nil && *host.Init,
		OOM:  asset.OOM{ScoreAdjustment: int64(host.OomScoreAdj), KillDisabled: memory.OomKillDisable != nil && *memory.OomKillDisable},
		Restart: asset.Restart{
			Policy: string(host.RestartPolicy.Name), MaxRetries: int64(host.RestartPolicy.MaximumRetryCount),
		},
		Resources: asset.Resources{
			Memory: asset.MemoryResource{Limit: memory.Memory, Request: memory.MemoryReservation, SwapLimit: memory.MemorySwap},
			CPU:    asset.CPUResource{Limit: float64(memory.NanoCPUs) / 1e9, Shares: memory.CPUShares, Set: memory.CpusetCpus},
		},
	}
	if memory.NanoCPUs == 0 && memory.CPUQuota > 0 {
		period := memory.CPUPeriod
		if period == 0 {
			period = 100_000
		}
		want.Resources.CPU.Limit = float64(memory.CPUQuota) / float64(period)
	}
	if memory.PidsLimit != nil {
		want.Resources.PIDs.Limit = *memory.PidsLimit
	}
	if want.Resources.SharedMemory = host.ShmSize; host.ShmSize == 0 {
		want.Resources.SharedMemory = 64 << 20
	}
	for _, u := range memory.Ulimits {
		want.Resources.Ulimits = append(want.Resources.Ulimits, asset.Ulimit{Name: u.Name, Soft: u.Soft, Hard: u.Hard})
	}
	for _, list := range []struct {
		from []string
		into *[]string
	}{{host.CapAdd, &want.Capabilities.Add}, {host.CapDrop, &want.Capabilities.Drop}} {
		for _, name := range list.from {
			*list.into = append(*list.into, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
		}
	}
	for _, d := range memory.Devices {
		want.Devices = append(want.Devices, asset.Device{Source: d.PathOnHost, Target: d.PathInContainer, Permissions: d.CgroupPermissions})
	}
	for _, address := range host.DNS {
		want.DNS = append(want.DNS, address.String())
	}
	if want.Restart.Policy == "" {
		want.Restart.Policy = "no"
	}
	return want
}

// whatExpectedLeaves are facts that have tables of their own.
var whatExpectedLeaves = cmpopts.IgnoreFields(asset.Container{}, "Name", "Role", "Image", "User", "UID", "Group", "GID", "NoNewPrivileges", "Seccomp", "AppArmor",
	"SELinux", "ProcUnmasked", "Mounts", "Ports", "Env", "Healthcheck", "Essential")

func deviceRules(c *asset.Container) {
	c.Devices = slices.DeleteFunc(c.Devices, func(d asset.Device) bool { return d.Target == "" })
}

func TestRecordedAgainstTheEnginesTypes(t *testing.T) {
	var responses []container.InspectResponse
	if err := json.Unmarshal(recorded(t), &responses); err != nil {
		t.Fatal(err)
	}
	subjects, err := docker.Decode("inspect.json", recorded(t))
	if err != nil || len(subjects) != len(responses) || len(subjects) < 4 {
		t.Fatalf("%d subjects, %v", len(subjects), err)
	}
	for i, response := range responses {
		got := subjects[i].Facts.Containers[0]
		deviceRules(&got)
		if diff := cmp.Diff(expected(response.Config, response.HostConfig), got, whatExpectedLeaves, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-engine +ours):\n%s", response.Name, diff)
		}
	}
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

func randomRequest(r *rand.Rand) container.CreateRequest {
	on := func() *bool { return pick(r, nil, new(true), new(false)) }
	config := &container.Config{
		Image: "example/app:1", User: pick(r, "", "0", "1000:1000"), WorkingDir: pick(r, "", "/srv"),
		Cmd: pick(r, nil, []string{"sleep", "1"}), Entrypoint: pick(r, nil, []string{"/app"}),
		Labels: pick(r, nil, map[string]string{"a/b~c": "d"}), Env: pick(r, nil, []string{"A=b=c", "GONE"}),
	}
	host := &container.HostConfig{
		Privileged: pick(r, true, false), ReadonlyRootfs: pick(r, true, false), PublishAllPorts: pick(r, true, false),
		CapAdd: pick(r, nil, []string{"cap_net_raw", "SYS_ADMIN"}), CapDrop: pick(r, nil, []string{"ALL"}),
		CgroupnsMode: pick(r, container.CgroupnsMode(""), "host", "private"), GroupAdd: pick(r, nil, []string{"0"}),
		NetworkMode: pick(r, container.NetworkMode(""), "host", "none", "container:x", "front", "bridge"),
		PidMode:     pick(r, container.PidMode(""), "host"), IpcMode: pick(r, container.IpcMode(""), "host", "shareable"),
		UTSMode: pick(r, container.UTSMode(""), "host"), UsernsMode: pick(r, container.UsernsMode(""), "host"),
		ShmSize: pick[int64](r, 0, 1<<20), Runtime: pick(r, "", "runsc"), Init: on(), OomScoreAdj: pick(r, 0, -500),
		LogConfig:     container.LogConfig{Type: pick(r, "", "none"), Config: pick(r, nil, map[string]string{"max-size": "1m"})},
		RestartPolicy: container.RestartPolicy{Name: pick(r, container.RestartPolicyMode(""), "always", "on-failure"), MaximumRetryCount: pick(r, 0, 3)},
		DNS:           pick(r, nil, []netip.Addr{netip.MustParseAddr("::1")}), Links: pick(r, nil, []string{"db:db"}), VolumesFrom: pick(r, nil, []string{"x:ro"}),
		Resources: container.Resources{
			Memory: pick[int64](r, 0, 1<<28), MemoryReservation: pick[int64](r, 0, 1<<20), MemorySwap: pick[int64](r, 0, -1),
			NanoCPUs: pick[int64](r, 0, 5e8), CPUQuota: pick[int64](r, 0, -1, 25000), CPUPeriod: pick[int64](r, 0, 50000), CPUShares: pick[int64](r, 0, 512),
			PidsLimit: pick(r, nil, new(int64(100)), new(int64(-1))), CgroupParent: pick(r, "", "/x"), OomKillDisable: on(),
			Ulimits: pick(r, nil, []*container.Ulimit{{Name: "nofile", Soft: 1, Hard: -1}}),
			Devices: pick(r, nil, []container.DeviceMapping{{PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "rw"}}),
		},
		Mounts: pick(r, nil, []mount.Mount{{Type: mount.TypeBind, Source: "/", Target: "/host", ReadOnly: true}}),
	}
	if r.IntN(2) == 0 {
		host.PortBindings = network.PortMap{network.MustParsePort("80/tcp"): {{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: "8080"}}}
	}
	return container.CreateRequest{Config: config, HostConfig: host}
}

func TestRequestsAgainstTheEnginesTypes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		request := randomRequest(r)
		body, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		subjects, err := docker.Decode("body.json", body)
		if err != nil || len(subjects) != 1 {
			t.Fatalf("%d: %v: %s", i, err, body)
		}
		w := subjects[0].Facts
		if diff := cmp.Diff(expected(request.Config, request.HostConfig), w.Containers[0], whatExpectedLeaves, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s (-engine +ours):\n%s", body, diff)
		}
		if (w.Namespaces.Network == "host") != request.HostConfig.NetworkMode.IsHost() || (w.Namespaces.Network == "none") != request.HostConfig.NetworkMode.IsNone() ||
			(w.Namespaces.PID == "host") != request.HostConfig.PidMode.IsHost() || (w.Namespaces.IPC == "host") != request.HostConfig.IpcMode.IsHost() ||
			(w.Namespaces.UTS == "host") != request.HostConfig.UTSMode.IsHost() {
			t.Fatalf("namespaces %+v of %s", w.Namespaces, body)
		}
		for _, path := range slices.Sorted(maps.Keys(subjects[0].Origins)) {
			if origin := subjects[0].Origins[path]; origin.Kind == asset.Explicit && origin.Line == 0 {
				t.Fatalf("%s is explicit but has no line", path)
			}
		}
	}
}

func request(t *testing.T, config, host string) asset.Subject[asset.Workload] {
	t.Helper()
	if config != "" {
		config += ","
	}
	subjects, err := docker.Decode("body.json", fmt.Appendf(nil, `{"Image":"app:1",%s"HostConfig":{%s}}`, config, host))
	if err != nil || len(subjects) != 1 {
		t.Fatalf("%s: %v", host, err)
	}
	return subjects[0]
}

func TestMounts(t *testing.T) {
	s := request(t, `"Volumes":{"/data":{},"/b":{}}`, `"Binds":["/a:/b:ro,z","named:/c","/"],"Tmpfs":{"/tmp":"noexec,size=1m"},"VolumeDriver":"nfs",
		"Mounts":[{"Type":"volume","Source":"disguised","Target":"/d","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"none","o":"bind","device":"/etc"}}}},
		{"Type":"bind","Source":"/x","Target":"/e","BindOptions":{"Propagation":"rshared"}},{"Type":"tmpfs","Target":"/f","TmpfsOptions":{"SizeBytes":5,"Options":[["noexec"],["uid","3"]]}}]`)
	want := []asset.Mount{
		{Type: "bind", Source: "/a", Target: "/b", ReadOnly: true, Relabel: "z", Propagation: "rprivate"},
		{Type: "volume", Source: "named", Target: "/c", Propagation: "rprivate"},
		{Type: "volume", Target: "/", Propagation: "rprivate"},
		{Type: "volume", Source: "disguised", Target: "/d", Propagation: "rprivate"},
		{Type: "bind", Source: "/x", Target: "/e", Propagation: "rshared"},
		{Type: "tmpfs", Target: "/f", Size: 5, Options: []string{"noexec", "uid=3"}, Propagation: "rprivate"},
		{Type: "tmpfs", Target: "/tmp", Size: 1 << 20, Options: []string{"noexec", "size=1m"}, Propagation: "rprivate"},
		{Type: "volume", Target: "/data", Propagation: "rprivate"},
	}
	if diff := cmp.Diff(want, s.Facts.Containers[0].Mounts); diff != "" {
		t.Errorf("mounts (-want +got):\n%s", diff)
	}
	volumes := []asset.Volume{
		{Name: "named", Type: "volume", Driver: "nfs"},
		{Name: "disguised", Type: "volume", Source: "/etc", Driver: "local", Options: map[string]string{"type": "none", "o": "bind", "device": "/etc"}},
	}
	if diff := cmp.Diff(volumes, s.Facts.Volumes); diff != "" {
		t.Errorf("volumes (-want +got):\n%s", diff)
	}
	if s.Origins["volumes[0].options"].Kind != asset.Unknown || s.Origins["containers[0].mounts[3]"].Pointer != "/HostConfig/Mounts/0" {
		t.Errorf("origins: %+v, %+v", s.Origins["volumes[0].options"], s.Origins["containers[0].mounts[3]"])
	}
}

func TestPorts(t *testing.T) {
	s := request(t, `"ExposedPorts":{"80/tcp":{},"53/udp":{}}`, `"PortBindings":{"80/tcp":[{"HostPort":"8080"},{"HostIp":"::1","HostPort":"8000-8010"}],"9/sctp":[{}],"7":null,"6":[{"HostPort":"x"}]}`)
	want := []asset.PortMapping{
		{HostIP: "0.0.0.0", HostPort: 8080, HostPortEnd: 8080, Port: 80, Protocol: "tcp", Published: true},
		{HostIP: "::1", HostPort: 8000, HostPortEnd: 8010, Port: 80, Protocol: "tcp", Published: true},
		{HostIP: "0.0.0.0", Port: 9, Protocol: "sctp", Published: true},
		{HostIP: "0.0.0.0", Port: 6, Protocol: "tcp", Published: true},
		{Port: 53, Protocol: "udp"},
	}
	if diff := cmp.Diff(want, s.Facts.Containers[0].Ports); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, kind := range map[string]asset.OriginKind{"ports[0].hostIP": asset.PlatformDefault, "ports[1].hostIP": asset.Explicit, "ports[3].hostPort": asset.Unknown} {
		if got := s.Origins["containers[0]."+path].Kind; got != kind {
			t.Errorf("%s is %s, want %s", path, got, kind)
		}
	}
}

func TestHealthAndMasks(t *testing.T) {
	tests := []struct {
		config, host string
		set          bool
		origin       asset.OriginKind
		unmasked     bool
	}{
		{"", "", false, asset.Unknown, false},
		{`"Healthcheck":{"Test":["CMD","true"]}`, `"MaskedPaths":null`, true, asset.Explicit, false},
		{`"Healthcheck":{"Test":["NONE"]}`, `"MaskedPaths":[]`, false, asset.Explicit, true},
		{`"Healthcheck":{"Test":[]}`, `"ReadonlyPaths":["/proc/bus"]`, false, asset.Unknown, true},
		{"", `"ReadonlyPaths":["/proc/sys"],"MaskedPaths":["/proc/kcore"]`, false, asset.Unknown, false},
	}
	for _, test := range tests {
		s := request(t, test.config, test.host)
		c := s.Facts.Containers[0]
		if c.Healthcheck.Set != test.set || s.Origins["containers[0].healthcheck"].Kind != test.origin || c.ProcUnmasked != test.unmasked {
			t.Errorf("%s %s: %+v (%s), unmasked %v", test.config, test.host, c.Healthcheck, s.Origins["containers[0].healthcheck"].Kind, c.ProcUnmasked)
		}
	}
}

// TestAsTheEngineReads tries requests that look harmless to a reader that is
// stricter about case than the engine.
func TestAsTheEngineReads(t *testing.T) {
	subjects, err := docker.Decode("body.json", []byte(`{"image":"a:1","hostconfig":{"PRIVILEGED":true,"binds":["/:/host"]}}`))
	if err != nil || len(subjects) != 1 || !subjects[0].Facts.Containers[0].Privileged || len(subjects[0].Facts.Containers[0].Mounts) != 1 {
		t.Errorf("keys of another case are not read: %+v, %v", subjects, err)
	}
	for _, body := range []string{
		`{"Image":"a","HostConfig":{"Privileged":false,"privileged":true}}`,
		`{"Image":"a","HostConfig":{"Privileged":false,"Privileged":true}}`,
		`{"Image":"a","HostConfig":{},"hostConfig":{"Privileged":true}}`,
	} {
		if subjects, err := docker.Decode("body.json", []byte(body)); err == nil || len(subjects) != 0 || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s says two things at once, got %v, %v", body, subjects, err)
		}
	}
}

func TestAWrongTypeSpoilsItsOwnFactOnly(t *testing.T) {
	s := request(t, `"User":{}`, `"Memory":"much","Binds":[1,{}],"CapAdd":[{}],"Privileged":"perhaps","PidsLimit":5,"PortBindings":[]`)
	for _, path := range []string{"user", "resources.memory.limit", "mounts[1].source", "capabilities.add[0]", "privileged", "ports"} {
		if got := s.Origins["containers[0]."+path]; got.Kind != asset.Unknown || got.Line != 1 || got.Reason == "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if s.Facts.Containers[0].Resources.PIDs.Limit != 5 {
		t.Error("the pids limit is lost")
	}
}

func TestWhatIsNoContainer(t *testing.T) {
	for _, text := range []string{`{}`, `[]`, `[1]`, `{"Config":{}}`, `{"HostConfig":[]}`, "{", `[{"Id":"sha256:1","Config":{}}]`} {
		subjects, err := docker.Decode("x.json", []byte(text))
		if len(subjects) != 0 || (err == nil) != (text == "[]") {
			t.Errorf("%s: %v, %v", text, subjects, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(recorded(f))
	f.Add([]byte(`{"Image":"a:1","HostConfig":{"Binds":["/:/x"],"PortBindings":{"80":[{"HostPort":"1-2"}]}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		subjects, err := docker.Decode("x.json", content)
		for _, s := range subjects {
			if len(s.Facts.Containers) != 1 {
				t.Errorf("%d containers, %v", len(s.Facts.Containers), err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	content := recorded(b)
	for b.Loop() {
		if _, err := docker.Decode("x.json", content); err != nil {
			b.Fatal(err)
		}
	}
}
