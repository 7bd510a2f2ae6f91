package asset

// Dockerfile is what the instructions of one Dockerfile, and the shell commands
// in them, are going to do. Lists over the whole file name the stage of each
// item by its index. Line counts from 1.
type Dockerfile struct {
	// File is the path it was read from.
	File     string        `json:"file"`
	Frontend BuildFrontend `json:"frontend"`
	// Escape is the character that continues a line, "\\" or "`".
	Escape string `json:"escape"`
	// IgnoreFile is true if the context has a .dockerignore; unknown (see
	// Origins) where nobody looked.
	IgnoreFile bool `json:"ignoreFile"`
	// Final is the stage that becomes the image.
	Final  BuildStage   `json:"final"`
	Stages []BuildStage `json:"stages"`

	Arguments    []BuildArgument    `json:"arguments"`
	Variables    []BuildVariable    `json:"variables"`
	Instructions []BuildInstruction `json:"instructions"`
	Commands     []BuildCommand     `json:"commands"`
	Packages     []PackageOperation `json:"packages"`
	Downloads    []Download         `json:"downloads"`
	Clones       []GitClone         `json:"clones"`
	Secrets      []BuildSecret      `json:"secrets"`
	// TLSOff are settings that stop programs from checking certificates.
	TLSOff       []BuildSetting     `json:"tlsOff"`
	Mounts       []BuildMount       `json:"mounts"`
	Copies       []BuildCopy        `json:"copies"`
	Suppressions []BuildSuppression `json:"suppressions"`
}

// BuildFrontend is the program that "# syntax=" names to read the file.
type BuildFrontend struct {
	// Reference is as written, "" for the builder's own.
	Reference  string `json:"reference"`
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
	Digest     string `json:"digest"`
	Line       int    `json:"line"`
}

// BuildStage is what begins with a FROM. Everything but Users, Repeated and Line
// includes what is inherited from an earlier stage that it builds on.
type BuildStage struct {
	Index int `json:"index"`
	// Name is as written after AS, "" for none.
	Name string `json:"name"`
	// Duplicate is true if an earlier stage has the same name.
	Duplicate bool      `json:"duplicate"`
	Line      int       `json:"line"`
	Base      BaseImage `json:"base"`
	// OS is "linux" or "windows".
	OS string `json:"os"`
	// Shipped is true for the final stage and those that it builds on: their
	// layers end up in the image.
	Shipped bool `json:"shipped"`

	// User is the last USER as written, with variables filled in, "" for none.
	User string `json:"user"`
	// UserWritten is false where the base image decides.
	UserWritten bool `json:"userWritten"`
	// Root is true if User is uid 0 in any spelling; unknown where it hangs on a
	// variable or on the base image.
	Root bool `json:"root"`
	// Users are all USER instructions of the stage itself.
	Users []BuildUser `json:"users"`

	// Shell runs RUN in shell form.
	Shell   []string          `json:"shell"`
	WorkDir string            `json:"workDir"`
	Env     []EnvVar          `json:"env"`
	Ports   []BuildPort       `json:"ports"`
	Labels  map[string]string `json:"labels"`
	Volumes []string          `json:"volumes"`
	// OnBuild are the instructions that a build on this image will run.
	OnBuild    []string `json:"onBuild"`
	StopSignal string   `json:"stopSignal"`

	Healthcheck Healthcheck  `json:"healthcheck"`
	Entrypoint  BuildProcess `json:"entrypoint"`
	Cmd         BuildProcess `json:"cmd"`
	// Repeated are instructions of which only the last one counts: CMD,
	// ENTRYPOINT and HEALTHCHECK.
	Repeated []BuildRepetition `json:"repeated"`
}

// BaseImage is what a stage builds on.
type BaseImage struct {
	// Reference is as written, with the defaults of build arguments filled in.
	Reference string `json:"reference"`
	// Repository has the registry in front, "docker.io/library/nginx".
	Repository string `json:"repository"`
	// Tag is "" where none is written.
	Tag    string `json:"tag"`
	Digest string `json:"digest"`
	// Platform is as written after --platform, variables and all.
	Platform string `json:"platform"`
	// Stage is the index of the earlier stage that it is, -1 for none.
	Stage   int  `json:"stage"`
	Scratch bool `json:"scratch"`
	// NonRoot is true for an image that is known to set a user other than root.
	NonRoot bool `json:"nonRoot"`
}

// BuildUser is one USER instruction.
type BuildUser struct {
	User string `json:"user"`
	Root bool   `json:"root"`
	Line int    `json:"line"`
}

// BuildPort is one word of an EXPOSE instruction.
type BuildPort struct {
	// Text is as written, with variables filled in.
	Text string `json:"text"`
	// First and Last are the same for a single port, -1 for no number.
	First    int64  `json:"first"`
	Last     int64  `json:"last"`
	Protocol string `json:"protocol"`
	// Fault says what is wrong with the word, "" for nothing.
	Fault string `json:"fault"`
	Line  int    `json:"line"`
}

