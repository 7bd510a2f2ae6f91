package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// report holds what must be equal in all of Seawall's reports about the image (seawall.report/v1).
type report struct {
	Assets []struct {
		Packages []json.RawMessage `json:"packages"`
	} `json:"assets"`
	Findings []json.RawMessage `json:"findings"`
}

// compareReports fails unless every run of Seawall on one form of the image found the same packages and the same
// findings: with an empty cache, with a full one, and without a cache and in
// another order. So the speed is not bought with loss.
func compareReports(w io.Writer, o options) error {
	var first *report
	for _, form := range forms {
		var want *report
		for _, c := range seawallCommands(o, form.name) {
			if c.report == "" {
				continue
			}
			got, err := readReport(c.outputFile(o))
			if err != nil {
				return err
			}
			if want == nil {
				want = got
				continue
			}
			if err := sameReport(want, got); err != nil {
				return fmt.Errorf("the reports of the %s image differ between a cold run and %q: %w", form.name, c.name, err)
			}
		}
		if first == nil {
			first = want
		} else if !sameItems(first.Assets[0].Packages, want.Assets[0].Packages) {
			return errors.New("the packages of the plain and the gzip image differ")
		}
		fmt.Fprintf(w, "\n%s layers: the runs agree on all %d packages and %d findings.\n", form.name, len(want.Assets[0].Packages), len(want.Findings))
	}
	return nil
}

func readReport(name string) (*report, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read a report: %w", err)
	}
	var r report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("decode the report %s: %w", name, err)
	}
	if len(r.Assets) == 0 || len(r.Assets[0].Packages) == 0 || len(r.Findings) == 0 {
		return nil, fmt.Errorf("the report %s has no asset, packages or findings", name)
	}
	return &r, nil
}

func sameReport(a, b *report) error {
	if len(a.Assets) != len(b.Assets) {
		return errors.New("not the same assets")
	}
	for i := range a.Assets {
		if !sameItems(a.Assets[i].Packages, b.Assets[i].Packages) {
			return fmt.Errorf("not the same packages: %d and %d", len(a.Assets[i].Packages), len(b.Assets[i].Packages))
		}
	}
	if !sameItems(a.Findings, b.Findings) {
		return fmt.Errorf("not the same findings: %d and %d", len(a.Findings), len(b.Findings))
	}
	return nil
}

func sameItems(a, b []json.RawMessage) bool {
	return slices.EqualFunc(a, b, func(x, y json.RawMessage) bool { return string(x) == string(y) })
}
