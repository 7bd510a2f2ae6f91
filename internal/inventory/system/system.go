// Package system reads from an image's files who its users are and which files
// give rights away: the facts that an image's configuration does not hold.
package system

import (
	"fmt"

	"seawall/internal/asset"
	"seawall/internal/inventory"
)

// Limits of the lists that Fill makes. A list that would be longer is marked
// unknown, except for WorldWritable, which any entry makes wrong.
const (
	maxAccounts        = 1000
	maxPrivilegedFiles = 5000
	maxWorldWritable   = 1000
)

// Fill sets the accounts, the user's uid, the privileged and the world-writable
// files, and takes away their "unknown" origins. Which package a file belongs to
// is left open. If a layer was not read the facts stay unknown: what it adds or
// takes away is not known.
func Fill(subject *asset.Subject[asset.Image], tree inventory.Tree) {
	facts := &subject.Facts
	if facts.OS == "windows" {
		return
	}
	if subject.Origins == nil {
		subject.Origins = map[string]asset.Origin{}
	}
	accounts := readAccounts(tree)
	facts.Accounts = accounts[:min(len(accounts), maxAccounts)]
	setUID(subject, accounts)
	for entry := range tree.EntriesWith(givesRights) {
		addEntry(facts, &entry)
	}
	for field, reason := range gaps(facts, len(accounts)) {
		if reason == "" {
			delete(subject.Origins, field)
			continue
		}
		subject.Origins[field] = asset.Origin{Kind: asset.Unknown, Reason: reason}
	}
}

// gaps says of each list why it is not the whole truth, "" if it is.
func gaps(facts *asset.Image, accounts int) map[string]string {
	reasons := map[string]string{"accounts": "", "privilegedFiles": "", "worldWritable": ""}
	if accounts > maxAccounts {
		reasons["accounts"] = fmt.Sprintf("/etc/passwd has %d accounts, more than the %d that are kept", accounts, maxAccounts)
	}
	if len(facts.PrivilegedFiles) > maxPrivilegedFiles {
		facts.PrivilegedFiles = facts.PrivilegedFiles[:maxPrivilegedFiles]
		reasons["privilegedFiles"] = fmt.Sprintf("there are more than the %d privileged files that are kept", maxPrivilegedFiles)
	}
	if unread := unreadLayer(facts.Layers); unread != "" {
		for field := range reasons {
			reasons[field] = unread
		}
	}
	return reasons
}

// unreadLayer names the first layer whose files are not known, "" if all are.
func unreadLayer(layers []asset.Layer) string {
	for _, layer := range layers {
		switch layer.Status {
		case asset.LayerForeign, asset.LayerMissing, asset.LayerFailed:
			return fmt.Sprintf("layer %d was not read (%s)", layer.Index, layer.Status)
		}
	}
	return ""
}

const (
	setuidBit        = 0o4000
	setgidBit        = 0o2000
	stickyBit        = 0o1000
	writableByOthers = 0o0002
)

// givesRights tells the entries that one of the lists holds.
func givesRights(kind asset.FileType, mode uint32, capable bool) bool {
	return isPrivileged(kind, mode, capable) || isOpen(kind, mode)
}

func isPrivileged(kind asset.FileType, mode uint32, capable bool) bool {
	return kind == asset.Regular && (capable || mode&(setuidBit|setgidBit) != 0)
}

func isOpen(kind asset.FileType, mode uint32) bool {
	return mode&writableByOthers != 0 && (kind == asset.Regular || kind == asset.Directory && mode&stickyBit == 0)
}

func addEntry(facts *asset.Image, entry *asset.FileEntry) {
	if isPrivileged(entry.Type, entry.Mode, entry.Capabilities != "") && len(facts.PrivilegedFiles) <= maxPrivilegedFiles {
		facts.PrivilegedFiles = append(facts.PrivilegedFiles, privilegedFile(entry))
	}
	if isOpen(entry.Type, entry.Mode) && len(facts.WorldWritable) < maxWorldWritable {
		facts.WorldWritable = append(facts.WorldWritable, entry.Path)
	}
}

func privilegedFile(entry *asset.FileEntry) asset.PrivilegedFile {
	return asset.PrivilegedFile{
		Path:         entry.Path,
		Mode:         fmt.Sprintf("%04o", entry.Mode&0o7777),
		UID:          int64(entry.UID),
		Setuid:       entry.Mode&setuidBit != 0,
		Setgid:       entry.Mode&setgidBit != 0,
		Capabilities: capabilityNames(entry.Capabilities),
		Layer:        entry.Layer,
	}
}