// BuildProcess is a CMD or an ENTRYPOINT.
type BuildProcess struct {
	Set bool `json:"set"`
	// Form is "exec" for a JSON array, "shell" for a command line.
	Form  string   `json:"form"`
	Words []string `json:"words"`
	Line  int      `json:"line"`
}

// BuildRepetition is an instruction that a later one of the stage overrules.
type BuildRepetition struct {
	Keyword string `json:"keyword"`
	Line    int    `json:"line"`
}

// BuildArgument is one ARG.
type BuildArgument struct {
	Name string `json:"name"`
	// Stage is -1 before the first FROM.
	Stage int `json:"stage"`
	// HasDefault is false if the builder must give the value.
	HasDefault bool `json:"hasDefault"`
	Line       int  `json:"line"`
}

// BuildVariable is a variable that is used and has no value.
type BuildVariable struct {
	Name string `json:"name"`
	// Keyword is the instruction that uses it.
	Keyword string `json:"keyword"`
	// Declared is true for an ARG without a default.
	Declared bool `json:"declared"`
	// Self is true where the same ENV is only about to set it.
	Self bool `json:"self"`
	Line int  `json:"line"`
}

// BuildInstruction is one instruction.
type BuildInstruction struct {
	// Stage is -1 before the first FROM.
	Stage   int  `json:"stage"`
	Shipped bool `json:"shipped"`
	// Keyword is in upper case, Written as it stands in the file.
	Keyword string `json:"keyword"`
	Written string `json:"written"`
	// Known is false for a word that is no instruction.
	Known bool     `json:"known"`
	Flags []string `json:"flags"`
	// Argument is the rest, on one line; variables are filled in for WORKDIR,
	// USER and STOPSIGNAL.
	Argument string `json:"argument"`
	// Form is "exec" for a JSON array, else "shell".
	Form    string `json:"form"`
	Heredoc bool   `json:"heredoc"`
	// OnBuild is true for one that a later build runs.
	OnBuild bool `json:"onBuild"`
	// Legacy is true for ENV and LABEL without "=".
	Legacy bool `json:"legacy"`
	// Gap is true if an empty line stands in the middle.
	Gap     bool `json:"gap"`
	Line    int  `json:"line"`
	EndLine int  `json:"endLine"`
}

// BuildCommand is one simple command of a RUN, wherever it stands in the shell's
// grammar. Words have quotes taken off and variables filled in; what only the
// run can tell is left as written, "$(uname -m)".
type BuildCommand struct {
	Stage   int  `json:"stage"`
	Shipped bool `json:"shipped"`
	// Instruction is the index of the RUN.
	Instruction int `json:"instruction"`
	// Program is the name without its folder, "apt-get"; sudo, env, xargs and
	// others that start another program are in Wrappers, the outermost first.
	Program   string   `json:"program"`
	Arguments []string `json:"arguments"`
	Wrappers  []string `json:"wrappers"`
	// Env is set for this command.
	Env []EnvVar `json:"env"`
	// PipedInto are the programs that read its output in turn.
	PipedInto []string `json:"pipedInto"`
	// RunBy is the program that runs what it prints, in bash -c "$(curl …)".
	RunBy string `json:"runBy"`
	// Pipefail is true if a failure in a pipeline fails the RUN.
	Pipefail bool `json:"pipefail"`
	// Writes are files that its output goes to.
	Writes []string `json:"writes"`
	Line   int      `json:"line"`
}

// PackageOperation is one call of a package manager.
type PackageOperation struct {
	Stage   int  `json:"stage"`
	Shipped bool `json:"shipped"`
	// Manager is apt, apt-get, aptitude, apk, yum, dnf, microdnf, zypper, rpm,
	// pip, npm, yarn, pnpm, gem, go or cargo.
	Manager string `json:"manager"`
	// Operation is one of the Operation… constants of packages.
	Operation string             `json:"operation"`
	Packages  []RequestedPackage `json:"packages"`
	// Unpinned are the names whose version the day of the build decides.
	Unpinned []string `json:"unpinned"`
	Flags    []string `json:"flags"`
	// AssumesYes is true if it asks nothing.
	AssumesYes bool `json:"assumesYes"`
	// Recommends is true if apt also installs what is only recommended.
	Recommends bool `json:"recommends"`
	// Locked is true if a lock file or requirements decide on versions.
	Locked bool `json:"locked"`
	// CacheKept is true if index or downloads stay in the layer.
	CacheKept bool `json:"cacheKept"`
	// SignaturesOff is true if packages or indexes need no valid signature.
	SignaturesOff bool `json:"signaturesOff"`
	// TLSOff is true if a server's certificate is not checked.
	TLSOff bool `json:"tlsOff"`
	// Alone is true for an update of the index without an installation in the
	// same instruction.
	Alone bool `json:"alone"`
	Line  int  `json:"line"`
}

