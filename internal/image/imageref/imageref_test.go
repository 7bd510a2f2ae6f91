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

// TestParseRefuses wants an error that names the part that is wrong.
func TestParseRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "empty"},
		{"Debian", `write "library/debian"`},
		{"ghcr.io/Owner/app", `write "owner/app"`},
		{"debian:", "tag after the colon"},
		{"debian:-12", `tag "-12"`},
		{"debian:" + strings.Repeat("1", 129), "tag has 129 characters"},
		{"a//b", `part "" of the repository`},
		{"../a", `registry ".."`},
		{"-", `part "-"`},
		{"a b", `part "a b"`},
		{"a..b", `part "a..b"`},
		{"https://example.org/a", "no https://"},
		{"example.org:x/a", "port that is not a number"},
		{"my_host.example/a", `registry "my_host.example"`},
		{"[::1/a", `registry "[::1"`},
		{strings.Repeat("a", 300), "308 characters"},
		{strings.Repeat("a1", 32), "ID of an image"},
		{"debian@sha256:12", "64 hexadecimal digits"},
		{"debian@sha256:" + strings.Repeat("A1", 32), "64 hexadecimal digits"},
		{"debian@md5:" + strings.Repeat("a1", 16), "known algorithm"},
	}
	for _, tt := range tests {
		ref, err := Parse(tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q) = %q, error %v; want one with %q", tt.text, ref, err, tt.want)
		}
	}
}
