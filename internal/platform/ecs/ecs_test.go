package ecs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"seawall/internal/asset"
	"seawall/internal/platform/ecs"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func decode(t testing.TB, name string) ecs.Resources {
	t.Helper()
	r, err := ecs.Decode(name, read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// check compares facts, by their paths in the JSON of the model, and origins.
type check struct {
	path string
	// want is the fact in JSON, "" for one that only its origin matters of.
	want   string
	origin asset.OriginKind
	line   int
}

func facts[T any](t *testing.T, s asset.Subject[T], checks []check) {
	t.Helper()
	encoded, err := json.Marshal(s.Facts)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		got, _ := json.Marshal(at(tree, c.path))
		if c.want != "" && string(got) != c.want {
			t.Errorf("%s is %s, want %s", c.path, got, c.want)
		}
		origin := s.Origins[c.path]
		if c.origin != "" && origin.Kind != c.origin {
			t.Errorf("%s comes from %q (%s), want %q", c.path, origin.Kind, origin.Reason, c.origin)
		}
		if c.line != 0 && origin.Line != c.line {
			t.Errorf("%s stands in line %d, want %d", c.path, origin.Line, c.line)
		}
		if (origin.Kind == asset.Unknown || origin.Kind == asset.Inexpressible) && origin.Reason == "" {
			t.Errorf("%s is %s without a reason", c.path, origin.Kind)
		}
	}
}

// at follows a path such as containers[0].image.tag.
func at(tree any, path string) any {
	for step := range strings.SplitSeq(strings.NewReplacer("[", ".", "]", "").Replace(path), ".") {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[step]
		case []any:
			index := 0
			for _, c := range step {
				index = index*10 + int(c-'0')
			}
			if index >= len(node) {
				return nil
			}
			tree = node[index]
		}
	}
	return tree
}

func TestTemplate(t *testing.T) {
	r := decode(t, "template.yaml")
	if len(r.TaskDefinitions) != 1 || len(r.Services) != 1 || len(r.Clusters) != 1 || len(r.CapacityProviders) != 1 {
		t.Fatalf("%d task definitions, %d services, %d clusters, %d capacity providers", len(r.TaskDefinitions), len(r.Services), len(r.Clusters), len(r.CapacityProviders))
	}
	facts(t, r.TaskDefinitions[0], []check{
		{"name", `"production-web"`, asset.Explicit, 27},
		{"launchTypes", `["FARGATE"]`, asset.Explicit, 28},
		{"namespaces.network", `"shared"`, asset.Explicit, 29},
		{"task.networkMode", `"awsvpc"`, asset.Explicit, 29},
		{"task.cpu", `1`, asset.Explicit, 30},
		{"task.memory", `2147483648`, asset.Explicit, 31},
		{"task.fargateSize", `true`, asset.Explicit, 31},
		{"identity.taskRole", `"TaskRole.Arn"`, asset.Explicit, 32},
		{"identity.executionRole", `"TaskRole.Arn"`, asset.Explicit, 33},
		{"labels", `{"team":"web"}`, asset.Explicit, 34},
		{"volumes[0].type", `"efs"`, "", 0},
		{"volumes[0].encrypted", `true`, asset.Explicit, 39},
		{"volumes[0].authorized", `true`, asset.Explicit, 40},
		{"containers[0].image.tag", `"1.4.2"`, asset.Explicit, 43},
		{"containers[0].image.repository", "", asset.Unknown, 43},
		{"containers[0].uid", `1000`, asset.Explicit, 0},
		{"containers[0].readOnlyRoot", `true`, asset.Explicit, 0},
		{"containers[0].privileged", `false`, asset.Inexpressible, 0},
		{"containers[0].ports[0].published", `false`, "", 0},
		{"containers[0].env[0].value", "", asset.Unknown, 50},
		{"containers[0].env[1].value", `"production"`, asset.Explicit, 52},
		{"containers[0].env[2].ref", `"Secret"`, asset.Explicit, 54},
		{"containers[0].mounts[0].type", `"efs"`, "", 0},
		{"containers[0].mounts[0].readOnly", `true`, asset.Explicit, 55},
		{"containers[0].logging.options.mode", `"non-blocking"`, "", 0},
		{`containers[0].logging.options["awslogs-group"]`, "", asset.Explicit, 58},
		{"containers[0].resources.memory.limit", `2147483648`, asset.Inherited, 31},
		{"containers[0].resources.cpu.limit", `1`, asset.Inherited, 30},
		{"containers[0].resources.pids.limit", `0`, asset.Inexpressible, 0},
		{"containers[0].healthcheck", "", asset.PlatformDefault, 0},
		{"containers[1].image.tag", "", asset.Unknown, 60},
		{"containers[1].essential", `false`, asset.Explicit, 61},
		{"containers[1].uid", "", asset.Unknown, 0},
	})
	if reason := r.TaskDefinitions[0].Origins["containers[1].image.reference"].Reason; !strings.Contains(reason, "parameter Repository has no default") {
		t.Errorf("the reason is %q", reason)
	}
	facts(t, r.Services[0], []check{
		{"name", `"Service"`, asset.PlatformDefault, 0},
		{"cluster", `"Cluster"`, asset.Explicit, 66},
		{"taskDefinition", `"Task"`, asset.Explicit, 67},
		{"assignPublicIP", `true`, asset.Explicit, 71},
		{"subnets", `["subnet-a","subnet-b"]`, asset.Explicit, 0},
		{"securityGroups", `["Group.GroupId"]`, asset.Explicit, 73},
		{"platformVersion", `"LATEST"`, asset.PlatformDefault, 0},
		{"rollback", `true`, asset.Explicit, 75},
		{"execEnabled", `false`, "", 0},
	})
	facts(t, r.Clusters[0], []check{
		{"containerInsights", `"enhanced"`, asset.Explicit, 79},
		{"exec.logging", `"OVERRIDE"`, asset.Explicit, 83},
		{"exec.logsEncrypted", `true`, asset.Explicit, 84},
		{"exec.key", `"Key.Arn"`, asset.Explicit, 82},
	})
	facts(t, r.CapacityProviders[0], []check{{"terminationProtection", `false`, asset.Explicit, 91}, {"managedScaling", `true`, asset.Explicit, 90}})
}