// Values of PackageOperation.Operation.
const (
	PackagesUpdate      = "update"
	PackagesInstall     = "install"
	PackagesUpgrade     = "upgrade"
	PackagesDistUpgrade = "dist-upgrade"
	PackagesRemove      = "remove"
	PackagesClean       = "clean"
	PackagesConfigure   = "configure"
)

// RequestedPackage is a package as a command names it.
type RequestedPackage struct {
	Name string `json:"name"`
	// Version is "" where none is written.
	Version string `json:"version"`
	Pinned  bool   `json:"pinned"`
}

// Download is something fetched from a URL.
type Download struct {
	Stage   int  `json:"stage"`
	Shipped bool `json:"shipped"`
	// Tool is curl, wget, aria2c or ADD.
	Tool string `json:"tool"`
	URL  string `json:"url"`
	// Output is the file it goes to, "" for standard output or where not known.
	Output string `json:"output"`
	// Verified is true if a checksum or a signature is checked in the same
	// instruction.
	Verified bool `json:"verified"`
	// Interpreter is the program that runs what was fetched, "" for none.
	Interpreter string `json:"interpreter"`
	// Executable is true if what was fetched is made to be run.
	Executable bool `json:"executable"`
	// TLSOff is true if the server's certificate is not checked; Plain for http
	// and ftp.
	TLSOff bool `json:"tlsOff"`
	Plain  bool `json:"plain"`
	// Noisy is true for a wget that prints a line for every few kilobytes.
	Noisy bool `json:"noisy"`
	Line  int  `json:"line"`
}

// GitClone is a repository fetched by git or ADD.
type GitClone struct {
	Stage   int    `json:"stage"`
	Shipped bool   `json:"shipped"`
	URL     string `json:"url"`
	// Ref is the commit, tag or branch, "" for the default branch.
	Ref string `json:"ref"`
	// Pin is "commit", "version" for a ref that looks like one, "variable" for
	// one that the builder gives, or "".
	Pin  string `json:"pin"`
	Line int    `json:"line"`
}

// BuildSecret is a place where a secret gets into the image or its history. The
// secret itself is not kept.
type BuildSecret struct {
	Stage   int  `json:"stage"`
	Shipped bool `json:"shipped"`
	// Kind is "env", "arg", "file" for a copied file, or "command".
	Kind string `json:"kind"`
	// Name is the variable, the file or the program.
	Name string `json:"name"`
	Line int    `json:"line"`
}

// BuildSetting is a variable, or a program's setting.
type BuildSetting struct {
	Stage   int  `json:"stage"`
	Shipped bool `json:"shipped"`
	// Kind is "env", "arg" or "command".
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Line  int    `json:"line"`
}

// BuildMount is one --mount of a RUN.
type BuildMount struct {
	Stage int `json:"stage"`
	// Type is bind, cache, tmpfs, secret or ssh.
	Type   string `json:"type"`
	Target string `json:"target"`
	Source string `json:"source"`
	From   string `json:"from"`
	ID     string `json:"id"`
	// Env is the variable that a secret is put into.
	Env string `json:"env"`
	// Leaked is true if the same RUN copies the secret to a file that stays.
	Leaked bool `json:"leaked"`
	Line   int  `json:"line"`
}

// BuildCopy is one COPY or ADD.
type BuildCopy struct {
	Stage   int    `json:"stage"`
	Shipped bool   `json:"shipped"`
	Keyword string `json:"keyword"`
	// From is as written after --from; FromStage is the index of the stage that
	// it means, -1 for none. FromStage is the stage's own index, or a later one,
	// where the file is wrong.
	From      string `json:"from"`
	FromStage int    `json:"fromStage"`
	// Sources that stand in the file itself are not listed.
	Sources     []string `json:"sources"`
	Destination string   `json:"destination"`
	Chown       string   `json:"chown"`
	Chmod       string   `json:"chmod"`
	Checksum    string   `json:"checksum"`
	// Remote is true for a URL or git repository, Archive for a local tar file
	// that ADD unpacks, Inline for a heredoc.
	Remote  bool `json:"remote"`
	Archive bool `json:"archive"`
	Inline  bool `json:"inline"`
	// Context is true if it copies the whole build context.
	Context bool `json:"context"`
	// WorkDir is the folder that a relative destination is in, "" where the base
	// image decides.
	WorkDir string `json:"workDir"`
	// OnScratch is true in a stage that has nothing but what this file puts there.
	OnScratch bool `json:"onScratch"`
	Line      int  `json:"line"`
}

// BuildSuppression is a comment that tells a checker to be silent.
type BuildSuppression struct {
	// Tool is hadolint, checkov, trivy, kics, buildkit or seawall.
	Tool string `json:"tool"`
	// IDs are the checks that are switched off.
	IDs []string `json:"ids"`
	// Reason is what the comment says besides, "" for nothing.
	Reason string `json:"reason"`
	Line   int    `json:"line"`
}
