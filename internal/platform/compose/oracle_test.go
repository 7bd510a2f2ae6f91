package compose_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/platform/compose"
)

// load loads the files of a map by our own loader. Those named compose* are the
// project, in the order of their names; the others are read when asked for.
func load(t testing.TB, files map[string]string, o compose.Options) compose.Project {
	t.Helper()
	project, err := tryLoad(files, o)
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func tryLoad(files map[string]string, o compose.Options) (compose.Project, error) {
	var list []compose.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, "compose") {
			list = append(list, compose.File{Path: name, Content: []byte(files[name])})
		}
	}
	o.Read = func(name string) ([]byte, error) {
		if content, ok := files[path.Clean(name)]; ok {
			return []byte(content), nil
		}
		return nil, fs.ErrNotExist
	}
	return compose.Load(list, o)
}

// oracle loads the same files with compose-go.
func oracle(t testing.TB, files map[string]string, env map[string]string) (*types.Project, string, error) {
	t.Helper()
	folder := t.TempDir()
	details := types.ConfigDetails{WorkingDir: folder, Environment: env}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "compose") {
			details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: file})
		}
	}
	project, err := loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("test", true)
		o.Profiles = []string{"*"}
		o.SkipResolveEnvironment = true
	})
	return project, folder, err
}

// facts are what is compared for each service, as text.
func (c *comparison) want(s types.ServiceConfig) map[string]string {
	facts := map[string]string{
		"image": s.Image, "user": s.User, "privileged": fmt.Sprint(s.Privileged), "read_only": fmt.Sprint(s.ReadOnly),
		"runtime": s.Runtime, "cgroup_parent": s.CgroupParent, "init": fmt.Sprint(s.Init != nil && *s.Init),
		"cap_add": join(s.CapAdd), "cap_drop": join(s.CapDrop), "group_add": join(s.GroupAdd), "dns": join(s.DNS),
		"oom": fmt.Sprint(s.OomKillDisable, s.OomScoreAdj), "cpuset": s.CPUSet, "shares": fmt.Sprint(s.CPUShares),
		"network": namespace(s.NetworkMode), "pid": namespace(s.Pid), "ipc": namespace(s.Ipc), "uts": namespace(s.Uts),
		"cgroup": namespace(s.Cgroup), "userns": s.UserNSMode, "working_dir": s.WorkingDir, "pull": s.PullPolicy,
		"volumes_from": join(s.VolumesFrom), "links": join(append(slices.Clone(s.Links), s.ExternalLinks...)),
		"entrypoint": join(s.Entrypoint), "command": join(s.Command), "labels": mapping(s.Labels),
	}
	memory, reserved, swap, cpus, pids := int64(s.MemLimit), int64(s.MemReservation), int64(s.MemSwapLimit), float64(s.CPUS), s.PidsLimit
	if s.CPUQuota > 0 && cpus == 0 {
		period := s.CPUPeriod
		if period == 0 {
			period = 100_000
		}
		cpus = float64(s.CPUQuota) / float64(period)
	}
	if s.Deploy != nil && s.Deploy.Resources.Limits != nil {
		limits := s.Deploy.Resources.Limits
		memory, pids = or(int64(limits.MemoryBytes), memory), or(limits.Pids, pids)
		cpus = or(float64(limits.NanoCPUs.Value()), cpus)
	}
	if s.Deploy != nil && s.Deploy.Resources.Reservations != nil {
		reserved = or(int64(s.Deploy.Resources.Reservations.MemoryBytes), reserved)
	}
	facts["memory"] = fmt.Sprint(memory, reserved, swap, or(int64(s.ShmSize), 64<<20))
	facts["cpus"] = fmt.Sprint(math.Round(cpus * 1000))
	facts["pids"] = fmt.Sprint(pids)
	restart, retries := or(s.Restart, "no"), "0"
	restart, retries = cut(restart, retries)
	if s.Deploy != nil && s.Deploy.RestartPolicy != nil {
		restart = map[string]string{"none": "no", "any": "always", "": "always"}[s.Deploy.RestartPolicy.Condition]
		restart = or(restart, s.Deploy.RestartPolicy.Condition)
		retries = "0"
		if attempts := s.Deploy.RestartPolicy.MaxAttempts; attempts != nil {
			retries = fmt.Sprint(*attempts)
		}
	}
	facts["restart"] = restart + ":" + retries
	var lines []string
	for _, p := range s.Ports {
		lines = append(lines, fmt.Sprintf("%s %s %d/%s", or(p.HostIP, "0.0.0.0"), or(p.Published, "0"), p.Target, p.Protocol))
	}
	facts["ports"] = sorted(lines)
	facts["mounts"] = c.wantMounts(s)
	facts["ulimits"] = c.wantUlimits(s)
	facts["devices"] = wantDevices(s)
	lines = nil
	for name, value := range s.Environment {
		if value == nil {
			lines = append(lines, name)
			continue
		}
		lines = append(lines, name+"="+*value)
	}
	facts["environment"] = sorted(lines)
	lines = nil
	for _, file := range s.EnvFiles {
		lines = append(lines, c.relative(file.Path))
	}
	facts["env_file"] = strings.Join(lines, ",")
	lines = nil
	for name, value := range s.Sysctls {
		lines = append(lines, name+"="+value)
	}
	facts["sysctls"] = sorted(lines)
	lines = nil
	for name, addresses := range s.ExtraHosts {
		for _, address := range addresses {
			lines = append(lines, name+"="+address)
		}
	}
	facts["extra_hosts"] = sorted(lines)
	facts["networks"] = sorted(slices.Collect(maps.Keys(s.Networks)))
	facts["logging"], facts["health"] = "", ""
	if s.Logging != nil {
		facts["logging"] = s.Logging.Driver + mapping(s.Logging.Options)
	}
	if s.HealthCheck != nil && !s.HealthCheck.Disable && len(s.HealthCheck.Test) > 0 && s.HealthCheck.Test[0] != "NONE" {
		facts["health"] = join(s.HealthCheck.Test)
	}
	facts["build"] = ""
	if s.Build != nil {
		facts["build"] = c.relative(s.Build.Context)
	}
	return facts
}

