package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes files that are right in most lines and wrong in some.
type generator struct{ *rand.Rand }

var images = []string{"nginx:1.27.2", "redis:7.4", "ghcr.io/example/api:2.3.1", "postgres:17.2", "node", "registry.example.com/worker:latest"}

func (g *generator) image() string { return images[g.IntN(len(images))] }

// often gives a text three times in four.
func (g *generator) often(text string) string {
	if g.IntN(4) == 0 {
		return ""
	}
	return text
}

// seldom gives a text once in eight.
func (g *generator) seldom(text string) string {
	if g.IntN(8) > 0 {
		return ""
	}
	return text
}

func (g *generator) deployment(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app%d\n  namespace: team%d\n  labels: {app: app%[1]d}\nspec:\n  replicas: %d\n", i, i%20, 1+g.IntN(4))
	fmt.Fprintf(&b, "  selector:\n    matchLabels: {app: app%d}\n  template:\n    metadata:\n      labels: {app: app%[1]d}\n    spec:\n%s%s", i,
		g.often("      automountServiceAccountToken: false\n"), g.seldom("      hostNetwork: true\n"))
	b.WriteString(g.often("      securityContext:\n        runAsNonRoot: true\n        runAsUser: 10001\n        seccompProfile: {type: RuntimeDefault}\n"))
	b.WriteString("      containers:\n")
	for c := range 1 + g.IntN(3) {
		fmt.Fprintf(&b, "        - name: c%d\n          image: %s\n          ports:\n            - containerPort: %d\n", c, g.image(), 8080+c)
		b.WriteString(g.often("          resources:\n            requests: {cpu: 100m, memory: 128Mi}\n            limits: {cpu: 500m, memory: 256Mi}\n"))
		b.WriteString(g.often("          securityContext:\n            allowPrivilegeEscalation: false\n            readOnlyRootFilesystem: true\n            capabilities: {drop: [ALL]}\n"))
		b.WriteString(g.seldom("          env:\n            - name: DATABASE_PASSWORD\n              value: correct-horse\n"))
		b.WriteString(g.often("          livenessProbe:\n            httpGet: {path: /health, port: 8080}\n          readinessProbe:\n            httpGet: {path: /ready, port: 8080}\n"))
	}
	return b.String()
}

func (g *generator) service(i int) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata: {name: app%d, namespace: team%d}\nspec:\n  selector: {app: app%[1]d}\n  ports: [{port: 80, targetPort: 8080}]\n", i, i%20)
}

func (g *generator) compose(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: app%d\nservices:\n", i)
	for c := range 1 + g.IntN(4) {
		fmt.Fprintf(&b, "  s%d:\n    image: %s\n    restart: unless-stopped\n%s%s%s%s%s", c, g.image(),
			g.often("    mem_limit: 256m\n    cpus: 0.5\n    pids_limit: 200\n"), g.often("    read_only: true\n    tmpfs: [/tmp]\n"),
			g.often("    cap_drop: [ALL]\n    security_opt: [\"no-new-privileges:true\"]\n    user: \"10001:10001\"\n"),
			g.seldom("    privileged: true\n"), g.seldom("    volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n"))
		fmt.Fprintf(&b, "    ports: [\"127.0.0.1:%d:8080\"]\n", 8000+c)
	}
	return b.String()
}

func (g *generator) dockerfile() string {
	return fmt.Sprintf("FROM golang:1.24 AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN CGO_ENABLED=0 go build -trimpath -o /app .\n\nFROM debian:12\n"+
		"RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates%s\nCOPY --from=build /app /app\n%sENTRYPOINT [\"/app\"]\n",
		g.often(" && rm -rf /var/lib/apt/lists/*"), g.often("USER 10001:10001\n"))
}

func (g *generator) task(i int) string {
	return fmt.Sprintf(`{
  "family": "app%d",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
  "containerDefinitions": [
    {
      "name": "app",
      "image": %q,
      "essential": true,
      "readonlyRootFilesystem": %t,
      "user": %q,
      "portMappings": [{"containerPort": 8080}],
      "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "app", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app"}}
    }
  ]
}
`, i, g.image(), g.IntN(4) > 0, g.often("10001"))
}
