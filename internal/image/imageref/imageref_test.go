package imageref

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a1", 32)
	tests := []struct{ text, want string }{
		{"debian", "docker.io/library/debian:latest"},
		{"debian:12", "docker.io/library/debian:12"},
		{"docker.io/debian:12", "docker.io/library/debian:12"},
		{"index.docker.io/library/debian:12", "docker.io/library/debian:12"},
		{"owner/app", "docker.io/owner/app:latest"},
		{"localhost/app", "localhost/app:latest"},
		{"localhost:5000/a/b:v1", "localhost:5000/a/b:v1"},
		{"[::1]:5000/app", "[::1]:5000/app:latest"},
		{"ghcr.io/owner/app@" + digest, "ghcr.io/owner/app@" + digest},
		{"ghcr.io/owner/app:v1@" + digest, "ghcr.io/owner/app:v1@" + digest},
	}
	for _, tt := range tests {
		ref, err := Parse(tt.text)
		if err != nil || ref.String() != tt.want || ref.Text != tt.text {
			t.Errorf("Parse(%q) = %q, %v; want %q", tt.text, ref, err, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "Debian", "debian:", "a//b", "debian@sha256:12", "-", "a b", "https://example.org/a", "../a", strings.Repeat("a", 300)} {
		if ref, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", text, ref)
		}
	}
}
