package dockerfile

import "strings"

// splitReference takes an image reference apart as Docker does: a first part
// that could be a host is the registry, else it is Docker Hub's.
func splitReference(reference string) (repository, tag, digest string) {
	name, digest, _ := strings.Cut(reference, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, tag = name[:colon], name[colon+1:]
	}
	host, rest, hasHost := strings.Cut(name, "/")
	switch {
	case hasHost && (strings.ContainsAny(host, ".:") || host == "localhost"):
		if host == "index.docker.io" {
			host = "docker.io"
		}
		if host == "docker.io" && !strings.Contains(rest, "/") {
			rest = "library/" + rest
		}
		return host + "/" + rest, tag, digest
	case hasHost:
		return "docker.io/" + name, tag, digest
	case name == "":
		return "", tag, digest
	}
	return "docker.io/library/" + name, tag, digest
}

// nonRootRepositories are images whose configuration sets a user other than
// root, as their publishers document: a final "/" stands for all below it.
var nonRootRepositories = []string{
	"cgr.dev/chainguard/", "docker.io/chainguard/", "docker.io/bitnami/", "docker.io/bitnamilegacy/",
	"docker.io/bitnamisecure/", "docker.io/nginxinc/nginx-unprivileged", "docker.io/library/elasticsearch",
	"docker.elastic.co/elasticsearch/elasticsearch", "docker.io/library/kibana", "docker.elastic.co/kibana/kibana",
	"docker.io/library/logstash", "docker.io/library/solr", "docker.io/library/jetty", "docker.io/library/groovy",
	"docker.io/library/varnish", "docker.io/library/haproxy", "docker.io/library/memcached",
	"docker.io/library/sonarqube", "docker.io/library/odoo", "docker.io/library/kong",
	"docker.io/library/open-liberty", "docker.io/library/websphere-liberty", "icr.io/appcafe/open-liberty",
	"docker.io/grafana/grafana", "docker.io/grafana/loki", "docker.io/prom/prometheus", "quay.io/prometheus/prometheus",
	"docker.io/jenkins/jenkins", "quay.io/keycloak/keycloak", "docker.io/apache/airflow", "docker.io/curlimages/curl",
	"docker.io/library/rocket.chat", "registry.access.redhat.com/ubi8/nodejs-", "registry.access.redhat.com/ubi9/nodejs-",
	"registry.access.redhat.com/ubi8/python-", "registry.access.redhat.com/ubi9/python-",
	"registry.access.redhat.com/ubi8/openjdk-", "registry.access.redhat.com/ubi9/openjdk-",
}

// Images of .NET 8 and later set APP_UID for the account that they bring
// (https://github.com/dotnet/dotnet-docker, "app" user).
const (
	dotnetRepository = "mcr.microsoft.com/dotnet/"
	dotnetUser       = "1654"
)

// runsAsNonRoot tells whether an image is known to set a user other than root.
func runsAsNonRoot(repository, tag string) bool {
	if strings.HasPrefix(repository, "gcr.io/distroless/") || strings.HasPrefix(tag, "nonroot") || strings.HasSuffix(tag, "-nonroot") {
		return strings.Contains(tag, "nonroot")
	}
	if strings.HasPrefix(repository, dotnetRepository) && strings.Contains(tag, "chiseled") {
		return true
	}
	for _, known := range nonRootRepositories {
		open := strings.HasSuffix(known, "/") || strings.HasSuffix(known, "-")
		if repository == known || open && strings.HasPrefix(repository, known) {
			return !strings.HasSuffix(tag, "-dev") && !strings.HasSuffix(tag, "-root")
		}
	}
	return false
}

// isWindowsImage tells Microsoft's images of Windows by their names.
func isWindowsImage(repository, tag string) bool {
	text := strings.ToLower(repository + ":" + tag)
	for _, word := range []string{"/windows", "nanoserver", "servercore", "windowsservercore"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