func TestTerraform(t *testing.T) {
	r, err := ecs.DecodeTerraform([]ecs.File{{Name: "main.tf", Content: read(t, "main.tf")}})
	if err != nil || len(r.TaskDefinitions) != 2 || len(r.Services) != 1 || len(r.Clusters) != 1 {
		t.Fatalf("%d, %d, %d: %v", len(r.TaskDefinitions), len(r.Services), len(r.Clusters), err)
	}
	facts(t, r.TaskDefinitions[0], []check{
		{"name", `"api-task"`, asset.Explicit, 15},
		{"namespaces.network", `"host"`, asset.Explicit, 17},
		{"identity.taskRole", `"aws_iam_role.task.arn"`, asset.Explicit, 18},
		{"labels", `{"team":"api"}`, asset.Explicit, 0},
		{"containers[0].name", `"api"`, asset.Explicit, 6},
		{"containers[0].image.tag", `"2.0"`, asset.Explicit, 0},
		{"containers[0].resources.memory.limit", "", asset.Unknown, 24},
		{"containers[0].resources.cpu.shares", `512`, asset.Explicit, 25},
		{"containers[0].resources.cpu.limit", `0`, asset.PlatformDefault, 0},
		{"containers[0].readOnlyRoot", `true`, asset.Explicit, 26},
		{"containers[0].capabilities.drop", `["ALL"]`, asset.Explicit, 28},
		{"containers[0].resources.memory.swapLimit", "", asset.Explicit, 29},
		{"containers[0].devices", `[{"permissions":"r","source":"/dev/fuse","target":"/dev/fuse"}]`, asset.Explicit, 30},
		{"containers[0].env[0].name", `"A"`, asset.Explicit, 32},
		{"containers[0].mounts[0].source", `"/"`, asset.Explicit, 39},
		{"containers[0].mounts[0].type", `"bind"`, "", 0},
		{"containers[1].name", `"api"`, asset.Explicit, 35},
		{"containers[1].image.repository", `"docker.io/library/busybox"`, asset.Explicit, 35},
		{"volumes[1].encrypted", `false`, asset.Explicit, 45},
	})
	facts(t, r.TaskDefinitions[1], []check{
		{"containers[0].name", `"text"`, asset.Explicit, 56},
		{"containers[0].image.tag", `"v1"`, asset.Explicit, 57},
		{"containers[0].image.repository", "", asset.Unknown, 57},
		{"containers[0].resources.memory.limit", "", asset.Unknown, 58},
		{"containers[0].privileged", `true`, asset.Explicit, 59},
	})
	facts(t, r.Services[0], []check{
		{"cluster", `"aws_ecs_cluster.main.id"`, asset.Explicit, 67},
		{"assignPublicIP", `true`, asset.Explicit, 73},
		{"execEnabled", `true`, asset.Explicit, 70},
		{"loadBalanced", `true`, "", 0},
		{"subnets", `["aws_subnet.a.id"]`, "", 0},
	})
	facts(t, r.Clusters[0], []check{{"containerInsights", `"enabled"`, asset.Explicit, 85}})
}