// comparison knows the folder that compose-go's absolute paths begin with.
type comparison struct {
	project *types.Project
	folder  string
}

func (c *comparison) relative(file string) string {
	inside, ok := strings.CutPrefix(file, c.folder)
	if above, isAbove := strings.CutPrefix(file, filepath.Dir(c.folder)); isAbove && !ok {
		return ".." + above
	}
	if !ok {
		return file
	}
	if inside == "" {
		return "."
	}
	return "." + inside
}

func (c *comparison) wantMounts(s types.ServiceConfig) string {
	var lines []string
	for _, v := range s.Volumes {
		kind, source, propagation, relabel := v.Type, v.Source, "rprivate", ""
		if v.Bind != nil {
			propagation, relabel = or(v.Bind.Propagation, propagation), v.Bind.SELinux
		}
		if kind == "bind" {
			source = c.relative(source)
		}
		if volume, ok := c.project.Volumes[source]; ok && kind == "volume" && volume.DriverOpts["o"] == "bind" {
			kind, source = "bind", c.relative(volume.DriverOpts["device"])
		}
		lines = append(lines, fmt.Sprint(kind, " ", source, " ", v.Target, " ", v.ReadOnly, propagation, relabel))
	}
	for _, entry := range s.Tmpfs {
		target, _, _ := strings.Cut(entry, ":")
		lines = append(lines, fmt.Sprint("tmpfs  ", target, " false", "rprivate"))
	}
	for _, secret := range s.Secrets {
		target := or(secret.Target, secret.Source)
		if !path.IsAbs(target) {
			target = "/run/secrets/" + target
		}
		lines = append(lines, fmt.Sprint("secret ", secret.Source, " ", target, " true", "rprivate"))
	}
	for _, config := range s.Configs {
		target := or(config.Target, "/"+config.Source)
		lines = append(lines, fmt.Sprint("config ", config.Source, " ", target, " true", "rprivate"))
	}
	if s.UseAPISocket {
		lines = append(lines, "bind /var/run/docker.sock /var/run/docker.sock falserprivate")
	}
	return sorted(lines)
}

func (c *comparison) wantUlimits(s types.ServiceConfig) string {
	var lines []string
	for name, u := range s.Ulimits {
		lines = append(lines, fmt.Sprint(name, " ", or(u.Single, u.Soft), " ", or(u.Single, u.Hard)))
	}
	return sorted(lines)
}

func wantDevices(s types.ServiceConfig) string {
	var lines []string
	for _, device := range s.Devices {
		lines = append(lines, device.Source+" "+device.Target+" "+device.Permissions)
	}
	for _, rule := range s.DeviceCgroupRules {
		lines = append(lines, rule+"  "+rule[strings.LastIndex(rule, " ")+1:])
	}
	requests := slices.Clone(s.Gpus)
	if s.Deploy != nil && s.Deploy.Resources.Reservations != nil {
		requests = append(requests, s.Deploy.Resources.Reservations.Devices...)
	}
	for _, request := range requests {
		lines = append(lines, or(or(request.Driver, strings.Join(request.Capabilities, ",")), "gpu")+"  ")
	}
	return sorted(lines)
}

