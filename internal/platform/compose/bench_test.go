package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"seawall/internal/platform/compose"
)

// stack writes a project of n services with what real ones have.
func stack(n int) string {
	var b strings.Builder
	b.WriteString("name: stack\nx-base: &base\n  restart: unless-stopped\n  cap_drop: [ALL]\n  security_opt: [\"no-new-privileges:true\"]\nservices:\n")
	for i := range n {
		fmt.Fprintf(&b, `  service-%d:
    <<: *base
    image: registry.example/team/app-%d:${TAG:-1.0}
    user: "1000:1000"
    ports: ["127.0.0.1:%d:8080"]
    environment:
      DATABASE_URL: postgres://app@db/app
      LOG_LEVEL: info
    volumes: ["data:/data", "./conf:/etc/app:ro"]
    healthcheck: {test: [CMD, curl, -f, http://localhost:8080], interval: 30s}
    depends_on: {db: {condition: service_healthy}}
    deploy: {resources: {limits: {memory: 256M, cpus: "0.5", pids: 100}}}
    logging: {driver: json-file, options: {max-size: 10m}}
`, i, i, 8000+i)
	}
	b.WriteString("volumes: {data: }\n")
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	content := []byte(stack(5))
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		project, err := compose.Load([]compose.File{{Path: "compose.yaml", Content: content}}, compose.Options{})
		if err != nil || len(project.Services) != 5 {
			b.Fatal(err, project.Problems)
		}
	}
}