func TestDescription(t *testing.T) {
	r := decode(t, "task.json")
	facts(t, r.TaskDefinitions[0], []check{
		{"labels", "", asset.Unknown, 0},
		{"namespaces.pid", `"host"`, asset.Explicit, 8},
		{"namespaces.ipc", `"shared"`, asset.Explicit, 9},
		{"namespaces.network", `"private"`, asset.Explicit, 5},
		{"task.fargateSize", "", asset.Inexpressible, 0},
		{"volumes[0].source", `"/var/run/docker.sock"`, asset.Explicit, 12},
		{"volumes[1].source", `"/etc"`, asset.Explicit, 13},
		{"volumes[2].type", `"volume"`, "", 0},
		{"hosts", `[{"address":"10.0.0.5","name":"db"}]`, asset.Explicit, 0},
		{"sysctls", `[{"name":"net.core.somaxconn","value":"512"}]`, asset.Explicit, 0},
		{"containers[0].image.tag", `"latest"`, asset.PlatformDefault, 19},
		{"containers[0].uid", `0`, asset.Explicit, 20},
		{"containers[0].privileged", `true`, asset.Explicit, 21},
		{"containers[0].noNewPrivileges", `true`, asset.Explicit, 23},
		{"containers[0].appArmor.name", `"mine"`, "", 0},
		{"containers[0].selinux.type", `"svirt"`, "", 0},
		{"containers[0].resources.memory.limit", `2147483648`, asset.Inherited, 7},
		{"containers[0].resources.memory.request", `134217728`, asset.Explicit, 22},
		{"containers[0].resources.cpu.limit", `1`, asset.Inherited, 6},
		{"containers[0].resources.sharedMemory", `134217728`, asset.Explicit, 24},
		{"containers[0].resources.ulimits", `[{"hard":2048,"name":"nofile","soft":1024}]`, asset.Explicit, 28},
		{"containers[0].mounts[0].source", `"/var/run/docker.sock"`, asset.Explicit, 12},
		{"containers[0].mounts[1].source", `"plain"`, asset.Explicit, 26},
		{"containers[0].mounts[2].size", `67108864`, asset.Explicit, 24},
		{"containers[0].ports[0].hostPort", `8080`, asset.Explicit, 25},
		{"containers[0].ports[0].hostIP", `"0.0.0.0"`, asset.PlatformDefault, 25},
		{"containers[0].ports[1].port", `9000`, asset.Explicit, 25},
		{"containers[0].healthcheck.set", `true`, "", 0},
		{"containers[0].restart.policy", `"always"`, asset.Explicit, 32},
		{"containers[0].devices[0].source", `"gpu"`, "", 0},
		{"containers[0].volumesFrom", `["other"]`, "", 0},
	})
}

