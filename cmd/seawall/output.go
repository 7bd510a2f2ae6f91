package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"seawall/internal/report"
)

// output is one --format with the file that the --output after it names.
type output struct {
	format report.Format
	path   string // "" is standard output
}

// outputs are the pairs of --format and --output in the order they are given.
type outputs []output

// formatFlag and outputFlag fill one list, so that a file belongs to the
// format before it.
type (
	formatFlag struct{ outputs *outputs }
	outputFlag struct{ outputs *outputs }
)

func (f formatFlag) String() string { return "" }
func (f formatFlag) Type() string   { return "FORMAT" }
func (f formatFlag) Set(name string) error {
	format, err := report.ParseFormat(name)
	if err != nil {
		return err
	}
	*f.outputs = append(*f.outputs, output{format: format})
	return nil
}

func (f outputFlag) String() string { return "" }
func (f outputFlag) Type() string   { return "FILE" }
func (f outputFlag) Set(path string) error {
	list := *f.outputs
	if len(list) == 0 || list[len(list)-1].path != "" {
		return errors.New("give --format before its --output")
	}
	list[len(list)-1].path = path
	return nil
}

// register adds both flags, for the formats with the given names.
func (o *outputs) register(cmd *cobra.Command, formats []string) {
	cmd.Flags().Var(formatFlag{o}, "format", "`FORMAT` of the result: "+strings.Join(formats, ", ")+"; may be repeated")
	cmd.Flags().Var(outputFlag{o}, "output", "write the --format before it to `FILE` instead of standard output")
	complete(cmd, "format", formats)
}

// complete lets the shell complete a flag's values.
func complete(cmd *cobra.Command, flag string, values []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag's name is wrong: a mistake in this program
	}
}

// check refuses two results on standard output; without any format it sets
// the default one.
func (o *outputs) check(fallback string) error {
	if len(*o) == 0 {
		return formatFlag{o}.Set(fallback)
	}
	onStdout := 0
	for _, out := range *o {
		if out.path == "" {
			onStdout++
		}
	}
	if onStdout > 1 {
		return usageError{errors.New("two formats would be mixed on standard output: give an --output after each --format but one")}
	}
	return nil
}

// write writes the document in every format asked for. The options are for
// standard output; a file gets neither colours nor a terminal's width.
func (o outputs) write(stdout io.Writer, d *report.Document, options report.Options) error {
	for _, out := range o {
		if err := out.write(stdout, d, options); err != nil {
			return err
		}
	}
	return nil
}

func (o output) write(stdout io.Writer, d *report.Document, options report.Options) error {
	if o.path == "" {
		return o.format.Write(stdout, d, options)
	}
	file, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return fmt.Errorf("cannot write the result: %w", err)
	}
	options.Color, options.Width = false, 0
	buffered := bufio.NewWriter(file)
	err = errors.Join(o.format.Write(buffered, d, options), buffered.Flush(), file.Close())
	if err != nil {
		return fmt.Errorf("cannot write the result to %s: %w", o.path, err)
	}
	return nil
}

// terminalOptions says how a person's terminal wants the result (no-color.org).
func terminalOptions() report.Options {
	fd := int(os.Stdout.Fd())
	if !term.IsTerminal(fd) {
		return report.Options{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		width = 0
	}
	return report.Options{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: width}
}
