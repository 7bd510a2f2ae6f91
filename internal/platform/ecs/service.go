package ecs

import (
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// service reads a service or a task set.
func (r *Resources) service(v document.Value, kind string) {
	f := document.Facts{Origins: map[string]asset.Origin{}}
	f.Explicit("", v)
	s := asset.ECSService{Kind: kind, OS: "linux"}
	name(f, "name", first(get(v, "serviceName"), get(v, "name"), get(v, "externalId")), &s.Name)
	name(f, "cluster", first(get(v, "clusterArn"), get(v, "cluster")), &s.Cluster)
	name(f, "taskDefinition", get(v, "taskDefinition"), &s.TaskDefinition)
	launch(f, v, &s)
	network(f, v, &s)
	deployment(f, v, &s)
	f.Bool("execEnabled", first(get(v, "enableExecuteCommand"), get(v, "enableExecute")), &s.ExecEnabled)
	balancers, connect := first(get(v, "loadBalancers"), get(v, "loadBalancer")), get(v, "serviceConnectConfiguration")
	s.LoadBalanced = hasContent(balancers) || truth(get(connect, "enabled"))
	f.Unresolved("loadBalanced", balancers)
	name(f, "role", first(get(v, "role"), get(v, "roleArn"), get(v, "iamRole")), &s.Role)
	tagged(f, v, &s.Tags)
	r.Services = append(r.Services, asset.Subject[asset.ECSService]{Facts: s, Origins: f.Origins})
}

// tagged reads tags, of which a description may be silent.
func tagged(f document.Facts, v document.Value, into *map[string]string) {
	written := first(get(v, "tagsAll"), get(v, "tags"))
	tags(f, "tags", written, into)
	if !written.Exists() && (get(v, "serviceArn").Exists() || get(v, "status").Exists()) {
		f.Note("tags", v.Unknown("a description shows tags only if it was asked for with --include TAGS"))
	}
}

func launch(f document.Facts, v document.Value, s *asset.ECSService) {
	f.Text("launchType", get(v, "launchType"), &s.LaunchType)
	strategy := get(v, "capacityProviderStrategy")
	document.Items(f, "capacityProviders", strategy, &s.CapacityProviders, func(_ document.Facts, v document.Value) string {
		return get(v, "capacityProvider").Text()
	})
	if s.LaunchType == "" && !get(v, "launchType").Exists() && !strategy.Exists() {
		f.Note("launchType", v.Unknown("no launch type is written, so the cluster's default capacity providers decide"))
	}
	version := get(v, "platformVersion")
	f.Text("platformVersion", version, &s.PlatformVersion)
	if !version.Exists() {
		s.PlatformVersion = "LATEST"
		f.Default("platformVersion", v)
	}
	if strings.HasPrefix(strings.ToUpper(get(v, "platformFamily").Text()), "WINDOWS") {
		s.OS = "windows"
	}
}

// network reads the settings of awsvpc; Terraform leaves one level out.
func network(f document.Facts, v document.Value, s *asset.ECSService) {
	configuration := get(v, "networkConfiguration")
	inner := first(get(configuration, "awsvpcConfiguration"), configuration)
	public := get(inner, "assignPublicIp")
	enabled(f, "assignPublicIP", public, &s.AssignPublicIP)
	if !public.Exists() {
		f.Default("assignPublicIP", first(inner, v))
	}
	names(f, "subnets", get(inner, "subnets"), &s.Subnets)
	names(f, "securityGroups", get(inner, "securityGroups"), &s.SecurityGroups)
}

func deployment(f document.Facts, v document.Value, s *asset.ECSService) {
	s.Replicas, s.Scheduling, s.Controller = 1, "REPLICA", "ECS"
	f.Int("replicas", get(v, "desiredCount"), &s.Replicas)
	if !get(v, "desiredCount").Exists() {
		f.Default("replicas", v)
	}
	f.Text("scheduling", get(v, "schedulingStrategy"), &s.Scheduling)
	f.Text("controller", get(v, "deploymentController", "type"), &s.Controller)
	breaker := first(get(v, "deploymentConfiguration", "deploymentCircuitBreaker"), get(v, "deploymentCircuitBreaker"))
	f.Bool("circuitBreaker", get(breaker, "enable"), &s.CircuitBreaker)
	f.Bool("rollback", get(breaker, "rollback"), &s.Rollback)
	if !breaker.Exists() {
		f.Default("circuitBreaker", v)
	}
}

// cluster reads a cluster with the settings that CloudFormation and Terraform
// write under other names.
func (r *Resources) cluster(v document.Value) {
	f := document.Facts{Origins: map[string]asset.Origin{}}
	f.Explicit("", v)
	var c asset.ECSCluster
	name(f, "name", first(get(v, "clusterName"), get(v, "name")), &c.Name)
	insights(f, v, &c)
	execution(f, v, &c.Exec)
	names(f, "capacityProviders", get(v, "capacityProviders"), &c.CapacityProviders)
	tagged(f, v, &c.Tags)
	r.Clusters = append(r.Clusters, asset.Subject[asset.ECSCluster]{Facts: c, Origins: f.Origins})
}

// insights reads the setting containerInsights; where it is not written the
// account's default counts, which AWS ships as disabled.
func insights(f document.Facts, v document.Value, c *asset.ECSCluster) {
	settings := first(get(v, "clusterSettings"), get(v, "settings"), get(v, "setting"))
	described := get(v, "clusterArn").Exists() && !settings.Exists()
	c.ContainerInsights = "disabled"
	origin := v.Origin(asset.PlatformDefault)
	origin.Reason = "the account's own default may switch it on"
	f.Note("containerInsights", origin)
	if described {
		f.Note("containerInsights", v.Unknown("a description shows settings only if it was asked for with --include SETTINGS"))
	}
	f.Unresolved("containerInsights", settings)
	for _, setting := range settings.Items() {
		if setting.IsUnresolved() {
			f.Unresolved("containerInsights", setting)
		} else if get(setting, "name").Text() == "containerInsights" {
			f.Text("containerInsights", get(setting, "value"), &c.ContainerInsights)
		}
	}
}

// execution reads executeCommandConfiguration.
func execution(f document.Facts, v document.Value, e *asset.ECSExec) {
	exec := get(v, "configuration", "executeCommandConfiguration")
	logs := get(exec, "logConfiguration")
	mode := get(exec, "logging")
	e.Logging = "DEFAULT"
	f.Text("exec.logging", mode, &e.Logging)
	if !mode.Exists() {
		f.Default("exec.logging", first(exec, v))
	}
	name(f, "exec.key", get(exec, "kmsKeyId"), &e.Key)
	name(f, "exec.logGroup", get(logs, "cloudWatchLogGroupName"), &e.LogGroup)
	name(f, "exec.bucket", get(logs, "s3BucketName"), &e.Bucket)
	group := first(get(logs, "cloudWatchEncryptionEnabled"), get(logs, "s3EncryptionEnabled"), get(logs, "s3BucketEncryptionEnabled"))
	f.Bool("exec.logsEncrypted", group, &e.LogsEncrypted)
	if get(v, "clusterArn").Exists() && !exec.Exists() {
		f.Note("exec", v.Unknown("a description shows this only if it was asked for with --include CONFIGURATIONS"))
	}
}

func (r *Resources) capacityProvider(v document.Value) {
	group := get(v, "autoScalingGroupProvider")
	if !hasContent(group) {
		return // FARGATE and FARGATE_SPOT, or managed instances: nothing to protect
	}
	f := document.Facts{Origins: map[string]asset.Origin{}}
	f.Explicit("", v)
	var p asset.ECSCapacityProvider
	name(f, "name", get(v, "name"), &p.Name)
	f.Default("terminationProtection", group)
	enabled(f, "terminationProtection", get(group, "managedTerminationProtection"), &p.TerminationProtection)
	enabled(f, "managedScaling", get(group, "managedScaling", "status"), &p.ManagedScaling)
	tagged(f, v, &p.Tags)
	r.CapacityProviders = append(r.CapacityProviders, asset.Subject[asset.ECSCapacityProvider]{Facts: p, Origins: f.Origins})
}
