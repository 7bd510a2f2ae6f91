package compose

import (
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// image reads image and build. What is built here has a name only if it is
// given one.
func (r *containerDecoder) image() {
	image, build := r.value.Get("image"), r.value.Get("build")
	if build.Exists() {
		folder := build
		if build.IsMapping() {
			folder = build.Get("context")
		}
		r.Image.Build = "."
		if !folder.Exists() {
			folder = build
		}
		if folder.IsScalar() {
			r.Image.Build = r.path(folder)
		}
		r.Explicit("image.build", folder)
		r.Unresolved("image.build", folder)
	}
	r.Explicit("image", image.Or(r.key))
	r.text("image.pullPolicy", "pull_policy", &r.Image.PullPolicy)
	if build.Exists() && !image.Exists() {
		r.Inexpressible("the image is built here and gets its name from the project: set image: to name it", "image.reference", "image.repository", "image.tag", "image.digest")
		return
	}
	if !image.Exists() {
		r.Note("image.reference", r.key.Unknown("the service names no image"))
	}
	notation.Image(r.Facts, image, &r.Image)
}

// path resolves a relative path from the folder of its file. What is remote, or
// begins with "~", stays as it is.
func (d *decoder) path(v document.Value) string {
	written := d.shown(v)
	if isRemote(written) || strings.Contains(written, "://") || isWindowsPath(written) {
		return written
	}
	return d.relative(join(d.folderOf(v), written))
}

// isWindowsPath tells a drive's or a pipe's path.
func isWindowsPath(file string) bool {
	return strings.HasPrefix(file, `\\`) || len(file) > 2 && file[1] == ':' && (file[2] == '\\' || file[2] == '/')
}

// folderOf is the folder that the relative paths of a value's file begin at.
func (d *decoder) folderOf(v document.Value) string {
	if folder, known := d.folders[v.File()]; known {
		return folder
	}
	return d.folder
}

// relative gives a path from the project's folder, "./" in front, so that it
// cannot be taken for the name of a volume.
func (d *decoder) relative(file string) string {
	inside, isInside := strings.CutPrefix(file, d.folder+"/")
	switch {
	case file == d.folder:
		return "."
	case isInside:
		return "./" + inside
	case strings.HasPrefix(file, "/"), strings.HasPrefix(file, "."), strings.HasPrefix(file, "~"):
		return file
	}
	return "./" + file
}

func (r *containerDecoder) security() {
	r.boolean("privileged", "privileged", &r.Privileged)
	r.boolean("readOnlyRoot", "read_only", &r.ReadOnlyRoot)
	r.list("groups", "group_add", &r.Groups)
	r.text("cgroupParent", "cgroup_parent", &r.CgroupParent)
	r.text("runtime", "runtime", &r.Runtime)
	r.boolean("init", "init", &r.Init)
	notation.SecurityOptions(r.Facts, r.value.Get("security_opt").Or(r.key), r.Container)
	r.list("capabilities.add", "cap_add", &r.Capabilities.Add)
	r.list("capabilities.drop", "cap_drop", &r.Capabilities.Drop)
	for _, names := range [][]string{r.Capabilities.Add, r.Capabilities.Drop} {
		for i, name := range names {
			names[i] = notation.Capability(name)
		}
	}
}

// environment reads environment and the names of env_file. A value that comes
// from whoever starts the project is that of a host's variable.
func (r *containerDecoder) environment() {
	v := r.value.Get("environment")
	r.Default("env", r.key)
	if v.Exists() {
		r.Explicit("env", v)
	}
	if v.Exists() && !v.IsList() && !v.IsMapping() {
		r.Wrong("env", v, "a mapping or list of NAME=value")
	}
	for i, entry := range r.entries(v) {
		r.Env = append(r.Env, r.setting(entry))
		r.Explicit(index("env", i), entry.Key)
	}
	r.Default("envFiles", r.key)
	for i, file := range listItems(r.value.Get("env_file")) {
		if file.IsMapping() {
			file = file.Get("path")
		}
		r.EnvFiles = append(r.EnvFiles, r.path(file))
		r.Explicit("envFiles", r.value.Get("env_file"))
		r.Explicit(index("envFiles", i), file)
	}
}

// setting reads one variable.
func (r *containerDecoder) setting(entry document.Field) asset.EnvSetting {
	setting := asset.EnvSetting{Name: entry.Name, From: asset.EnvValue}
	node := entry.Value.Node()
	switch {
	case !entry.Value.Exists():
		setting.From, setting.Ref = asset.EnvHost, entry.Name
	case r.fromHost[node] != "":
		setting.From, setting.Ref = asset.EnvHost, r.fromHost[node]
	case entry.Value.Known() == document.Hole:
		setting.From, setting.Ref = asset.EnvHost, r.holes[node][0]
	default:
		setting.Value = r.shown(entry.Value)
	}
	return setting
}

// listItems gives the items of a list, or the one value that stands for a list.
func listItems(v document.Value) []document.Value {
	if v.IsList() || !v.Exists() {
		return v.Items()
	}
	return []document.Value{v}
}

// imageDecides is the reason of what is not written and the image may have.
const imageDecides = "it is not written, so the image decides"

// process reads what runs in the container.
func (r *containerDecoder) process() {
	for _, command := range []struct {
		fact, key string
		into      *[]string
	}{{"entrypoint", "entrypoint", &r.Entrypoint}, {"command", "command", &r.Command}} {
		v := r.value.Get(command.key)
		if !v.Exists() {
			r.Note(command.fact, r.key.Unknown(imageDecides))
			continue
		}
		if v.IsScalar() {
			*command.into = splitWords(v.Text())
			r.Explicit(command.fact, v)
			continue
		}
		r.Texts(command.fact, v, command.into)
		r.items(command.fact, v)
	}
	r.Note("workingDir", r.key.Unknown(imageDecides))
	r.Text("workingDir", r.value.Get("working_dir"), &r.WorkingDir)
}

// splitWords splits a command as a shell does, with quotes and backslashes.
func splitWords(text string) []string {
	var words []string
	var word strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(text):
			i++
			word.WriteByte(text[i])
			inWord = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inWord = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}

// restart reads restart and deploy.restart_policy; the second counts where both
// are written, as in docker compose.
func (r *containerDecoder) restart() {
	r.Restart.Policy = "no"
	r.Default("restart.policy", r.key)
	r.Default("restart.maxRetries", r.key)
	v := r.value.Get("restart")
	var written string
	r.Text("restart.policy", v, &written)
	if policy, retries, limited := strings.Cut(written, ":"); written != "" {
		r.Restart.Policy = policy
		r.Explicit("restart.maxRetries", v)
		if number, err := strconv.ParseInt(retries, 10, 64); limited && err == nil {
			r.Restart.MaxRetries = number
		}
	}
	policy := r.value.At("deploy", "restart_policy")
	if !policy.Exists() {
		return
	}
	condition := "any"
	r.Explicit("restart.policy", policy)
	r.Text("restart.policy", policy.Get("condition"), &condition)
	r.Restart.Policy = restartPolicy(condition)
	r.Restart.MaxRetries = 0
	r.Explicit("restart.maxRetries", policy)
	r.Int("restart.maxRetries", policy.Get("max_attempts"), &r.Restart.MaxRetries)
}

// restartPolicy gives the engine's word for Swarm's.
func restartPolicy(condition string) string {
	switch condition {
	case "none":
		return "no"
	case "any":
		return "always"
	}
	return condition
}

func (r *containerDecoder) healthcheck() {
	v := r.value.Get("healthcheck")
	test := v.Get("test")
	if !v.Exists() || !test.Exists() && !v.Get("disable").Exists() {
		r.Note("healthcheck", r.key.Unknown("no test is written, so the image decides whether there is a health check"))
		return
	}
	r.Explicit("healthcheck", v)
	if off, _ := v.Get("disable").Bool(); off {
		return
	}
	r.Texts("healthcheck.test", test, &r.Healthcheck.Test)
	if test.IsScalar() {
		r.Healthcheck.Test = []string{"CMD-SHELL", test.Text()}
	}
	r.Healthcheck.Set = len(r.Healthcheck.Test) > 0 && r.Healthcheck.Test[0] != "NONE"
}

func (r *containerDecoder) logging() {
	v := r.value.Get("logging")
	r.Default("logging.driver", r.key)
	r.Default("logging.options", r.key)
	r.Text("logging.driver", v.Get("driver"), &r.Logging.Driver)
	for _, option := range v.Get("options").Fields() {
		if r.Logging.Options == nil {
			r.Logging.Options = map[string]string{}
			r.Explicit("logging.options", v.Get("options"))
		}
		r.Logging.Options[option.Name] = r.shown(option.Value)
	}
}

// relations reads what joins a container to others.
func (r *containerDecoder) relations() {
	r.list("links", "links", &r.Links)
	for _, link := range r.value.Get("external_links").Texts() {
		r.Links = append(r.Links, link)
		r.Explicit("links", r.value.Get("external_links"))
	}
	r.list("volumesFrom", "volumes_from", &r.VolumesFrom)
	r.list("dns", "dns", &r.DNS)
}
