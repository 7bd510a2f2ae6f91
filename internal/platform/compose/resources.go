package compose

import (
	"math"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// sharedMemory is the size of /dev/shm where nothing is written, in bytes.
const sharedMemory = 64 << 20

// byteSize is what a size must look like.
const byteSize = "a size such as 64m or 1.5gb"

// bytes fills in a size.
func (r *containerDecoder) bytes(fact string, v document.Value, into *int64) {
	document.Parsed(r.Facts, fact, v, into, byteSize, notation.Bytes)
}

// memory reads the limits of memory. Each can be written at two places, of
// which docker compose reads deploy first and refuses different values.
func (r *containerDecoder) memory() {
	limits, reserved := r.value.At("deploy", "resources", "limits"), r.value.At("deploy", "resources", "reservations")
	memory := &r.Resources.Memory
	r.Default("resources.memory.limit", r.key)
	r.bytes("resources.memory.limit", r.either("mem_limit", limits.Get("memory")), &memory.Limit)
	r.Default("resources.memory.request", r.key)
	r.bytes("resources.memory.request", r.either("mem_reservation", reserved.Get("memory")), &memory.Request)
	r.Default("resources.memory.swapLimit", r.key)
	document.Parsed(r.Facts, "resources.memory.swapLimit", r.value.Get("memswap_limit"), &memory.SwapLimit, byteSize, signedBytes)
	r.Resources.SharedMemory = sharedMemory
	r.Default("resources.sharedMemory", r.key)
	r.bytes("resources.sharedMemory", r.value.Get("shm_size"), &r.Resources.SharedMemory)
	r.Default("resources.ephemeralStorage.limit", r.key)
	r.bytes("resources.ephemeralStorage.limit", r.value.At("storage_opt", "size"), &r.Resources.EphemeralStorage.Limit)
}

// signedBytes reads a size, or -1 for no limit.
func signedBytes(text string) (int64, error) {
	if text == "-1" {
		return -1, nil
	}
	return notation.Bytes(text)
}

// either is the value that counts of one that can be written at two places.
func (r *containerDecoder) either(key string, deploy document.Value) document.Value {
	own := r.value.Get(key)
	if !deploy.Exists() {
		return own
	}
	if own.Exists() && own.Text() != deploy.Text() && !sameSize(own.Text(), deploy.Text()) {
		r.problem(own, "%s says something else than deploy.resources in line %d: docker compose refuses that, deploy is taken", key, deploy.Line())
	}
	return deploy
}

// sameSize tells that two spellings mean the same: 1g and 1024m.
func sameSize(one, other string) bool {
	first, err := notation.Bytes(one)
	second, otherErr := notation.Bytes(other)
	return err == nil && otherErr == nil && first == second
}

// defaultPeriod is the engine's cpu_period, in microseconds.
const defaultPeriod = 100_000

func (r *containerDecoder) cpu() {
	cpu := &r.Resources.CPU
	r.Default("resources.cpu.limit", r.key)
	r.Float("resources.cpu.limit", r.either("cpus", r.value.At("deploy", "resources", "limits", "cpus")), &cpu.Limit)
	if quota := r.value.Get("cpu_quota"); quota.Exists() && cpu.Limit == 0 {
		r.quota(quota)
	}
	r.Default("resources.cpu.request", r.key)
	r.Float("resources.cpu.request", r.value.At("deploy", "resources", "reservations", "cpus"), &cpu.Request)
	r.number("resources.cpu.shares", "cpu_shares", &cpu.Shares)
	r.text("resources.cpu.set", "cpuset", &cpu.Set)
	if math.IsNaN(cpu.Limit) || math.IsInf(cpu.Limit, 0) || cpu.Limit < 0 {
		cpu.Limit = 0
		r.Wrong("resources.cpu.limit", r.value.Get("cpus").Or(r.key), "a number of processors")
	}
}

// quota reads the limit as microseconds of each period; 0 and -1 are no limit.
func (r *containerDecoder) quota(v document.Value) {
	var quota int64
	period := int64(defaultPeriod)
	r.Int("resources.cpu.limit", v, &quota)
	if written := r.value.Get("cpu_period"); written.Exists() {
		r.Int("resources.cpu.limit", written, &period)
		if period == 0 {
			period = defaultPeriod
		}
		if r.Origins[r.Prefix+"resources.cpu.limit"].Kind == asset.Explicit {
			r.Int("resources.cpu.limit", v, &quota)
		}
	}
	if quota > 0 && period > 0 {
		r.Resources.CPU.Limit = float64(quota) / float64(period)
	}
}

// limits reads what else is counted: processes, ulimits, the OOM killer.
func (r *containerDecoder) limits() {
	r.Default("resources.pids.limit", r.key)
	r.Int("resources.pids.limit", r.either("pids_limit", r.value.At("deploy", "resources", "limits", "pids")), &r.Resources.PIDs.Limit)
	r.boolean("oom.killDisabled", "oom_kill_disable", &r.OOM.KillDisabled)
	r.number("oom.scoreAdjustment", "oom_score_adj", &r.OOM.ScoreAdjustment)
	v := r.value.Get("ulimits")
	r.Default("resources.ulimits", r.key)
	if v.Exists() && !v.IsMapping() {
		r.Wrong("resources.ulimits", v, "a mapping of names")
		return
	}
	for i, field := range v.Fields() {
		r.Explicit("resources.ulimits", v)
		r.Explicit(index("resources.ulimits", i), field.Key)
		r.Resources.Ulimits = append(r.Resources.Ulimits, r.ulimit(index("resources.ulimits", i), field))
	}
}

// ulimit reads one number for both limits, or soft and hard.
func (r *containerDecoder) ulimit(fact string, field document.Field) asset.Ulimit {
	u := asset.Ulimit{Name: field.Name}
	soft, hard := field.Value, field.Value
	if field.Value.IsMapping() {
		soft, hard = field.Value.Get("soft"), field.Value.Get("hard")
	}
	r.Int(fact+".soft", soft, &u.Soft)
	r.Int(fact+".hard", hard, &u.Hard)
	return u
}

// devices reads devices, device_cgroup_rules, gpus and reserved devices.
func (r *containerDecoder) devices() {
	r.Default("devices", r.key)
	at := map[string]int{}
	for _, item := range r.value.Get("devices").Items() {
		device := asset.Device{Source: item.Get("source").Text(), Target: item.Get("target").Text(), Permissions: item.Get("permissions").Text()}
		if item.IsScalar() {
			device = shortDevice(item.Text())
		}
		if device.Target == "" {
			device.Target = device.Source
		}
		if device.Permissions == "" {
			device.Permissions = "rwm"
		}
		if !item.IsScalar() && !item.IsMapping() {
			r.Wrong("devices", item, "SOURCE:TARGET:PERMISSIONS or a mapping")
			continue
		}
		if i, known := at[device.Target]; known {
			r.Devices[i] = device
			r.Explicit(index("devices", i), item)
			continue
		}
		at[device.Target] = len(r.Devices)
		r.device(item, device)
	}
	for _, item := range r.value.Get("device_cgroup_rules").Items() {
		words := strings.Fields(item.Text())
		device := asset.Device{Source: item.Text()}
		if len(words) > 0 {
			device.Permissions = words[len(words)-1]
		}
		r.device(item, device)
	}
	gpus := r.value.Get("gpus")
	if gpus.IsScalar() {
		r.device(gpus, asset.Device{Source: "gpu"})
	}
	for _, item := range append(gpus.Items(), r.value.At("deploy", "resources", "reservations", "devices").Items()...) {
		name := item.Get("driver").Text()
		if name == "" {
			name = strings.Join(item.Get("capabilities").Texts(), ",")
		}
		if name == "" {
			name = "gpu"
		}
		r.device(item, asset.Device{Source: name})
	}
}

func (r *containerDecoder) device(v document.Value, device asset.Device) {
	if _, written := r.Origins[r.Prefix+"devices[0]"]; !written && r.Origins[r.Prefix+"devices"].Kind == asset.PlatformDefault {
		r.Explicit("devices", v)
	}
	r.Explicit(index("devices", len(r.Devices)), v)
	r.Devices = append(r.Devices, device)
}

// shortDevice reads SOURCE[:TARGET[:PERMISSIONS]].
func shortDevice(text string) asset.Device {
	source, rest, _ := strings.Cut(text, ":")
	target, permissions, _ := strings.Cut(rest, ":")
	return asset.Device{Source: source, Target: target, Permissions: permissions}
}
