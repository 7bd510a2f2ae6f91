package swarm_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"

	"seawall/internal/asset"
	platform "seawall/internal/platform/swarm"
)

func recorded(t testing.TB) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/services.json")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestRecorded(t *testing.T) {
	subjects, err := platform.Decode("services.json", recorded(t), platform.Options{})
	if err != nil || len(subjects) != 2 {
		t.Fatalf("%d services, %v", len(subjects), err)
	}
	web := subjects[0].Facts
	want := asset.Container{
		Name: "web", Role: asset.RoleMain, Essential: true, User: "1000", UID: 1000, Group: "1000", GID: 1000, ReadOnlyRoot: true, Init: true,
		Image:        asset.ImageReference{Reference: "tiny:1", Repository: "docker.io/library/tiny", Tag: "1"},
		Capabilities: asset.Capabilities{Drop: []string{"ALL"}}, Seccomp: asset.Profile{Type: "default"}, AppArmor: asset.Profile{Type: "default"},
		Resources: asset.Resources{
			Memory: asset.MemoryResource{Limit: 256 << 20, Request: 64 << 20}, CPU: asset.CPUResource{Limit: 0.5}, PIDs: asset.PIDsResource{Limit: 100},
			Ulimits: []asset.Ulimit{{Name: "nofile", Soft: 1024, Hard: 2048}},
		},
		Mounts: []asset.Mount{
			{Type: "tmpfs", Target: "/tmp", Size: 1 << 20, Propagation: "rprivate"},
			{Type: "bind", Source: "/srv/data", Target: "/conf", ReadOnly: true, Propagation: "rprivate"},
			{Type: "secret", Source: "db", Target: "/run/secrets/db", ReadOnly: true, Propagation: "rprivate"},
			{Type: "config", Source: "app", Target: "/app", ReadOnly: true, Propagation: "rprivate"},
		},
		Ports: []asset.PortMapping{
			{HostIP: "0.0.0.0", HostPort: 8080, HostPortEnd: 8080, Port: 80, Protocol: "tcp", Published: true},
			{HostIP: "0.0.0.0", HostPort: 9090, HostPortEnd: 9090, Port: 9090, Protocol: "udp", Published: true},
		},
		Env: []asset.EnvSetting{{Name: "PORT", Value: "80", From: asset.EnvValue}}, Labels: map[string]string{"c": "d"},
		Restart: asset.Restart{Policy: "on-failure", MaxRetries: 3}, Healthcheck: asset.Probe{Set: true, Test: []string{"CMD-SHELL", "true"}},
		Logging: asset.Logging{}, DNS: []string{"10.0.0.2"},
	}
	if diff := cmp.Diff(want, web.Containers[0], cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if web.Name != "web" || web.Labels["tier"] != "web" || !slices.Equal(web.Hosts, []asset.HostEntry{{Name: "metadata", Address: "10.0.0.1"}}) ||
		web.Sysctls[0] != (asset.Sysctl{Name: "net.core.somaxconn", Value: "512"}) {
		t.Errorf("%+v", web)
	}
	if origin := subjects[0].Origins["namespaces.network"]; origin.Kind != asset.PlatformDefault {
		t.Errorf("the overlay network gave an address, so it is not the host's: %+v", origin)
	}
}

