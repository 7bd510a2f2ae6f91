package compose

import (
	"path"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// engineSocket is what use_api_socket mounts.
const engineSocket = "/var/run/docker.sock"

// writtenMount is a mount with its place.
type writtenMount struct {
	asset.Mount
	entry document.Value
	// unknown is the reason why the source is not known.
	unknown string
	// kind and name are those of the declaration, "" for none: "volumes".
	kind, name string
}

// mounts reads volumes, tmpfs, secrets, configs and use_api_socket. Of two
// mounts at one path the later one counts.
func (r *containerDecoder) mounts() {
	r.Default("mounts", r.key)
	var list []writtenMount
	at := map[string]int{}
	add := func(m writtenMount) {
		if i, known := at[m.Target]; known {
			list[i] = m
			return
		}
		at[m.Target] = len(list)
		list = append(list, m)
	}
	for _, entry := range r.value.Get("volumes").Items() {
		if m, ok := r.mount(entry); ok {
			add(m)
		}
	}
	for _, entry := range listItems(r.value.Get("tmpfs")) {
		target, options, _ := strings.Cut(entry.Text(), ":")
		add(writtenMount{Mount: notation.Tmpfs(target, options), entry: entry, unknown: entry.Reason()})
	}
	for _, kind := range []string{"secret", "config"} {
		for _, entry := range r.value.Get(kind + "s").Items() {
			add(grant(kind, entry))
		}
	}
	if on, _ := r.value.Get("use_api_socket").Bool(); on {
		socket := asset.Mount{Type: "bind", Source: engineSocket, Target: engineSocket, Propagation: "rprivate"}
		add(writtenMount{Mount: socket, entry: r.value.Get("use_api_socket")})
	}
	for i, m := range list {
		r.noteMount(index("mounts", i), m)
		r.Mounts = append(r.Mounts, m.Mount)
		if m.name != "" {
			r.used = append(r.used, m)
		}
	}
}

func (r *containerDecoder) noteMount(fact string, m writtenMount) {
	if r.Origins[r.Prefix+"mounts"].Kind == asset.PlatformDefault {
		r.Explicit("mounts", m.entry)
	}
	r.Explicit(fact, m.entry)
	if m.unknown != "" {
		r.Note(fact+".source", m.entry.Unknown(m.unknown))
	}
}

// mount reads one entry of volumes.
func (r *containerDecoder) mount(entry document.Value) (writtenMount, bool) {
	m := writtenMount{entry: entry}
	switch {
	case entry.IsMapping():
		m.Mount = longMount(entry)
		m.unknown = entry.Get("source").Reason()
	case entry.IsUnresolved():
		m.Mount = notation.Bind(entry.Known())
		if strings.Contains(m.Source+m.Target, document.Hole) || m.Source == "" {
			m.unknown = entry.Reason()
		}
	case entry.IsScalar():
		m.Mount = notation.Bind(entry.Text())
	default:
		r.Wrong("mounts", entry, "SOURCE:TARGET or a mapping")
		return m, false
	}
	m.Target = path.Clean(strings.ReplaceAll(m.Target, document.Hole, "${}"))
	if m.Source == document.Hole {
		m.Type = "" // a name or a path: nobody knows
	}
	m.Source = strings.ReplaceAll(m.Source, document.Hole, "${}")
	if m.Type == "bind" {
		m.Source = r.path(entry.WithText(m.Source))
	}
	r.declared(&m)
	return m, true
}

func longMount(entry document.Value) asset.Mount {
	m := asset.Mount{Type: entry.Get("type").Text(), Source: entry.Get("source").Text(), Target: entry.Get("target").Text()}
	if source := entry.Get("source"); source.IsUnresolved() {
		m.Source = source.Known()
	}
	m.ReadOnly, _ = entry.Get("read_only").Bool()
	m.Propagation = entry.At("bind", "propagation").Text()
	if m.Propagation == "" {
		m.Propagation = "rprivate"
	}
	m.Relabel = entry.At("bind", "selinux").Text()
	m.SubPath = entry.At("volume", "subpath").Text()
	if m.SubPath == "" {
		m.SubPath = entry.At("image", "subpath").Text()
	}
	m.Size, _ = notation.Bytes(entry.At("tmpfs", "size").Text())
	if nocopy, _ := entry.At("volume", "nocopy").Bool(); nocopy {
		m.Options = append(m.Options, "nocopy")
	}
	return m
}

// grant reads one entry of secrets or configs.
func grant(kind string, entry document.Value) writtenMount {
	name, target := entry.Text(), ""
	if entry.IsMapping() {
		name, target = entry.Get("source").Text(), entry.Get("target").Text()
	}
	if target == "" {
		target = name
	}
	if !path.IsAbs(target) && kind == "secret" {
		target = "/run/secrets/" + target
	} else if !path.IsAbs(target) {
		target = "/" + target
	}
	mount := asset.Mount{Type: kind, Source: name, Target: target, ReadOnly: true, Propagation: "rprivate"}
	return writtenMount{mount, entry, entry.Reason(), kind + "s", name}
}

// declared follows a volume to its declaration: one whose driver binds a folder
// of the host is a bind mount, and one that mounts a network's share is that.
func (r *containerDecoder) declared(m *writtenMount) {
	if m.Type != "volume" || m.Source == "" {
		return
	}
	m.kind, m.name = "volumes", m.Source
	declaration, known := r.declarations["volumes"][m.Source]
	if !known {
		return
	}
	m.Type = declaration.Type
	if declaration.Type == "bind" {
		m.Source = declaration.Source
	}
	if m.unknown == "" {
		m.unknown = declaration.unknown
	}
}

// declaration is a volume, secret or config that the project declares.
type declaration struct {
	asset.Volume
	key document.Value
	// unknown is the reason why its source is not known.
	unknown string
}

// declare reads the project's volumes, secrets and configs.
func (d *decoder) declare() {
	d.declarations = map[string]map[string]declaration{}
	for _, kind := range []string{"volumes", "secrets", "configs"} {
		d.declarations[kind] = map[string]declaration{}
		for _, field := range d.root.Get(kind).Fields() {
			declared := declaration{key: field.Key}
			if kind == "volumes" {
				declared.Volume, declared.unknown = d.volume(field.Name, field.Value)
			} else {
				declared.Volume = asset.Volume{Name: field.Name, Type: strings.TrimSuffix(kind, "s")}
				if file := field.Value.Get("file"); file.Exists() {
					declared.Source = d.path(file)
				}
			}
			d.declarations[kind][field.Name] = declared
		}
	}
}

// volume reads the declaration of a volume. unknown is the reason why its
// source is not known.
func (d *decoder) volume(name string, v document.Value) (volume asset.Volume, unknown string) {
	volume = asset.Volume{Name: name, Type: "volume", Driver: v.Get("driver").Text()}
	for _, option := range v.Get("driver_opts").Fields() {
		if volume.Options == nil {
			volume.Options = map[string]string{}
		}
		volume.Options[option.Name] = d.shown(option.Value)
	}
	if volume.Driver != "" && volume.Driver != "local" {
		return volume, ""
	}
	device := v.At("driver_opts", "device")
	kind := strings.ToLower(volume.Options["type"])
	words := strings.Split(volume.Options["o"], ",")
	switch {
	case slices.Contains(words, "bind") || slices.Contains(words, "rbind"):
		volume.Type, unknown = "bind", device.Reason()
		if device.Exists() {
			volume.Source = d.path(device)
		}
	case strings.HasPrefix(kind, "nfs"):
		volume.Type = "nfs"
	case kind == "cifs", kind == "smb3":
		volume.Type = "cifs"
	case kind == "tmpfs":
		volume.Type = "tmpfs"
	}
	return volume, unknown
}

// volumes lists the volumes, secrets and configs that a workload mounts, each
// one once.
func (d *decoder) volumes(f document.Facts, w *asset.Workload) {
	f.Note("volumes", asset.Origin{Kind: asset.PlatformDefault})
	seen := map[string]bool{}
	for _, m := range d.used {
		declared, known := d.declarations[m.kind][m.name]
		if !known || seen[m.kind+m.name] {
			continue
		}
		seen[m.kind+m.name] = true
		f.Explicit("volumes", declared.key)
		f.Explicit(index("volumes", len(w.Volumes)), declared.key)
		w.Volumes = append(w.Volumes, declared.Volume)
	}
	d.used = nil
}
