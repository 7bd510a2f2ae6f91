package main

import (
	"cmp"
	"os"
	"path/filepath"
)

// layerCacheDir is where records of layers are kept: below $SEAWALL_HOME, the
// system's state folder for root, or the user's cache folder.
func layerCacheDir() string {
	if home := os.Getenv("SEAWALL_HOME"); home != "" {
		return filepath.Join(home, "layers")
	}
	if os.Geteuid() == 0 {
		return "/var/lib/seawall/layers"
	}
	userHome, _ := os.UserHomeDir() // without one the path is relative, and writing fails with a clear word
	cache := cmp.Or(os.Getenv("XDG_CACHE_HOME"), filepath.Join(userHome, ".cache"))
	return filepath.Join(cache, "seawall", "layers")
}
