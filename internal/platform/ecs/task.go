package ecs

import (
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// task fills in one task definition.
type task struct {
	v       document.Value
	f       document.Facts
	w       asset.Workload
	fargate bool
	windows bool
	// cpu and memory are the task's own limits.
	cpu, memory document.Value
}

// taskDefinition reads a task definition. Its tags stand beside it in the
// API's description, else in it. absent is what it means that there are none:
// a description without them was made without --include TAGS.
func (r *Resources) taskDefinition(v, tagged document.Value, absent asset.OriginKind) {
	t := &task{v: v, f: document.Facts{Origins: map[string]asset.Origin{}}}
	t.f.Explicit("", v)
	t.w.Platform, t.w.Kind, t.w.OS = asset.PlatformECS, "task definition", "linux"
	name(t.f, "name", get(v, "family"), &t.w.Name)
	t.launch()
	t.size()
	name(t.f, "identity.taskRole", get(v, "taskRoleArn"), &t.w.Identity.TaskRole)
	name(t.f, "identity.executionRole", get(v, "executionRoleArn"), &t.w.Identity.ExecutionRole)
	t.tags(tagged, absent)
	t.namespaces()
	t.volumes()
	t.containers()
	t.inexpressible()
	r.TaskDefinitions = append(r.TaskDefinitions, asset.Subject[asset.Workload]{Facts: t.w, Origins: t.f.Origins})
}

// launch reads where it may run and on which system.
func (t *task) launch() {
	types := get(t.v, "requiresCompatibilities")
	t.f.Texts("launchTypes", types, &t.w.LaunchTypes)
	for i, launch := range t.w.LaunchTypes {
		t.w.LaunchTypes[i] = strings.ToUpper(launch)
	}
	t.fargate = slices.Contains(t.w.LaunchTypes, "FARGATE")
	if !types.Exists() {
		t.f.Default("launchTypes", t.v)
	}
	family := get(t.v, "runtimePlatform", "operatingSystemFamily")
	t.windows = strings.HasPrefix(strings.ToUpper(family.Text()), "WINDOWS")
	if t.windows {
		t.w.OS = "windows"
	}
	if !t.f.Unresolved("os", family) && !family.Exists() {
		t.f.Default("os", t.v)
	}
}

func (t *task) tags(tagged document.Value, absent asset.OriginKind) {
	v := first(get(tagged, "tags"), get(t.v, "tags"))
	tags(t.f, "labels", v, &t.w.Labels)
	tags(t.f, "labels", get(t.v, "tagsAll"), &t.w.Labels) // Terraform's plan has the provider's default tags here
	described := get(t.v, "taskDefinitionArn").Exists()
	if !v.Exists() && described && absent == asset.Unknown {
		t.f.Note("labels", t.v.Unknown("a description shows tags only if it was asked for with --include TAGS"))
	}
}

func (t *task) namespaces() {
	n := &t.w.Namespaces
	mode := get(t.v, "networkMode")
	t.f.Text("task.networkMode", mode, &t.w.Task.NetworkMode)
	if !mode.Exists() {
		t.w.Task.NetworkMode = "bridge"
		if t.windows {
			t.w.Task.NetworkMode = "default"
		}
		t.f.Default("task.networkMode", t.v)
	}
	networks := map[string]string{"host": "host", "none": "none", "awsvpc": "shared"}
	if n.Network = networks[t.w.Task.NetworkMode]; n.Network == "" {
		n.Network = "private"
	}
	t.f.Note("namespaces.network", t.f.Origins["task.networkMode"])
	t.sharing("pid", "pidMode", &n.PID)
	t.sharing("ipc", "ipcMode", &n.IPC)
	if t.fargate {
		t.f.Inexpressible("Fargate has no ipcMode: each container has its own", "namespaces.ipc")
	}
}

// sharing reads host, task (shared by the containers) or none.
func (t *task) sharing(fact, field string, into *string) {
	v := get(t.v, field)
	t.f.Text("namespaces."+fact, v, into)
	switch *into {
	case "":
		*into = "private"
		if !v.Exists() {
			t.f.Default("namespaces."+fact, t.v)
		}
	case "task":
		*into = "shared"
	}
}

func (t *task) containers() {
	definitions := get(t.v, "containerDefinitions")
	if !definitions.IsList() {
		t.f.Wrong("containers", definitions, "a list of container definitions")
		return
	}
	for _, v := range definitions.Items() {
		at := document.Index("containers", len(t.w.Containers))
		t.w.Containers = append(t.w.Containers, asset.Container{Role: asset.RoleMain})
		if t.f.Unresolved(at, v) {
			continue
		}
		t.f.Explicit(at, v)
		c := &container{task: t, v: v, f: t.f.Under(at + "."), c: &t.w.Containers[len(t.w.Containers)-1]}
		c.decode()
	}
}

// inexpressible says which facts of the model a task definition has no word for.
func (t *task) inexpressible() {
	t.f.Inexpressible("ECS gives every container its own UTS and cgroup namespace", "namespaces.uts", "namespaces.cgroup")
	t.f.Inexpressible("ECS cannot choose a user namespace: set userns-remap on the instances' engine", "namespaces.user")
	t.f.Inexpressible("only Kubernetes has service accounts", "identity.serviceAccount", "identity.tokenMounted")
	t.f.Inexpressible("only Kubernetes has pods", "pod")
	t.f.Inexpressible("ECS chooses networks in the service", "networks")
}