func TestPlan(t *testing.T) {
	r := decode(t, "plan.json")
	if len(r.TaskDefinitions) != 2 || len(r.Clusters) != 1 || len(r.CapacityProviders) != 1 {
		t.Fatalf("%+v", r)
	}
	facts(t, r.TaskDefinitions[0], []check{
		{"containers", "", asset.Unknown, 0}, {"identity.taskRole", `"aws_iam_role.r.arn"`, asset.Explicit, 0}, {"task.fargateSize", `false`, asset.Explicit, 6},
	})
	facts(t, r.TaskDefinitions[1], []check{
		{"containers[0].uid", `1000`, asset.Explicit, 11},
		{"containers[0].env[0].value", `"😀"`, asset.Explicit, 11},
		{"volumes[0].type", `"volume"`, "", 0},
		{"task.fargateSize", `true`, asset.Explicit, 10},
	})
	facts(t, r.Clusters[0], []check{{"containerInsights", `"disabled"`, asset.Explicit, 5}, {"tags", `{"a":"b"}`, asset.Explicit, 5}})
	facts(t, r.CapacityProviders[0], []check{{"terminationProtection", `true`, asset.Explicit, 13}})
}

// TestJSONTemplate has the long form of the functions.
func TestJSONTemplate(t *testing.T) {
	r, err := ecs.Decode("t.json", []byte(`{"Parameters":{"P":{"Type":"String","Default":"a-b"},"S":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/x"}},
"Conditions":{"Loop":{"Condition":"Loop"},"Yes":{"Fn::Equals":["a",{"Fn::Select":[0,{"Fn::Split":["-",{"Ref":"P"}]}]}]}},
"Resources":{"T":{"Type":"AWS::ECS::TaskDefinition","Properties":{"ContainerDefinitions":[{"Fn::If":["Yes",
{"Name":"c","Image":{"Fn::Join":[":",["nginx",{"Fn::Select":["1",{"Fn::Split":["-",{"Ref":"P"}]}]}]]},"Privileged":{"Fn::If":["Loop",true,false]},"User":{"Ref":"S"},
"Command":{"Fn::Sub":["${!Literal} ${V}",{"V":{"Ref":"P"}}]}},{"Ref":"AWS::NoValue"}]},{"Fn::If":["Loop",{"Name":"d"},{"Ref":"AWS::NoValue"}]}]}}}}`))
	if err != nil || len(r.TaskDefinitions) != 1 {
		t.Fatal(err)
	}
	facts(t, r.TaskDefinitions[0], []check{
		{"containers[0].image.reference", `"nginx:b"`, asset.Explicit, 4},
		{"containers[0].privileged", "", asset.Unknown, 4},
		{"containers[0].uid", "", asset.Unknown, 4},
		{"containers[0].command", `["${Literal} a-b"]`, asset.Explicit, 5},
		{"containers[1]", "", asset.Unknown, 5},
	})
}

func TestFargateSizes(t *testing.T) {
	for size, valid := range map[[2]string]bool{
		{"256", "512"}: true, {"256", "4096"}: false, {".25 vCPU", "0.5 GB"}: true, {"1024", "8192"}: true, {"1024", "8193"}: false, {"300", "512"}: false,
		{"8192", "16384"}: true, {"8192", "17408"}: false, {"16 vCPU", "120GB"}: true, {"", ""}: false,
	} {
		r, err := ecs.Decode("t.yaml", []byte("requiresCompatibilities: [FARGATE]\ncpu: '"+size[0]+"'\nmemory: '"+size[1]+"'\ncontainerDefinitions: []\n"))
		if err != nil {
			t.Fatal(err)
		}
		if origin := r.TaskDefinitions[0].Origins["task.fargateSize"]; r.TaskDefinitions[0].Facts.Task.FargateSize != valid && origin.Kind == asset.Explicit {
			t.Errorf("%v: got %v, want %v", size, !valid, valid)
		}
	}
}

