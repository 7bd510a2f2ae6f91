package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"seawall/bench/process"
)

// writeTables prints one table for each form of the image: medians, and the CPU time as a multiple of two rows.
func writeTables(w io.Writer, commands []command, results [][]process.Sample) error {
	for _, form := range forms {
		_, err := fmt.Fprintf(w, "\n### %s layers\n\n| | CPU s | wall s | peak RSS MiB | anonymous MiB | temporary files MB | CPU ÷ floor | CPU ÷ syft |\n|---|---|---|---|---|---|---|---|\n", form.name)
		if err != nil {
			return err
		}
		floor := cpuOf(commands, results, form.name, map[string]string{"plain": "floor: walk + SHA-256", "gzip": "floor: inflate"}[form.name])
		syft := cpuOf(commands, results, form.name, "syft")
		for i, c := range commands {
			if c.form != form.name {
				continue
			}
			m := median(results[i])
			fmt.Fprintf(w, "| %s | %.2f | %.2f | %.0f | %.0f | %.0f | %s | %s |\n", c.name, m.CPU.Seconds(), m.Wall.Seconds(),
				float64(m.RSS)/(1<<20), float64(m.Anonymous)/(1<<20), float64(m.Temporary)/1e6,
				ratio(m.CPU.Seconds(), floor), ratio(m.CPU.Seconds(), syft))
		}
	}
	return writeFiles(w, commands, results)
}

// writeFiles prints the row of the files that describe containers.
func writeFiles(w io.Writer, commands []command, results [][]process.Sample) error {
	for i, c := range commands {
		if c.form != filesForm {
			continue
		}
		m := median(results[i])
		_, err := fmt.Fprintf(w, "\n### Files\n\n| | CPU s | wall s | peak RSS MiB |\n|---|---|---|---|\n| %s | %.2f | %.2f | %.0f |\n",
			c.name, m.CPU.Seconds(), m.Wall.Seconds(), float64(m.RSS)/(1<<20))
		if err != nil {
			return err
		}
	}
	return nil
}

func cpuOf(commands []command, results [][]process.Sample, form, name string) float64 {
	for i, c := range commands {
		if c.form == form && c.name == name {
			return median(results[i]).CPU.Seconds()
		}
	}
	return 0
}

func ratio(value, reference float64) string {
	if reference == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", value/reference)
}

// median takes each quantity's median by itself.
func median(samples []process.Sample) process.Sample {
	return process.Sample{
		CPU:       middle(samples, func(s process.Sample) time.Duration { return s.CPU }),
		Wall:      middle(samples, func(s process.Sample) time.Duration { return s.Wall }),
		RSS:       middle(samples, func(s process.Sample) int64 { return s.RSS }),
		Anonymous: middle(samples, func(s process.Sample) int64 { return s.Anonymous }),
		Temporary: middle(samples, func(s process.Sample) int64 { return s.Temporary }),
	}
}

func middle[T cmp.Ordered](samples []process.Sample, value func(process.Sample) T) T {
	var values []T
	for _, s := range samples {
		values = append(values, value(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
