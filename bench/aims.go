package main

import (
	"fmt"
	"io"

	"seawall/bench/process"
)

// aim is a bound on one row: CPU time as a multiple of another row's, or an amount.
type aim struct {
	form, row string
	what      string
	// of is the row that CPU time is divided by, "" for an amount.
	of    string
	value func(process.Sample) float64
	limit float64
}

func cpuSeconds(s process.Sample) float64 { return s.CPU.Seconds() }

// aims are what the product promises on this image.
var aims = []aim{
	{"plain", "seawall check, cold", "CPU ÷ walk and hash every file", "floor: walk + SHA-256", cpuSeconds, 1.4},
	{"plain", "seawall check, cold", "CPU ÷ Syft", "syft", cpuSeconds, 1.0 / 6},
	{"gzip", "seawall check, cold", "CPU ÷ inflate", "floor: inflate", cpuSeconds, 1.2},
	{"gzip", "seawall check, cold", "CPU ÷ Syft", "syft", cpuSeconds, 1.0 / 3},
	{"plain", "seawall check, layers cached", "CPU seconds", "", cpuSeconds, 0.15},
	{"gzip", "seawall check, cold", "anonymous MiB", "", func(s process.Sample) float64 { return float64(s.Anonymous) / (1 << 20) }, 100},
	{filesForm, filesRow, "wall seconds", "", func(s process.Sample) float64 { return s.Wall.Seconds() }, 2},
	{filesForm, filesRow, "peak RSS MB", "", func(s process.Sample) float64 { return float64(s.RSS) / 1e6 }, 120},
	{"gzip", "seawall check, cold", "temporary MB", "", func(s process.Sample) float64 { return float64(s.Temporary) / 1e6 }, 0},
}

// writeAims says which aims were met. A peer that was not measured leaves its aims out.
func writeAims(w io.Writer, commands []command, results [][]process.Sample) error {
	if _, err := fmt.Fprint(w, "\n### Aims\n\n| layers | row | | measured | at most | |\n|---|---|---|---|---|---|\n"); err != nil {
		return err
	}
	for _, a := range aims {
		measured, ok := rowValue(commands, results, a.form, a.row, a.value)
		if a.of != "" && ok {
			var reference float64
			if reference, ok = rowValue(commands, results, a.form, a.of, a.value); ok {
				measured /= reference
			}
		}
		if !ok {
			continue
		}
		verdict := "met"
		if measured > a.limit {
			verdict = "missed"
		}
		if _, err := fmt.Fprintf(w, "| %s | %s | %s | %.2f | %.2f | %s |\n", a.form, a.row, a.what, measured, a.limit, verdict); err != nil {
			return err
		}
	}
	return nil
}

// rowValue gives the median of a row, and false for a row that was not measured.
func rowValue(commands []command, results [][]process.Sample, form, name string, value func(process.Sample) float64) (float64, bool) {
	for i, c := range commands {
		if c.form == form && c.name == name && len(results[i]) > 0 {
			return value(median(results[i])), true
		}
	}
	return 0, false
}
