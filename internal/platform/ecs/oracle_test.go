package ecs_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seawall/internal/asset"
	"seawall/internal/platform/ecs"
)

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// randomContainer uses the SDK's own type, so that a wrong name of a field shows.
func randomContainer(r *rand.Rand) types.ContainerDefinition {
	on := func() *bool { return pick(r, nil, new(true), new(false)) }
	number := func() *int32 { return pick(r, nil, new(int32(128)), new(int32(512))) }
	return types.ContainerDefinition{
		Name: new("c"), Image: new("example/app:1"), Cpu: pick[int32](r, 0, 256), Memory: number(), MemoryReservation: number(),
		Privileged: on(), ReadonlyRootFilesystem: on(), Essential: on(), User: pick(r, nil, new("0"), new("1000:1000")),
		EntryPoint: pick(r, nil, []string{"/app"}), Command: pick(r, nil, []string{"-v"}), WorkingDirectory: pick(r, nil, new("/srv")),
		DockerLabels: pick(r, nil, map[string]string{"a": "b"}), Links: pick(r, nil, []string{"db"}), DnsServers: pick(r, nil, []string{"10.0.0.2"}),
		Environment:      pick(r, nil, []types.KeyValuePair{{Name: new("A"), Value: new("1")}}),
		Secrets:          pick(r, nil, []types.Secret{{Name: new("B"), ValueFrom: new("arn:x")}}),
		EnvironmentFiles: pick(r, nil, []types.EnvironmentFile{{Type: types.EnvironmentFileTypeS3, Value: new("arn:s3")}}),
		VolumesFrom:      pick(r, nil, []types.VolumeFrom{{SourceContainer: new("o"), ReadOnly: new(true)}}),
		MountPoints:      pick(r, nil, []types.MountPoint{{SourceVolume: new("host"), ContainerPath: new("/h"), ReadOnly: new(true)}}),
		PortMappings:     pick(r, nil, []types.PortMapping{{ContainerPort: new(int32(80)), HostPort: new(int32(8080)), Protocol: types.TransportProtocolUdp}}),
		Ulimits:          pick(r, nil, []types.Ulimit{{Name: types.UlimitNameNofile, SoftLimit: 1, HardLimit: 2}}),
		LogConfiguration: pick(r, nil, &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{"mode": "blocking"}}),
		HealthCheck:      pick(r, nil, &types.HealthCheck{Command: []string{"CMD", "true"}}),
		RestartPolicy:    pick(r, nil, &types.ContainerRestartPolicy{Enabled: new(true)}),
		LinuxParameters: pick(r, nil, &types.LinuxParameters{
			Capabilities:       &types.KernelCapabilities{Add: []string{"SYS_PTRACE"}, Drop: []string{"ALL"}},
			InitProcessEnabled: new(true), MaxSwap: new(int32(64)), SharedMemorySize: new(int32(32)),
			Devices: []types.Device{{HostPath: new("/dev/a"), Permissions: []types.DeviceCgroupPermission{types.DeviceCgroupPermissionRead, types.DeviceCgroupPermissionMknod}}},
			Tmpfs:   []types.Tmpfs{{ContainerPath: new("/tmp"), Size: 16, MountOptions: []string{"noexec"}}},
		}),
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func isSet(b *bool) bool { return b != nil && *b }

func mib(n *int32) int64 {
	if n == nil {
		return 0
	}
	return int64(*n) << 20
}

// expected maps the SDK's type to the model, without our reader. The task has a
// host volume, no limits, and the network mode bridge.
func expected(d types.ContainerDefinition) asset.Container {
	want := asset.Container{
		Name: "c", Role: asset.RoleMain, Privileged: isSet(d.Privileged), ReadOnlyRoot: isSet(d.ReadonlyRootFilesystem),
		Essential: d.Essential == nil || *d.Essential, Entrypoint: d.EntryPoint, Command: d.Command, WorkingDir: text(d.WorkingDirectory),
		Labels: d.DockerLabels, Links: d.Links, DNS: d.DnsServers, Restart: asset.Restart{Policy: "no"},
		Seccomp: asset.Profile{Type: "default"}, AppArmor: asset.Profile{Type: "default"},
		Resources: asset.Resources{
			Memory: asset.MemoryResource{Limit: mib(d.Memory), Request: mib(d.MemoryReservation)}, CPU: asset.CPUResource{Shares: int64(d.Cpu)}, SharedMemory: 64 << 20,
		},
	}
	for _, e := range d.Environment {
		want.Env = append(want.Env, asset.EnvSetting{Name: *e.Name, Value: *e.Value, From: asset.EnvValue})
	}
	for _, s := range d.Secrets {
		want.Env = append(want.Env, asset.EnvSetting{Name: *s.Name, Ref: *s.ValueFrom, From: asset.EnvSecret})
	}
	for _, f := range d.EnvironmentFiles {
		want.EnvFiles = append(want.EnvFiles, *f.Value)
	}
	for _, v := range d.VolumesFrom {
		want.VolumesFrom = append(want.VolumesFrom, *v.SourceContainer)
	}
	for _, m := range d.MountPoints {
		want.Mounts = append(want.Mounts, asset.Mount{Type: "bind", Source: "/etc", Target: *m.ContainerPath, ReadOnly: isSet(m.ReadOnly), Propagation: "rprivate"})
	}
	for _, p := range d.PortMappings {
		port := int64(*p.HostPort)
		want.Ports = append(want.Ports, asset.PortMapping{HostIP: "0.0.0.0", HostPort: port, HostPortEnd: port, Port: int64(*p.ContainerPort), Protocol: string(p.Protocol), Published: true})
	}
	for _, u := range d.Ulimits {
		want.Resources.Ulimits = append(want.Resources.Ulimits, asset.Ulimit{Name: string(u.Name), Soft: int64(u.SoftLimit), Hard: int64(u.HardLimit)})
	}
	if d.LogConfiguration != nil {
		want.Logging = asset.Logging{Driver: string(d.LogConfiguration.LogDriver), Options: d.LogConfiguration.Options}
	}
	if d.HealthCheck != nil {
		want.Healthcheck = asset.Probe{Set: true, Test: d.HealthCheck.Command}
	}
	if d.RestartPolicy != nil {
		want.Restart.Policy = "always"
	}
	if l := d.LinuxParameters; l != nil {
		want.Capabilities = asset.Capabilities{Add: l.Capabilities.Add, Drop: l.Capabilities.Drop}
		want.Init, want.Resources.SharedMemory = isSet(l.InitProcessEnabled), mib(l.SharedMemorySize)
		want.Resources.Memory.SwapLimit = mib(d.Memory) + mib(l.MaxSwap)
		want.Devices = []asset.Device{{Source: "/dev/a", Target: "/dev/a", Permissions: "rm"}}
		want.Mounts = append(want.Mounts, asset.Mount{Type: "tmpfs", Target: "/tmp", Size: 16 << 20, Options: []string{"noexec"}, Propagation: "rprivate"})
	}
	return want
}

func TestAgainstTheSDKsTypes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		definition := randomContainer(r)
		body, err := json.Marshal(types.TaskDefinition{
			Family: new("f"), NetworkMode: types.NetworkModeBridge, ContainerDefinitions: []types.ContainerDefinition{definition},
			Volumes: []types.Volume{{Name: new("host"), Host: &types.HostVolumeProperties{SourcePath: new("/etc")}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		resources, err := ecs.Decode("task.json", body)
		if err != nil || len(resources.TaskDefinitions) != 1 {
			t.Fatalf("%v: %s", err, body)
		}
		got := resources.TaskDefinitions[0].Facts.Containers[0]
		if diff := cmp.Diff(expected(definition), got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(asset.Container{}, "Image", "User", "UID", "Group", "GID")); diff != "" {
			t.Fatalf("%s (-SDK +ours):\n%s", body, diff)
		}
		if want := text(definition.User); want != "" && got.User+":"+got.Group != want+":" && got.User+":"+got.Group != want {
			t.Fatalf("user is %q:%q, want %q", got.User, got.Group, want)
		}
	}
}

// TestServiceAgainstTheSDKsTypes reads what DescribeServices gives.
func TestServiceAgainstTheSDKsTypes(t *testing.T) {
	body, err := json.Marshal(map[string]any{"services": []types.Service{{
		ServiceName: new("s"), ServiceArn: new("arn:s"), ClusterArn: new("arn:c"), TaskDefinition: new("arn:t"), LaunchType: types.LaunchTypeFargate,
		PlatformVersion: new("1.3.0"), EnableExecuteCommand: true, DesiredCount: 3, SchedulingStrategy: types.SchedulingStrategyReplica,
		NetworkConfiguration:    &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{AssignPublicIp: types.AssignPublicIpEnabled, Subnets: []string{"a"}, SecurityGroups: []string{"g"}}},
		DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true}},
		LoadBalancers:           []types.LoadBalancer{{ContainerName: new("x")}}, Tags: []types.Tag{{Key: new("k"), Value: new("v")}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	resources, err := ecs.Decode("services.json", body)
	if err != nil || len(resources.Services) != 1 {
		t.Fatal(err)
	}
	want := asset.ECSService{
		Name: "s", Kind: "service", Cluster: "arn:c", TaskDefinition: "arn:t", LaunchType: "FARGATE", PlatformVersion: "1.3.0", OS: "linux", AssignPublicIP: true,
		Subnets: []string{"a"}, SecurityGroups: []string{"g"}, Replicas: 3, Scheduling: "REPLICA", Controller: "ECS", CircuitBreaker: true, Rollback: true,
		ExecEnabled: true, LoadBalanced: true, Tags: map[string]string{"k": "v"},
	}
	if diff := cmp.Diff(want, resources.Services[0].Facts, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
