package ecs

import (
	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// sharedMemory is the engine's default for /dev/shm, in bytes.
const sharedMemory = 64 << 20

func (c *container) resources() {
	r := &c.c.Resources
	c.memory()
	c.cpu()
	c.swap()
	linux := get(c.v, "linuxParameters")
	c.mebibytes("resources.sharedMemory", get(linux, "sharedMemorySize"), &r.SharedMemory)
	if r.SharedMemory == 0 {
		r.SharedMemory = sharedMemory
	}
	ulimits := get(c.v, "ulimits")
	document.Items(c.f, "resources.ulimits", ulimits, &r.Ulimits, func(f document.Facts, v document.Value) asset.Ulimit {
		var u asset.Ulimit
		f.Text("name", get(v, "name"), &u.Name)
		f.Int("soft", get(v, "softLimit"), &u.Soft)
		f.Int("hard", get(v, "hardLimit"), &u.Hard)
		return u
	})
	if !ulimits.Exists() {
		c.f.Default("resources.ulimits", c.v)
	}
	reason := "ECS cannot limit processes: set ECS_TASK_PIDS_LIMIT of the agent, or default-pids-limit of the instances' engine"
	if c.task.fargate {
		reason = "Fargate cannot limit processes: its tasks do not share a kernel with others; a ulimit nproc limits those of a user"
		c.f.Inexpressible("Fargate cannot choose the size of /dev/shm", "resources.sharedMemory")
	}
	c.f.Inexpressible(reason, "resources.pids.limit")
	c.f.Inexpressible("ECS limits the storage of the whole task: set ephemeralStorage of the task definition", "resources.ephemeralStorage")
	c.f.Inexpressible("ECS cannot pin a container to processors: limit its CPU", "resources.cpu.set")
}

// memory reads the container's hard limit; without one the task's counts.
func (c *container) memory() {
	const path = "resources.memory.limit"
	r := &c.c.Resources.Memory
	c.mebibytes("resources.memory.request", get(c.v, "memoryReservation"), &r.Request)
	own := get(c.v, "memory")
	if c.mebibytes(path, own, &r.Limit); own.Exists() {
		return
	}
	r.Limit = c.task.w.Task.Memory
	c.inherit(path, "task.memory", c.task.memory)
}

// cpu reads the container's share. Only the task limits the time that it gets,
// except on Windows, where the share is a limit.
func (c *container) cpu() {
	const path = "resources.cpu.limit"
	r := &c.c.Resources.CPU
	units := get(c.v, "cpu")
	c.f.Int("resources.cpu.shares", units, &r.Shares)
	if c.task.windows && r.Shares > 0 {
		r.Limit = float64(r.Shares) / cpuUnits
		c.f.Explicit(path, units)
		return
	}
	r.Limit = c.task.w.Task.CPU
	c.inherit(path, "task.cpu", c.task.cpu)
}

// inherit gives a fact of the container the origin of the task's.
func (c *container) inherit(path, from string, v document.Value) {
	switch origin, noted := c.task.f.Origins[from]; {
	case !noted:
		c.f.Default(path, c.v)
	case origin.Kind == asset.Unknown:
		c.f.Note(path, origin)
	default:
		c.f.Note(path, v.Origin(asset.Inherited))
	}
}

// swap reads linuxParameters.maxSwap, which comes on top of memory. Without it
// the instance's own setting counts.
func (c *container) swap() {
	const path = "resources.memory.swapLimit"
	if c.task.fargate {
		c.f.Inexpressible("Fargate has no swap", path)
		return
	}
	v := get(c.v, "linuxParameters", "maxSwap")
	var swap int64
	if c.mebibytes(path, v, &swap); !v.Exists() {
		c.f.Default(path, c.v)
		return
	}
	c.c.Resources.Memory.SwapLimit = c.c.Resources.Memory.Limit + swap
}

// mebibytes reads a whole number of MiB into bytes.
func (c *container) mebibytes(path string, v document.Value, into *int64) {
	document.Parsed(c.f, path, v, into, "a number of MiB", parseMemory)
	if !v.Exists() {
		c.f.Default(path, c.v)
	}
}
