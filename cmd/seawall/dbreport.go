package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"seawall/internal/vuln"
)

// reportDB prints what was done, also where a part of it failed.
func reportDB(out io.Writer, summary *vuln.Summary, err error) error {
	if summary == nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, o := range summary.Outcomes {
		fmt.Fprintf(table, "%s\t%s\t%s\n", o.Name, o.State, dbDetail(o))
	}
	if flushed := table.Flush(); flushed != nil {
		return flushed
	}
	if summary.Learned {
		fmt.Fprintf(out, "The key %s signed this file and is trusted from now on.\n", summary.Signer)
	}
	if err != nil {
		return err
	}
	return summary.Err()
}

func dbDetail(o vuln.Outcome) string {
	detail := ""
	if o.File.Records > 0 {
		detail = fmt.Sprintf("%d records", o.File.Records)
	}
	if o.State == vuln.Updated && o.File.Broken > 0 {
		detail += fmt.Sprintf(", %d broken ones left out (%v)", o.File.Broken, o.Err)
	}
	return detail
}

func writeDBStatus(out io.Writer, s *vuln.Status) error {
	fmt.Fprintf(out, "Database in %s, put together %s, %.1f MB\n\n", s.Home, s.Built.Local().Format(time.DateTime), float64(s.Size)/1e6)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PART\tRECORDS\tRANGES\tNEWEST\tCHECKED\tMB")
	for _, f := range s.Files {
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t%.1f\n", f.Label(), f.Records, f.Ranges, dbDate(f.Newest), dbDate(f.Checked), float64(f.Size)/1e6)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(out, "\nwarning: %s\n", w)
	}
	return nil
}

func dbDate(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateOnly)
}
