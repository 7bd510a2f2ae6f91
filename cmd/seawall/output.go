package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"seawall/internal/report"
)

// output is one --format with the file that the --output after it names.
type output struct {
	format report.Format // without a name until the default is filled in
	path   string        // "" is standard output
	place  place
}

// outputs are the pairs of --format and --output in the order they are given.
type outputs struct {
	// formats are those to choose from, the default first.
	formats []report.Format
	list    []output
}

// formatFlag and outputFlag fill one list, so that a file belongs to the
// format before it.
type (
	formatFlag struct{ outputs *outputs }
	outputFlag struct{ outputs *outputs }
)

func (f formatFlag) String() string { return "" }
func (f formatFlag) Type() string   { return "FORMAT" }
func (f formatFlag) Set(name string) error {
	format, err := report.ParseFormat(name, f.outputs.formats)
	if err != nil {
		return err
	}
	f.outputs.list = append(f.outputs.list, output{format: format})
	return nil
}

func (f outputFlag) String() string { return "" }
func (f outputFlag) Type() string   { return "FILE" }
func (f outputFlag) Set(path string) error {
	list := f.outputs.list
	if len(list) == 0 || list[len(list)-1].path != "" {
		f.outputs.list = append(list, output{path: path})
		return nil
	}
	list[len(list)-1].path = path
	return nil
}

// register adds both flags, for the given formats.
func (o *outputs) register(cmd *cobra.Command, formats []report.Format) {
	o.formats = formats
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	cmd.Flags().Var(formatFlag{o}, "format", "`FORMAT` of the result: "+strings.Join(names, ", ")+" (default "+names[0]+"); may be repeated")
	cmd.Flags().Var(outputFlag{o}, "output", "write the --format before it to `FILE` instead of standard output")
	complete(cmd, "format", names)
}

// complete lets the shell complete a flag's values.
func complete(cmd *cobra.Command, flag string, values []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag's name is wrong: a mistake in this program
	}
}

// prepare fills in the default format and finds out, before any work, whether
// all can be written without replacing one of the targets.
func (o *outputs) prepare(targets []string) error {
	if len(o.list) == 0 {
		o.list = []output{{}}
	}
	if len(o.list) == 1 && o.list[0].format.Name == "" {
		o.list[0].format = o.formats[0]
	}
	toStdout := false
	for i := range o.list {
		out := &o.list[i]
		switch {
		case out.format.Name == "":
			return usageError{fmt.Errorf("it is not clear which format goes to %s: give --format before its --output", out.path)}
		case out.path == "" && toStdout:
			return usageError{errors.New("two formats would be mixed on standard output: give an --output after each --format but one")}
		}
		toStdout = toStdout || out.path == ""
	}
	if err := o.findPlaces(); err != nil {
		return err
	}
	return o.spare(targets)
}

// spare refuses to write over what is to be read.
func (o *outputs) spare(targets []string) error {
	for _, target := range targets {
		_, unprefixed, _ := strings.Cut(target, ":")
		for _, name := range []string{target, unprefixed} {
			path, _ := splitSelection(name)
			read, err := os.Stat(path)
			if err != nil || !read.Mode().IsRegular() {
				continue
			}
			for _, out := range o.list {
				if written, err := os.Stat(out.path); err == nil && os.SameFile(read, written) {
					return usageError{fmt.Errorf("--output %s would replace the target %s: name another file", out.path, target)}
				}
			}
		}
	}
	return nil
}

func (o *outputs) findPlaces() (err error) {
	written := map[string]string{}
	for i := range o.list {
		out := &o.list[i]
		if out.path == "" {
			continue
		}
		if out.place, err = findPlace(out.path); err != nil {
			return fmt.Errorf("cannot write the result, nothing was started: %w", err)
		}
		if first, twice := written[out.place.path]; twice && out.place.inPlace != os.O_APPEND {
			return usageError{fmt.Errorf("%s and %s are the same file: give each --format its own --output", first, out.path)}
		}
		written[out.place.path] = out.path
	}
	return nil
}

// toTerminal is true if standard output gets the report that people read, which
// has what could not be read in it.
func (o *outputs) toTerminal() bool {
	return slices.ContainsFunc(o.list, func(out output) bool { return out.path == "" && out.format.Name == "terminal" })
}

// write writes the document in every format asked for; that one cannot be
// written does not keep the others from it. The options are for standard
// output; a file gets neither colours nor a terminal's width.
func (o *outputs) write(stdout io.Writer, d *report.Document, options report.Options) error {
	var errs []error
	for _, out := range o.list {
		if out.path == "" {
			errs = append(errs, out.format.Write(stdout, d, options))
			continue
		}
		plain := options
		plain.Color, plain.Width = false, 0
		err := out.place.write(func(w io.Writer) error { return out.format.Write(w, d, plain) })
		if err != nil {
			errs = append(errs, fmt.Errorf("cannot write the result to %s: %w", out.path, err))
		}
	}
	return errors.Join(errs...)
}

// terminalOptions adds to the user's options what suits standard output.
func terminalOptions(o report.Options) report.Options {
	console := report.ConsoleOptions(os.Stdout, os.Getenv)
	o.Width, o.Color = console.Width, console.Color
	return o
}
