package docker

import (
	"cmp"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

const (
	// cpuPeriod is the kernel's default for cpu.cfs_period_us, in microseconds.
	cpuPeriod = 100_000
	// sharedMemory is the engine's default for /dev/shm, in bytes.
	sharedMemory = 64 << 20
)

func (d *decoder) resources() {
	r := &d.c.Resources
	d.number("resources.memory.limit", "Memory", &r.Memory.Limit)
	d.number("resources.memory.request", "MemoryReservation", &r.Memory.Request)
	d.number("resources.memory.swapLimit", "MemorySwap", &r.Memory.SwapLimit)
	d.cpu()
	d.number("resources.cpu.shares", "CpuShares", &r.CPU.Shares)
	d.in.Text("resources.cpu.set", field(d.host, "CpusetCpus"), &r.CPU.Set)
	d.number("resources.pids.limit", "PidsLimit", &r.PIDs.Limit)
	if d.number("resources.sharedMemory", "ShmSize", &r.SharedMemory); r.SharedMemory == 0 {
		r.SharedMemory = sharedMemory
	}
	document.Parsed(d.in, "resources.ephemeralStorage.limit", field(field(d.host, "StorageOpt"), "size"), &r.EphemeralStorage.Limit, "a size such as 10G", notation.Bytes)
	d.in.Bool("oom.killDisabled", field(d.host, "OomKillDisable"), &d.c.OOM.KillDisabled)
	d.number("oom.scoreAdjustment", "OomScoreAdj", &d.c.OOM.ScoreAdjustment)
	Ulimits(d.in, field(d.host, "Ulimits"), r)
	if len(r.Ulimits) == 0 && !field(d.host, "Ulimits").Exists() {
		d.in.Default("resources.ulimits", d.host)
	}
}

// number reads a number of the host configuration, where 0 stands for the
// engine's default.
func (d *decoder) number(path, name string, into *int64) {
	v := field(d.host, name)
	d.in.Int(path, v, into)
	if _, noted := d.in.Origins[d.in.Prefix+path]; !noted || *into == 0 && v.IsScalar() && v.Text() == "0" {
		d.in.Default(path, place(v, d.host))
	}
}

// cpu reads NanoCpus, or else CpuQuota in each CpuPeriod (microseconds); a
// quota of -1 is no limit.
func (d *decoder) cpu() {
	const path = "resources.cpu.limit"
	var nano, quota, period int64
	d.number(path, "NanoCpus", &nano)
	if nano != 0 || d.in.Origins[d.in.Prefix+path].Kind == asset.Unknown {
		d.c.Resources.CPU.Limit = float64(nano) / 1e9
		return
	}
	d.number(path, "CpuQuota", &quota)
	written := d.in.Origins[d.in.Prefix+path]
	d.number(path, "CpuPeriod", &period)
	if d.in.Origins[d.in.Prefix+path].Kind != asset.Unknown {
		d.in.Note(path, written)
	}
	if quota > 0 {
		d.c.Resources.CPU.Limit = float64(quota) / float64(cmp.Or(period, cpuPeriod))
	}
}

// Ulimits reads the engine's list of {Name, Soft, Hard}.
func Ulimits(f document.Facts, v document.Value, into *asset.Resources) {
	document.Items(f, "resources.ulimits", v, &into.Ulimits, func(f document.Facts, v document.Value) asset.Ulimit {
		var u asset.Ulimit
		f.Text("name", field(v, "Name"), &u.Name)
		f.Int("soft", field(v, "Soft"), &u.Soft)
		f.Int("hard", field(v, "Hard"), &u.Hard)
		return u
	})
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// requested names what a device request asks for: its driver, else the
// capabilities that a driver must have.
func requested(v document.Value) string {
	if driver := field(v, "Driver").Text(); driver != "" {
		return driver
	}
	var words []string
	for _, all := range field(v, "Capabilities").Items() {
		words = append(words, all.Texts()...)
	}
	return strings.Join(words, ",")
}
