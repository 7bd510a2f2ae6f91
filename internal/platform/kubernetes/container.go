package kubernetes

import (
	"strconv"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// container fills in one container of a pod.
type container struct {
	pod *pod
	// v is the container, context its security context.
	v, context document.Value
	f          document.Facts
	c          asset.Container
}

func (c *container) decode() {
	c.f.Text("name", c.v.Get("name"), &c.c.Name)
	notation.Image(c.f, c.v.Get("image"), &c.c.Image)
	c.pullPolicy()
	c.c.Labels = c.pod.w.Labels
	c.user()
	c.privileges()
	c.profiles()
	c.resources()
	c.mounts()
	c.ports()
	c.env()
	c.f.Texts("entrypoint", c.v.Get("command"), &c.c.Entrypoint)
	c.f.Texts("command", c.v.Get("args"), &c.c.Command)
	c.f.Text("workingDir", c.v.Get("workingDir"), &c.c.WorkingDir)
	c.probes()
	c.restart()
	c.inherited("runtime", document.Value{}, c.pod.spec.Get("runtimeClassName"), func(v document.Value) { c.f.Text("runtime", v, &c.c.Runtime) })
	c.inherited("dns", document.Value{}, c.pod.spec.At("dnsConfig", "nameservers"), func(v document.Value) { c.f.Texts("dns", v, &c.c.DNS) })
	c.inexpressible()
}

// inherited reads a setting of the container, or else that of the pod, or else
// leaves the default.
func (c *container) inherited(path string, own, pods document.Value, read func(document.Value)) {
	switch {
	case own.Exists():
		read(own)
	case pods.Exists():
		read(pods)
		if origin := c.f.Origins[c.f.Prefix+path]; origin.Kind == asset.Explicit {
			origin.Kind = asset.Inherited
			c.f.Note(path, origin)
		}
	default:
		c.f.Default(path, own.Or(c.context.Or(c.v)))
	}
}

// pullPolicy fills in the API's default: Always for the tag latest.
func (c *container) pullPolicy() {
	image := &c.c.Image
	if v := c.v.Get("imagePullPolicy"); v.Exists() {
		c.f.Text("image.pullPolicy", v, &image.PullPolicy)
		return
	}
	image.PullPolicy = "IfNotPresent"
	if image.Tag == "latest" && image.Digest == "" {
		image.PullPolicy = "Always"
	}
	c.f.Default("image.pullPolicy", c.v)
}

// user reads runAsUser, runAsGroup and runAsNonRoot; the container's win.
func (c *container) user() {
	pods := c.pod.spec.Get("securityContext")
	c.c.UID, c.c.User = c.id("uid", "user", "runAsUser", pods, "no user is written, so the image decides")
	c.c.GID, c.c.Group = c.id("gid", "group", "runAsGroup", pods, "no group is written, so the image decides")
	name := c.context.At("windowsOptions", "runAsUserName")
	if !name.Exists() {
		name = pods.At("windowsOptions", "runAsUserName")
	}
	if c.pod.w.OS == "windows" && name.IsScalar() {
		c.f.Text("user", name, &c.c.User)
		c.f.Note("uid", name.Unknown("Windows has no user numbers"))
	}
	c.inherited("mustNotBeRoot", c.context.Get("runAsNonRoot"), pods.Get("runAsNonRoot"), func(v document.Value) {
		c.f.Bool("mustNotBeRoot", v, &c.c.MustNotBeRoot)
	})
	c.groups(pods)
}

// id reads a number that the image decides if it is not written.
func (c *container) id(number, text, key string, pods document.Value, reason string) (id int64, written string) {
	own, inherited := c.context.Get(key), pods.Get(key)
	if !own.Exists() && !inherited.Exists() {
		place := own.Or(c.context.Or(c.v))
		c.f.Default(text, place)
		c.f.Note(number, place.Unknown(reason))
		return 0, ""
	}
	c.inherited(number, own, inherited, func(v document.Value) { c.f.Int(number, v, &id) })
	origin := c.f.Origins[c.f.Prefix+number]
	c.f.Note(text, origin)
	if origin.Kind == asset.Unknown {
		return 0, ""
	}
	return id, strconv.FormatInt(id, 10)
}

// groups are the pod's alone.
func (c *container) groups(pods document.Value) {
	c.f.Default("groups", pods.Or(c.v))
	groups := pods.Get("supplementalGroups").Texts()
	if fs := pods.Get("fsGroup"); fs.IsScalar() {
		groups = append(groups, fs.Text())
	}
	if len(groups) > 0 {
		c.c.Groups = groups
		c.f.Note("groups", pods.Origin(asset.Inherited))
	}
}

func (c *container) privileges() {
	c.truth("privileged", c.context.Get("privileged"), &c.c.Privileged)
	c.truth("readOnlyRoot", c.context.Get("readOnlyRootFilesystem"), &c.c.ReadOnlyRoot)
	escalation := true
	c.truth("noNewPrivileges", c.context.Get("allowPrivilegeEscalation"), &escalation)
	c.c.NoNewPrivileges = !escalation
	capabilities := c.context.Get("capabilities")
	c.f.Default("capabilities.add", capabilities.Or(c.context.Or(c.v)))
	c.f.Default("capabilities.drop", capabilities.Or(c.context.Or(c.v)))
	notation.Capabilities(c.f, "capabilities.add", capabilities.Get("add"), &c.c.Capabilities.Add)
	notation.Capabilities(c.f, "capabilities.drop", capabilities.Get("drop"), &c.c.Capabilities.Drop)
	var mount string
	proc := c.context.Get("procMount")
	if c.f.Default("procUnmasked", proc.Or(c.context.Or(c.v))); proc.Exists() {
		c.f.Text("procUnmasked", proc, &mount)
	}
	c.c.ProcUnmasked = mount == "Unmasked"
	own, pods := c.context.At("windowsOptions", "hostProcess"), c.pod.spec.At("securityContext", "windowsOptions", "hostProcess")
	c.inherited("hostProcess", own, pods, func(v document.Value) { c.f.Bool("hostProcess", v, &c.c.HostProcess) })
}

func (c *container) truth(path string, v document.Value, into *bool) {
	if v.Exists() {
		c.f.Bool(path, v, into)
		return
	}
	c.f.Default(path, v.Or(c.context.Or(c.v)))
}

// restart reads the pod's policy; a sidecar's own is Always.
func (c *container) restart() {
	c.c.Restart.Policy = "always"
	v := c.pod.spec.Get("restartPolicy")
	if c.c.Role == asset.RoleSidecar {
		v = c.v.Get("restartPolicy")
	}
	c.inherited("restart.policy", c.v.Get("restartPolicy"), v, func(v document.Value) {
		document.Parsed(c.f, "restart.policy", v, &c.c.Restart.Policy, "Always, OnFailure or Never", restartPolicy)
	})
	backoff := c.pod.job.Get("backoffLimit")
	if c.pod.w.Kind != "Job" && c.pod.w.Kind != "CronJob" {
		c.f.Inexpressible("Kubernetes has no limit for restarts: it waits longer before each, up to five minutes", "restart.maxRetries")
		return
	}
	c.c.Restart.MaxRetries = 6
	c.f.Default("restart.maxRetries", backoff.Or(c.pod.job))
	c.f.Int("restart.maxRetries", backoff, &c.c.Restart.MaxRetries)
}

func restartPolicy(text string) (string, error) {
	policy := map[string]string{"Always": "always", "OnFailure": "on-failure", "Never": "no"}[text]
	if policy == "" {
		return "", strconv.ErrSyntax
	}
	return policy, nil
}

func (c *container) inexpressible() {
	c.f.Inexpressible("Kubernetes cannot limit the processes of a container: set podPidsLimit in the kubelet's configuration", "resources.pids.limit")
	c.f.Inexpressible("Kubernetes has no ulimits: set the container runtime's defaults on the node", "resources.ulimits")
	c.f.Inexpressible("Kubernetes leaves swap to the kubelet: set memorySwap in its configuration", "resources.memory.swapLimit")
	c.f.Inexpressible("Kubernetes derives CPU shares from requests.cpu", "resources.cpu.shares")
	c.f.Inexpressible("Kubernetes leaves the choice of processors to the kubelet: set its cpuManagerPolicy", "resources.cpu.set")
	c.f.Inexpressible("Kubernetes derives what is killed first from requests and limits", "oom")
	c.f.Inexpressible("the kubelet decides on cgroups: set its cgroupRoot", "cgroupParent")
	c.f.Inexpressible("Kubernetes adds no init process: the image must bring one, or set shareProcessNamespace", "init")
	c.f.Inexpressible("the kubelet decides on logs: set its containerLogMaxSize", "logging")
	c.f.Inexpressible("Kubernetes publishes no port by itself", "publishAll")
	c.f.Inexpressible("Kubernetes has no links between containers: use a Service", "links")
	c.f.Inexpressible("Kubernetes shares volumes by name", "volumesFrom")
	if _, mounted := c.mountAt("/dev/shm"); !mounted {
		c.f.Inexpressible("Kubernetes cannot size /dev/shm itself: mount an emptyDir with medium Memory and sizeLimit there", "resources.sharedMemory")
	}
}
