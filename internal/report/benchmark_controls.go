package report

// benchmark is a list of controls that rules refer to.
type benchmark struct {
	name, title string
	// includes are the names of the references that stand for its controls.
	includes []string
	// overridden are the controls among them that stricter ones take the place of.
	overridden []string
	controls   []benchmarkControl
}

type benchmarkControl struct{ id, title string }

func benchmarkNamed(name string) *benchmark {
	for i := range benchmarks {
		if benchmarks[i].name == name {
			return &benchmarks[i]
		}
	}
	return &benchmark{name: name, includes: []string{name}}
}

// The numbers are the sources' own and the titles are in our words: the checks of
// k8s.io/pod-security-admission for the Pod Security Standards; NIST SP 800-190,
// section 4 (countermeasures); the OWASP Docker Security Cheat Sheet (R) and the
// OWASP Docker Top 10 (D).
var benchmarks = []benchmark{
	{"pss-baseline", "Pod Security Standards, baseline", []string{"pss-baseline"}, nil, pssBaseline},
	{"pss-restricted", "Pod Security Standards, restricted", []string{"pss-baseline", "pss-restricted"}, pssOverridden, pssRestricted},
	{"nist-800-190", "NIST SP 800-190, application container security", []string{"nist-800-190"}, nil, nist800190},
	{"owasp-docker", "OWASP Docker security", []string{"owasp-docker"}, nil, owaspDocker},
}

var pssBaseline = []benchmarkControl{
	{"appArmorProfile", "AppArmor is not switched off"},
	{"capabilities_baseline", "No capability beyond the usual ones is added"},
	{"hostNamespaces", "The host's network, processes and IPC are not shared"},
	{"hostPathVolumes", "No folder of the host is mounted"},
	{"hostPorts", "No port of the host is taken"},
	{"hostProbesAndHostLifecycle", "Probes and hooks connect to the pod alone"},
	{"privileged", "No container is privileged"},
	{"procMount", "/proc is masked"},
	{"seccompProfile_baseline", "Seccomp is not switched off"},
	{"seLinuxOptions", "SELinux labels are the usual ones"},
	{"sysctls", "Only safe kernel parameters are set"},
	{"windowsHostProcess", "No Windows container runs on the host"},
}

// pssOverridden are the checks of baseline that restricted has a check of its own
// in place of: its evaluator does not ask them then, which tells on Windows pods.
var pssOverridden = []string{"capabilities_baseline", "hostPathVolumes", "procMount", "seccompProfile_baseline"}

var pssRestricted = []benchmarkControl{
	{"appArmorProfile", "AppArmor is not switched off"},
	{"hostNamespaces", "The host's network, processes and IPC are not shared"},
	{"hostPorts", "No port of the host is taken"},
	{"hostProbesAndHostLifecycle", "Probes and hooks connect to the pod alone"},
	{"privileged", "No container is privileged"},
	{"seLinuxOptions", "SELinux labels are the usual ones"},
	{"sysctls", "Only safe kernel parameters are set"},
	{"windowsHostProcess", "No Windows container runs on the host"},
	{"allowPrivilegeEscalation", "No process can gain privileges"},
	{"capabilities_restricted", "All capabilities are dropped; only NET_BIND_SERVICE is added back"},
	{"procMount_restricted", "/proc is masked, in pods with a user namespace too"},
	{"restrictedVolumes", "Only volumes of the core types are mounted"},
	{"runAsNonRoot", "Containers must not run as root"},
	{"runAsUser", "No uid 0 is asked for"},
	{"seccompProfile_restricted", "A seccomp profile is asked for"},
}

var nist800190 = []benchmarkControl{
	{"4.1.1", "Vulnerabilities in images"},
	{"4.1.2", "Configuration defects of images"},
	{"4.1.3", "Malware in images"},
	{"4.1.4", "Secrets in images"},
	{"4.1.5", "Images that are not trusted"},
	{"4.2.1", "Insecure connections to registries"},
	{"4.2.2", "Stale images in registries"},
	{"4.2.3", "Authentication and rights at registries"},
	{"4.3.1", "Administrators' access to the orchestrator"},
	{"4.3.2", "Unauthorized access to the orchestrator"},
	{"4.3.3", "Separation of traffic between containers"},
	{"4.3.4", "Separation of workloads by sensitivity"},
	{"4.3.5", "Trust between the orchestrator's nodes"},
	{"4.4.1", "Vulnerabilities of the runtime"},
	{"4.4.2", "Network access of containers"},
	{"4.4.3", "Configuration of the runtime"},
	{"4.4.4", "Vulnerabilities of the application"},
	{"4.4.5", "Rogue containers"},
	{"4.5.1", "Attack surface of the host"},
	{"4.5.2", "The kernel that all containers share"},
	{"4.5.3", "Vulnerabilities of the host's components"},
	{"4.5.4", "Users' rights on the host"},
	{"4.5.5", "Tampering with the host's file system"},
	{"4.6", "Hardware that vouches for what is booted"},
}

var owaspDocker = []benchmarkControl{
	{"R0", "Host and engine are up to date"},
	{"R1", "The engine's socket is not exposed"},
	{"R2", "A user other than root is set"},
	{"R3", "Capabilities are limited"},
	{"R4", "Privileges cannot be gained"},
	{"R5", "Containers reach only what they need of each other"},
	{"R6", "Seccomp, AppArmor or SELinux are in use"},
	{"R7", "Memory, CPU, processes, files and restarts are limited"},
	{"R8", "File systems and volumes are read-only"},
	{"R9", "Images are scanned in the pipeline"},
	{"R10", "The engine logs enough"},
	{"R11", "The engine runs without root"},
	{"R12", "Secrets are kept as secrets"},
	{"R13", "The supply chain is secured"},
	{"D01", "Users are mapped safely"},
	{"D02", "Patches are managed"},
	{"D03", "Networks are segmented"},
	{"D04", "Defaults are secure and hardened"},
	{"D05", "Security contexts are kept apart"},
	{"D06", "Secrets are protected"},
	{"D07", "Resources are protected"},
	{"D08", "Images are whole and of known origin"},
	{"D09", "Containers do not change"},
	{"D10", "There are logs"},
}
