// Package store keeps the advisory database on disk: where it lies, its signed
// manifest, the switch from one version to the next, and the portable file.
//
//	$SEAWALL_HOME/db/current        symbolic link to the version in use
//	$SEAWALL_HOME/db/versions/*/    manifest.json, manifest.sig, the files it lists
//	                                and pages.crc32c, the checksums of their pages
//	$SEAWALL_HOME/db/downloads/     downloads that can be resumed
//	$SEAWALL_HOME/db/lock           held while a version is made
//	$SEAWALL_HOME/keys/             local.key, local.pub and trusted/*.pub
package store

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
)

// SystemHome is where root keeps Seawall's state.
const SystemHome = "/var/lib/seawall"

// Homes gives the folders in which a database is looked for, in this order:
// $SEAWALL_HOME, the system's, the user's, and that of the user behind sudo.
func Homes() []string {
	var homes []string
	if home := os.Getenv("SEAWALL_HOME"); home != "" {
		homes = append(homes, home)
	}
	homes = append(homes, SystemHome)
	if home := userHome(); home != "" {
		homes = append(homes, home)
	}
	if sudoer := os.Getenv("SUDO_USER"); sudoer != "" && os.Geteuid() == 0 {
		if u, err := user.Lookup(sudoer); err == nil && u.HomeDir != "" {
			homes = append(homes, filepath.Join(u.HomeDir, ".local", "state", "seawall"))
		}
	}
	return homes
}

// Home gives the folder that a database is written to: $SEAWALL_HOME, else the
// system's for root, else the user's.
func Home() (string, error) {
	if home := os.Getenv("SEAWALL_HOME"); home != "" {
		return filepath.Abs(home)
	}
	if os.Geteuid() == 0 {
		return SystemHome, nil
	}
	if home := userHome(); home != "" {
		return home, nil
	}
	return "", errors.New("there is no folder for the advisory database: set SEAWALL_HOME or HOME")
}

// userHome follows the XDG base directory specification.
func userHome() string {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "seawall")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", "seawall")
}

// Find gives the first of the homes that holds a database, "" if none does.
func Find(homes []string) string {
	for _, home := range homes {
		if _, err := os.Stat(filepath.Join(home, "db", "current", manifestName)); err == nil {
			return home
		}
	}
	return ""
}
