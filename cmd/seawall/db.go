package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seawall/internal/vuln"
	"seawall/internal/vuln/feed"
	"seawall/internal/vuln/store"
)

func newDBCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "db",
		Short: "Download, import and inspect the advisory database",
		Long: `The advisory database holds the known vulnerabilities that packages are matched
against: advisories in the OSV format, CISA's catalog of known exploited
vulnerabilities (KEV) and FIRST's exploit prediction scores (EPSS). It lies
under $SEAWALL_HOME/db.`,
		Args: noArgs,
		RunE: func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(newDBUpdateCommand(), newDBImportCommand(), newDBBuildCommand(), newDBStatusCommand())
	return command
}

func newDBUpdateCommand() *cobra.Command {
	var options vuln.UpdateOptions
	command := &cobra.Command{
		Use:   "update",
		Short: "Download what is newer than the database",
		Long: `Downloads the advisories of each ecosystem, KEV and EPSS, if they changed. A part
that cannot be had keeps its old state and makes the exit status 1; a download
that broke off is resumed by the next update. The proxy is taken from the
environment (HTTPS_PROXY).`,
		Args: noArgs,
		RunE: func(command *cobra.Command, _ []string) (err error) {
			if options.Home, err = store.Home(); err != nil {
				return err
			}
			options.Client = feed.NewClient("seawall/" + version)
			var done func()
			options.Progress, done = dbProgress(command.ErrOrStderr())
			summary, err := vuln.Update(command.Context(), options)
			done()
			return reportDB(command.OutOrStdout(), summary, err)
		},
	}
	flags := command.Flags()
	flags.StringSliceVar(&options.Ecosystems, "ecosystem", nil, "OSV ecosystem to update, repeatable (default: all that Seawall finds in images)")
	flags.StringVar(&options.OSV, "osv-url", "", "address below which <Ecosystem>/all.zip lies (SEAWALL_OSV_URL; default "+vuln.DefaultOSV+")")
	flags.StringVar(&options.KEV, "kev-url", "", "address of KEV's JSON file (SEAWALL_KEV_URL)")
	flags.StringVar(&options.EPSS, "epss-url", "", "address of EPSS's CSV file (SEAWALL_EPSS_URL)")
	flags.DurationVar(&options.Timeout, "timeout", time.Hour, "longest time for the whole update")
	return command
}

func newDBImportCommand() *cobra.Command {
	var options vuln.ImportOptions
	command := &cobra.Command{
		Use:   "import PATH",
		Short: "Take advisories from a folder or a database file",
		Long: `PATH is a folder in the layout of the OSV export (<Ecosystem>/all.zip, with an
optional kev.json and epss*.csv or epss*.csv.gz), or a file that "seawall db
build" wrote. What the import does not have stays in the database, unless
--replace is given.

A database file is signed. The first key that signs an imported file is trusted
from then on; a file signed by another is refused unless --key names it.`,
		Args: dbArgs(1, 1, "name one folder or database file to import"),
		RunE: func(command *cobra.Command, arguments []string) (err error) {
			if options.Home, err = store.Home(); err != nil {
				return err
			}
			summary, err := vuln.Import(command.Context(), arguments[0], options)
			return reportDB(command.OutOrStdout(), summary, err)
		},
	}
	command.Flags().BoolVar(&options.Replace, "replace", false, "drop what is in the database and not in the import")
	command.Flags().StringVar(&options.Key, "key", "", "key that must have signed the file: its fingerprint (SHA256:…) or a file with the public key")
	return command
}

func newDBBuildCommand() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "build [FOLDER]",
		Short: "Write a database file for machines without a network",
		Long: `Packs the advisories of FOLDER (see "seawall db import"), or without FOLDER the
database in use, into one signed file for "seawall db import".`,
		Args: dbArgs(0, 1, "name at most one folder to build from"),
		RunE: func(command *cobra.Command, arguments []string) error {
			home, err := store.Home()
			if err != nil {
				return err
			}
			folder := ""
			if len(arguments) == 1 {
				folder = arguments[0]
			}
			summary, err := vuln.Build(command.Context(), home, folder, output)
			if err == nil {
				fmt.Fprintf(command.OutOrStdout(), "wrote %s, signed with the key %s\n", output, summary.Signer)
			}
			return reportDB(command.OutOrStdout(), summary, err)
		},
	}
	command.Flags().StringVarP(&output, "output", "o", "seawall.db.tar.zst", "file to write")
	return command
}

func newDBStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show what the database holds and how old it is",
		Args:  noArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			homes := store.Homes()
			home := store.Find(homes)
			if home == "" {
				return fmt.Errorf("%w in %v: run `seawall db update`, or `seawall db import` where there is no network", store.ErrNone, homes)
			}
			status, err := vuln.ReadStatus(home, time.Now())
			if err != nil {
				return err
			}
			return writeDBStatus(command.OutOrStdout(), status)
		},
	}
}

// dbArgs asks for so many arguments, or else says what is wanted.
func dbArgs(least, most int, wanted string) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		if len(arguments) < least || len(arguments) > most {
			return usageError{fmt.Errorf("%s; see %s --help", wanted, command.CommandPath())}
		}
		return nil
	}
}