func TestAWrongTypeSpoilsItsOwnFactOnly(t *testing.T) {
	r, err := ecs.Decode("t.json", []byte(`{"family":"f","cpu":"lots","containerDefinitions":[{"name":"c","memory":"much","privileged":[1],"user":{},"environment":"x","readonlyRootFilesystem":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	facts(t, r.TaskDefinitions[0], []check{
		{"task.cpu", "", asset.Unknown, 1},
		{"containers[0].resources.memory.limit", "", asset.Unknown, 1},
		{"containers[0].privileged", "", asset.Unknown, 1},
		{"containers[0].user", "", asset.Unknown, 1},
		{"containers[0].env", "", asset.Unknown, 1},
		{"containers[0].readOnlyRoot", "true", asset.Explicit, 1},
		{"containers[0].resources.cpu.limit", "", asset.Unknown, 1},
	})
}

func TestErrorsNameThePlace(t *testing.T) {
	if _, err := ecs.Decode("x.json", []byte(`{"a":1}`)); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("got %v", err)
	}
	r, err := ecs.DecodeTerraform([]ecs.File{{Name: "a.tf", Content: []byte("resource \"aws_ecs_cluster\" \"x\" {\n  name = \"x\"\n}\nresource {{\n")}})
	if err == nil || !strings.Contains(err.Error(), "a.tf: line 4") || len(r.Clusters) != 1 {
		t.Errorf("got %v, %d clusters", err, len(r.Clusters))
	}
	if _, err := ecs.DecodeTerraform([]ecs.File{{Name: "a.tf", Content: []byte("a = " + strings.Repeat("[", 1e6))}}); err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("got %v", err)
	}
	r, err = ecs.DecodeTerraform([]ecs.File{{Name: "a.tf", Content: []byte("locals {\n a = local.b\n b = local.a\n}\nresource \"aws_ecs_task_definition\" \"x\" {\n family = local.a\n container_definitions = \"{\"\n}\n")}})
	if err != nil || r.TaskDefinitions[0].Origins["containers"].Kind != asset.Unknown {
		t.Errorf("got %v, %+v", err, r.TaskDefinitions[0].Origins)
	}
}

func TestLongParametersDoNotMultiply(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	r, err := ecs.Decode("t.yaml", []byte("Parameters: {P: {Type: String, Default: "+long+"}}\nResources: {T: {Type: 'AWS::ECS::TaskDefinition', Properties: {ContainerDefinitions: [{Name: c, Command: ["+
		strings.Repeat("!Sub '${P}${P}${P}${P}', ", 1000)+"]}]}}}"))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, argument := range r.TaskDefinitions[0].Facts.Containers[0].Command {
		total += len(argument)
	}
	if total > 64<<20 {
		t.Errorf("the commands have %d bytes", total)
	}
}

// TestTerraformThatGrows has modules of a few lines that would fill the memory.
func TestTerraformThatGrows(t *testing.T) {
	doubling := "locals {\n a0 = \"xxxxxxxx\"\n"
	for i := range 60 {
		doubling += fmt.Sprintf(" a%d = \"${local.a%d}${local.a%d}\"\n", i+1, i, i)
	}
	for name, expression := range map[string]string{
		"doubling": "local.a60", "loops": "[for a in local.l : [for b in local.l : [for c in local.l : [for d in local.l : a]]]]",
		"width": "format(\"%999999999d\", 1)", "joins": "join(join(local.a9, local.l), local.l)",
	} {
		start := time.Now()
		source := doubling + " l = [" + strings.Repeat("1, ", 1000) + "]\n}\nresource \"aws_ecs_task_definition\" \"x\" {\n family = " + expression + "\n}\n"
		r, err := ecs.DecodeTerraform([]ecs.File{{Name: "a.tf", Content: []byte(source)}})
		if err != nil || len(r.TaskDefinitions) != 1 || len(r.TaskDefinitions[0].Facts.Name) > 1000 {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s took %v", name, time.Since(start))
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"template.yaml", "task.json", "plan.json"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(_ *testing.T, content []byte) { _, _ = ecs.Decode("x", content) })
}

func FuzzTerraform(f *testing.F) {
	f.Add(read(f, "main.tf"))
	f.Add([]byte("locals {\n a = local.a\n}"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		_, _ = ecs.DecodeTerraform([]ecs.File{{Name: "x.tf", Content: content}})
	})
}

func BenchmarkTemplate(b *testing.B) {
	content := read(b, "template.yaml")
	for b.Loop() {
		if _, err := ecs.Decode("template.yaml", content); err != nil {
			b.Fatal(err)
		}
	}
}