func TestHostNetwork(t *testing.T) {
	subjects, err := platform.Decode("services.json", recorded(t), platform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hosted := subjects[1]
	if origin := hosted.Origins["namespaces.network"]; origin.Kind != asset.Unknown || !strings.Contains(origin.Reason, "docker network ls") {
		t.Errorf("an ID says nothing about the network: %+v", origin)
	}
	subjects, err = platform.Decode("services.json", recorded(t), platform.Options{Networks: map[string]string{hosted.Facts.Networks[0]: "host"}})
	if err != nil || subjects[1].Facts.Namespaces.Network != "host" || subjects[1].Origins["namespaces.network"].Line == 0 {
		t.Errorf("%+v, %v", subjects[1].Facts.Namespaces, err)
	}
}

// TestSpecification encodes the engine's own type, so that a wrong name of a
// field shows.
func TestSpecification(t *testing.T) {
	spec := swarm.ServiceSpec{
		Annotations: swarm.Annotations{Name: "s"},
		TaskTemplate: swarm.TaskSpec{
			ContainerSpec: &swarm.ContainerSpec{
				Image: "a/b:1", Command: []string{"/x"}, Args: []string{"-v"}, Dir: "/d", User: "root", Groups: []string{"5"}, OomScoreAdj: -5,
				Privileges: &swarm.Privileges{
					NoNewPrivileges: true, Seccomp: &swarm.SeccompOpts{Mode: swarm.SeccompModeUnconfined},
					AppArmor: &swarm.AppArmorOpts{Mode: swarm.AppArmorModeDisabled}, SELinuxContext: &swarm.SELinuxContext{Disable: true, Type: "t"},
				},
				Mounts: []mount.Mount{{Type: mount.TypeVolume, Source: "v", Target: "/v", VolumeOptions: &mount.VolumeOptions{
					Subpath: "sub", DriverConfig: &mount.Driver{Name: "local", Options: map[string]string{"type": "none", "device": "/etc"}},
				}}},
				Ulimits: []*container.Ulimit{{Name: "core", Soft: 0, Hard: -1}},
			},
			LogDriver: &swarm.Driver{Name: "none"},
			Networks:  []swarm.NetworkAttachmentConfig{{Target: "host"}},
			Resources: &swarm.ResourceRequirements{
				Limits:       &swarm.Limit{NanoCPUs: 15e8, MemoryBytes: 100, Pids: 7},
				Reservations: &swarm.Resources{NanoCPUs: 1e8, MemoryBytes: 50, GenericResources: []swarm.GenericResource{{DiscreteResourceSpec: &swarm.DiscreteGenericResource{Kind: "gpu", Value: 1}}}},
				SwapBytes:    new(int64(20)),
			},
		},
	}
	body, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := platform.Decode("spec.json", body, platform.Options{})
	if err != nil || len(subjects) != 1 {
		t.Fatalf("%d, %v", len(subjects), err)
	}
	c, w := subjects[0].Facts.Containers[0], subjects[0].Facts
	want := asset.Container{
		Name: "s", Role: asset.RoleMain, Essential: true, Image: asset.ImageReference{Reference: "a/b:1", Repository: "docker.io/a/b", Tag: "1"},
		User: "root", Groups: []string{"5"}, NoNewPrivileges: true, Seccomp: asset.Profile{Type: "unconfined"}, AppArmor: asset.Profile{Type: "unconfined"},
		SELinux: asset.SELinux{Disabled: true, Type: "t"}, OOM: asset.OOM{ScoreAdjustment: -5}, Entrypoint: []string{"/x"}, Command: []string{"-v"}, WorkingDir: "/d",
		Resources: asset.Resources{
			Memory: asset.MemoryResource{Limit: 100, Request: 50, SwapLimit: 120}, CPU: asset.CPUResource{Limit: 1.5, Request: 0.1}, PIDs: asset.PIDsResource{Limit: 7},
			Ulimits: []asset.Ulimit{{Name: "core", Hard: -1}},
		},
		Devices: []asset.Device{{Source: "gpu"}}, Mounts: []asset.Mount{{Type: "volume", Source: "v", Target: "/v", SubPath: "sub", Propagation: "rprivate"}},
		Restart: asset.Restart{Policy: "always"}, Logging: asset.Logging{Driver: "none"},
	}
	if diff := cmp.Diff(want, c, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.Namespaces.Network != "host" || w.Volumes[0].Source != "/etc" || subjects[0].Origins["containers[0].restart.policy"].Kind != asset.PlatformDefault {
		t.Errorf("%+v", w)
	}
	for _, path := range []string{"containers[0].privileged", "namespaces.pid", "containers[0].resources.sharedMemory"} {
		if subjects[0].Origins[path].Kind != asset.Inexpressible {
			t.Errorf("%s is %s", path, subjects[0].Origins[path].Kind)
		}
	}
}

func TestAWrongTypeSpoilsItsOwnFactOnly(t *testing.T) {
	text := `{"TaskTemplate":{"ContainerSpec":{"Image":"a:1","User":["x"],"ReadOnly":true},"Resources":{"Limits":{"Pids":"many","MemoryBytes":5}},"RestartPolicy":{"Condition":"sometimes"}}}`
	subjects, err := platform.Decode("x.json", []byte(text), platform.Options{})
	if err != nil || len(subjects) != 1 {
		t.Fatal(err)
	}
	for _, path := range []string{"user", "resources.pids.limit", "restart.policy"} {
		if subjects[0].Origins["containers[0]."+path].Kind != asset.Unknown {
			t.Errorf("%s: %+v", path, subjects[0].Origins["containers[0]."+path])
		}
	}
	if c := subjects[0].Facts.Containers[0]; !c.ReadOnlyRoot || c.Resources.Memory.Limit != 5 {
		t.Errorf("%+v", c)
	}
}

func TestWhatIsNoService(t *testing.T) {
	for _, text := range []string{`{}`, `[1]`, `{"Spec":{"TaskTemplate":{"PluginSpec":{}}}}`, "{"} {
		subjects, err := platform.Decode("x.json", []byte(text), platform.Options{})
		if err == nil || len(subjects) != 0 || !strings.Contains(fmt.Sprint(err), "line ") {
			t.Errorf("%s: %v, %v", text, subjects, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(recorded(f))
	f.Fuzz(func(_ *testing.T, content []byte) {
		_, _ = platform.Decode("x.json", content, platform.Options{})
	})
}
