package asset

import "time"

// Image is what is known of a container image: its configuration as the OCI
// image specification defines it, and what was found in its layers.
type Image struct {
	// Reference is how the image was named; Repository and Tag are its parts.
	// Tag is "" if it was named by digest or has no name.
	Reference  string `json:"reference"`
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
	// Digest is the manifest's digest, "" where the source has none.
	Digest string `json:"digest"`
	// ID is the digest of the configuration.
	ID           string    `json:"id"`
	OS           string    `json:"os"`
	Architecture string    `json:"architecture"`
	Variant      string    `json:"variant"`
	Created      time.Time `json:"created"`
	// Size is the sum of the layers' unpacked regular files, in bytes.
	Size int64 `json:"size"`

	// User is the configured user as written, "" if none.
	User string `json:"user"`
	// UID is the number User stands for in the image's passwd; 0 for none
	// written, unknown (see Origins) if the name is not in passwd.
	UID          int64             `json:"uid"`
	Env          []EnvVar          `json:"env"`
	Entrypoint   []string          `json:"entrypoint"`
	Cmd          []string          `json:"cmd"`
	Shell        []string          `json:"shell"`
	ExposedPorts []Port            `json:"exposedPorts"`
	Volumes      []string          `json:"volumes"`
	Labels       map[string]string `json:"labels"`
	WorkingDir   string            `json:"workingDir"`
	StopSignal   string            `json:"stopSignal"`
	OnBuild      []string          `json:"onBuild"`
	Healthcheck  Healthcheck       `json:"healthcheck"`

	History      []HistoryEntry `json:"history"`
	Layers       []Layer        `json:"layers"`
	Distribution Distribution   `json:"distribution"`
	Accounts     []Account      `json:"accounts"`
	// PrivilegedFiles are setuid or setgid regular files and files with
	// capabilities.
	PrivilegedFiles []PrivilegedFile `json:"privilegedFiles"`
	// WorldWritable are regular files, and directories without the sticky
	// bit, that everybody may write; at most 1000.
	WorldWritable []string `json:"worldWritable"`
}

// EnvVar is one variable of a configured environment.
type EnvVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Port is a port number with its protocol, tcp, udp or sctp. Number is -1 if
// it was not written as a number.
type Port struct {
	Number   int    `json:"number"`
	Protocol string `json:"protocol"`
}

// Healthcheck is the configured health check. Test is empty if none is set and
// ["NONE"] if an inherited one was switched off.
type Healthcheck struct {
	Test []string `json:"test"`
}

// HistoryEntry is one step of the image's history.
type HistoryEntry struct {
	// CreatedBy is the command as recorded. Instruction (RUN, COPY, ADD, CMD …)
	// and Arguments are read from it, the same for every builder.
	CreatedBy   string `json:"createdBy"`
	Instruction string `json:"instruction"`
	Arguments   string `json:"arguments"`
	// Layer is the index of the layer the step made, -1 if it made none.
	Layer int `json:"layer"`
	// Base tells inherited steps from own ones: FromBase, Own, or "" if not known.
	Base string `json:"base"`
}

// Values of HistoryEntry.Base and Layer.Base.
const (
	FromBase = "base"
	Own      = "own"
)

// Layer is one layer of an image.
type Layer struct {
	// Index counts from 0, the base first.
	Index int `json:"index"`
	// DiffID is the SHA-256 of the layer's uncompressed tar, "sha256:…".
	DiffID string `json:"diffID"`
	// Digest is that of the blob as stored, "" where not known.
	Digest    string `json:"digest"`
	MediaType string `json:"mediaType"`
	// Size is the blob's size as stored, in bytes.
	Size int64 `json:"size"`
	// CreatedBy is the command that made the layer, if recorded.
	CreatedBy string `json:"createdBy"`
	// Base is FromBase, Own, or "" if not known.
	Base string `json:"base"`
	// Status is LayerRead, LayerCached, LayerForeign, LayerMissing or LayerFailed.
	Status string `json:"status"`
}

// Values of Layer.Status.
const (
	LayerRead    = "read"
	LayerCached  = "cached"
	LayerForeign = "foreign"
	LayerMissing = "missing"
	LayerFailed  = "failed"
)

// Account is a line of the image's /etc/passwd.
type Account struct {
	Name  string `json:"name"`
	UID   int64  `json:"uid"`
	GID   int64  `json:"gid"`
	Shell string `json:"shell"`
	// EmptyPassword is true if shadow (or passwd) lets anyone in without one.
	EmptyPassword bool `json:"emptyPassword"`
}

// PrivilegedFile is a file that gives rights to whoever runs it.
type PrivilegedFile struct {
	Path string `json:"path"`
	// Mode is octal, "4755".
	Mode   string `json:"mode"`
	UID    int64  `json:"uid"`
	Setuid bool   `json:"setuid"`
	Setgid bool   `json:"setgid"`
	// Capabilities are the file's, in capabilities(7)'s spelling.
	Capabilities []string `json:"capabilities"`
	Layer        int      `json:"layer"`
	// OwnedBy is the package whose file this is, "" for none.
	OwnedBy string `json:"ownedBy"`
}
