package ecs

import (
	"fmt"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

const (
	mebibyte = 1 << 20
	// cpuUnits are the API's units in one processor.
	cpuUnits = 1024
)

// size reads the task's own limits on CPU and memory.
func (t *task) size() {
	t.cpu, t.memory = get(t.v, "cpu"), get(t.v, "memory")
	document.Parsed(t.f, "task.cpu", t.cpu, &t.w.Task.CPU, `CPU units or a text such as "1 vCPU"`, parseCPU)
	document.Parsed(t.f, "task.memory", t.memory, &t.w.Task.Memory, `MiB or a text such as "2 GB"`, parseMemory)
	if !t.fargate {
		t.f.Inexpressible("only Fargate has fixed sizes", "task.fargateSize")
		return
	}
	for _, fact := range []string{"task.cpu", "task.memory"} {
		if origin := t.f.Origins[fact]; origin.Kind == asset.Unknown {
			t.f.Note("task.fargateSize", origin)
			return
		}
	}
	t.w.Task.FargateSize = fargateSize(int64(t.w.Task.CPU*cpuUnits), t.w.Task.Memory/mebibyte)
	t.f.Explicit("task.fargateSize", first(t.memory, t.cpu, t.v))
}

// parseCPU reads CPU units, or processors as "0.25 vCPU", into processors.
func parseCPU(text string) (float64, error) {
	number, unit := quantity(text)
	value, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || value < 0 || value > 1<<20:
	case unit == "":
		return value / cpuUnits, nil
	case unit == "vcpu", unit == "vcpus":
		return value, nil
	}
	return 0, fmt.Errorf("%q is not a number of CPU units or processors", text)
}

// parseMemory reads MiB, or "0.5 GB", into bytes.
func parseMemory(text string) (int64, error) {
	number, unit := quantity(text)
	value, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || value < 0 || value > 1<<30:
	case unit == "", unit == "mb", unit == "mib":
		return int64(value * mebibyte), nil
	case unit == "gb", unit == "gib":
		return int64(value * 1024 * mebibyte), nil
	}
	return 0, fmt.Errorf("%q is not a size in MiB or GB", text)
}

func quantity(text string) (number, unit string) {
	text = strings.ToLower(strings.TrimSpace(text))
	end := strings.LastIndexAny(text, "0123456789.") + 1
	return text[:end], strings.TrimSpace(text[end:])
}

// fargateSizes are the memory sizes (MiB: least, most, step) that Fargate has
// for CPU units (Amazon ECS Developer Guide, "Task size").
var fargateSizes = map[int64][3]int64{
	512:   {1024, 4096, 1024},
	1024:  {2048, 8192, 1024},
	2048:  {4096, 16384, 1024},
	4096:  {8192, 30720, 1024},
	8192:  {16384, 61440, 4096},
	16384: {32768, 122880, 8192},
}

func fargateSize(cpu, memory int64) bool {
	if cpu == 256 {
		return memory == 512 || memory == 1024 || memory == 2048
	}
	size, known := fargateSizes[cpu]
	return known && size[0] <= memory && memory <= size[1] && (memory-size[0])%size[2] == 0
}