// have are the same facts as our loader has them.
func have(w asset.Workload) map[string]string {
	c := w.Containers[0]
	facts := map[string]string{
		"image": c.Image.Reference, "privileged": fmt.Sprint(c.Privileged), "read_only": fmt.Sprint(c.ReadOnlyRoot),
		"runtime": c.Runtime, "cgroup_parent": c.CgroupParent, "init": fmt.Sprint(c.Init),
		"cap_add": join(c.Capabilities.Add), "cap_drop": join(c.Capabilities.Drop), "group_add": join(c.Groups), "dns": join(c.DNS),
		"oom": fmt.Sprint(c.OOM.KillDisabled, c.OOM.ScoreAdjustment), "cpuset": c.Resources.CPU.Set, "shares": fmt.Sprint(c.Resources.CPU.Shares),
		"network": w.Namespaces.Network, "pid": w.Namespaces.PID, "ipc": w.Namespaces.IPC, "uts": w.Namespaces.UTS,
		"cgroup": w.Namespaces.Cgroup, "userns": w.Namespaces.User, "working_dir": c.WorkingDir,
		"pull": c.Image.PullPolicy, "volumes_from": join(c.VolumesFrom), "links": join(c.Links),
		"entrypoint": join(c.Entrypoint), "command": join(c.Command), "labels": mapping(c.Labels),
		"memory": fmt.Sprint(c.Resources.Memory.Limit, c.Resources.Memory.Request, c.Resources.Memory.SwapLimit, c.Resources.SharedMemory),
		"cpus":   fmt.Sprint(math.Round(c.Resources.CPU.Limit * 1000)), "pids": fmt.Sprint(c.Resources.PIDs.Limit),
		"restart":  fmt.Sprint(c.Restart.Policy, ":", c.Restart.MaxRetries),
		"env_file": strings.Join(c.EnvFiles, ","), "logging": "", "health": "", "build": c.Image.Build,
		"networks": sorted(w.Networks), "user": c.User,
	}
	if c.Group != "" {
		facts["user"] += ":" + c.Group
	}
	var ports, mounts, ulimits, devices, env, sysctls, hosts []string
	for _, p := range c.Ports {
		for port := p.HostPort; port <= p.HostPortEnd && p.Published; port++ {
			host := fmt.Sprint(port)
			if p.HostPortEnd > p.HostPort {
				host = fmt.Sprint(p.HostPort, "-", p.HostPortEnd)
				port = p.HostPortEnd
			}
			ports = append(ports, fmt.Sprintf("%s %s %d/%s", p.HostIP, host, p.Port, p.Protocol))
		}
	}
	for _, m := range c.Mounts {
		mounts = append(mounts, fmt.Sprint(m.Type, " ", m.Source, " ", m.Target, " ", m.ReadOnly, m.Propagation, m.Relabel))
	}
	for _, u := range c.Resources.Ulimits {
		ulimits = append(ulimits, fmt.Sprint(u.Name, " ", u.Soft, " ", u.Hard))
	}
	for _, device := range c.Devices {
		devices = append(devices, device.Source+" "+device.Target+" "+device.Permissions)
	}
	for _, e := range c.Env {
		if e.From == asset.EnvHost {
			env = append(env, e.Name)
			continue
		}
		env = append(env, e.Name+"="+e.Value)
	}
	for _, s := range w.Sysctls {
		sysctls = append(sysctls, s.Name+"="+s.Value)
	}
	for _, h := range w.Hosts {
		hosts = append(hosts, h.Name+"="+h.Address)
	}
	facts["ports"], facts["mounts"], facts["ulimits"] = sorted(ports), sorted(mounts), sorted(ulimits)
	facts["devices"], facts["environment"], facts["sysctls"], facts["extra_hosts"] = sorted(devices), sorted(env), sorted(sysctls), sorted(hosts)
	if c.Logging.Driver != "" || len(c.Logging.Options) > 0 {
		facts["logging"] = c.Logging.Driver + mapping(c.Logging.Options)
	}
	if c.Healthcheck.Set {
		facts["health"] = join(c.Healthcheck.Test)
	}
	return facts
}

// compare loads files with both loaders and reports every difference.
func compare(t *testing.T, files map[string]string, env map[string]string) {
	t.Helper()
	want, folder, err := oracle(t, files, env)
	if err != nil {
		t.Fatalf("compose-go refuses the files, so they compare nothing: %v", err)
	}
	c := &comparison{want, folder}
	project := load(t, files, compose.Options{Env: env, ProjectName: "test"})
	for _, problem := range project.Problems {
		t.Errorf("problem: %s", problem)
	}
	have := haveAll(project)
	for name, s := range want.Services {
		if s.Provider != nil {
			continue
		}
		if diff := cmp.Diff(c.want(s), have[name]); diff != "" {
			t.Errorf("service %s (-compose-go +ours):\n%s", name, diff)
		}
		delete(have, name)
	}
	for name := range have {
		t.Errorf("compose-go has no service %s", name)
	}
}

func haveAll(project compose.Project) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, subject := range project.Services {
		all[subject.Facts.Name] = have(subject.Facts)
	}
	return all
}

func or[T comparable](value, other T) T {
	var zero T
	if value == zero {
		return other
	}
	return value
}

func namespace(mode string) string {
	if service, ok := strings.CutPrefix(mode, "service:"); ok {
		return "container:" + service
	}
	return or(mode, "private")
}

func cut(policy, retries string) (string, string) {
	name, number, found := strings.Cut(policy, ":")
	if !found {
		return policy, retries
	}
	return name, number
}

func join(list []string) string { return strings.Join(list, "|") }

func sorted(lines []string) string {
	lines = slices.Clone(lines)
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func mapping(m map[string]string) string {
	var lines []string
	for name, value := range m {
		lines = append(lines, name+"="+value)
	}
	return sorted(lines)
}
