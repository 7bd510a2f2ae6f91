package oci

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
)

func TestParseStep(t *testing.T) {
	bash := []string{"/bin/bash", "-o", "pipefail", "-c"}
	tests := []struct {
		name, text             string
		shell                  []string
		instruction, arguments string
	}{
		{"classic add", `/bin/sh -c #(nop) ADD file:1f2e in / `, nil, "ADD", "file:1f2e in /"},
		{"classic command", `/bin/sh -c #(nop)  CMD ["bash"]`, nil, "CMD", `["bash"]`},
		{"classic run", `/bin/sh -c apt-get update  && apt-get install -y curl`, nil, "RUN", "apt-get update  && apt-get install -y curl"},
		{"classic build arguments", `|2 A=b C=d /bin/sh -c make`, nil, "RUN", "make"},
		{"build argument with spaces", `|1 FLAGS=-O2 -g /bin/sh -c make $FLAGS`, nil, "RUN", "make $FLAGS"},
		{"no build arguments", `|0 /bin/sh -c make`, nil, "RUN", "make"},
		{"own shell", `/bin/bash -o pipefail -c curl x | sh`, nil, "RUN", "curl x | sh"},
		{"own shell nop", `/bin/bash -o pipefail -c #(nop)  USER app`, bash, "USER", "app"},
		{"unusual shell", `/opt/fish -c ls`, []string{"/opt/fish", "-c"}, "RUN", "ls"},
		{"option cluster", `/bin/bash -euxo pipefail -c make`, nil, "RUN", "make"},
		{"buildkit run", `RUN /bin/sh -c apt-get update # buildkit`, nil, "RUN", "apt-get update"},
		{"buildkit arguments", `RUN |1 V=1 /bin/sh -c make # buildkit`, nil, "RUN", "make"},
		{"buildkit exec form", `RUN |1 V=1 apt-get update # buildkit`, nil, "RUN", "apt-get update"},
		{"buildkit copy", `COPY --chown=app . /app # buildkit`, nil, "COPY", "--chown=app . /app"},
		{"buildkit heredoc", "RUN /bin/sh -c set -e\nmake\n # buildkit", nil, "RUN", "set -e\nmake"},
		{"buildkit heredoc to a program", "RUN /bin/sh -c python3 <<EOF (print(1)) # buildkit", nil, "RUN", "python3 <<EOF (print(1))"},
		{"buildkit no layer", `ENTRYPOINT ["/a"]`, nil, "ENTRYPOINT", `["/a"]`},
		{"buildkit ports", `EXPOSE [80/tcp]`, nil, "EXPOSE", "[80/tcp]"},
		{"buildah copy", `/bin/sh -c #(nop) COPY dir:55f4 in ./files |inheritLabels=false`, nil, "COPY", "dir:55f4 in ./files"},
		{"kaniko run", `RUN apt-get update`, nil, "RUN", "apt-get update"},
		{"kaniko mount", `RUN --mount=type=cache,target=/c --network=none make`, nil, "RUN", "make"},
		{"windows", `cmd /S /C echo hi`, nil, "RUN", "echo hi"},
		{"powershell", `powershell -Command $ErrorActionPreference = 'Stop'; dir`, nil, "RUN", "$ErrorActionPreference = 'Stop'; dir"},
		{"debuerreotype", `# debian.sh --arch 'amd64' out/ 'bookworm'`, nil, "", `# debian.sh --arch 'amd64' out/ 'bookworm'`},
		{"ko", `ko build ko://example.org/cmd`, nil, "", "ko build ko://example.org/cmd"},
		{"jib", `jib-maven-plugin:3.4.0`, nil, "", "jib-maven-plugin:3.4.0"},
		{"docker commit", `nginx -g daemon off;`, nil, "", "nginx -g daemon off;"},
		{"word that begins like a keyword", `COPYRIGHT x`, nil, "", "COPYRIGHT x"},
		{"program that ends like a shell", `/usr/bin/push -c x`, nil, "", "/usr/bin/push -c x"},
		{"shell alone", `/bin/sh -c `, nil, "", "/bin/sh -c"},
		{"empty", ``, nil, "", ""},
		{"huge count", `|99999999999999999999 a b`, nil, "", "|99999999999999999999 a b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			instruction, arguments := parseStep(test.text, test.shell)
			if instruction != test.instruction || arguments != test.arguments {
				t.Errorf("got %q %q, want %q %q", instruction, arguments, test.instruction, test.arguments)
			}
		})
	}
}

// steps writes a history shortly: a leading "-" marks a step without a layer,
// " # " begins its comment.
func steps(lines ...string) []wireStep {
	list := make([]wireStep, len(lines))
	for i, line := range lines {
		text, empty := strings.CutPrefix(line, "-")
		text, comment, _ := strings.Cut(text, " # ")
		list[i] = wireStep{CreatedBy: text, Comment: comment, EmptyLayer: empty}
	}
	return list
}

func TestLinkLayers(t *testing.T) {
	tests := []struct {
		name   string
		steps  []wireStep
		layers int
		want   []int
	}{
		{"one to one", steps("ADD a", "-CMD b", "RUN c"), 2, []int{0, -1, 1}},
		{"absent", nil, 2, []int{}},
		{"shorter", steps("ADD a"), 2, []int{-1}},
		{"longer", steps("ADD a", "RUN b", "RUN c"), 2, []int{-1, -1, -1}},
		{"only empty", steps("-CMD a"), 0, []int{-1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			entries, layers := history(test.steps, nil), make([]asset.Layer, test.layers)
			linkLayers(entries, layers, test.steps)
			got := []int{}
			for _, entry := range entries {
				got = append(got, entry.Layer)
				if entry.Layer >= 0 && layers[entry.Layer].CreatedBy != entry.CreatedBy {
					t.Errorf("layer %d has command %q, want %q", entry.Layer, layers[entry.Layer].CreatedBy, entry.CreatedBy)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMarkBase(t *testing.T) {
	tests := []struct {
		name  string
		steps []wireStep
		// want has a letter for every step: b base, o own, ? unknown.
		want string
	}{
		{"derived", steps("ADD rootfs", `-CMD ["bash"]`, "-ENV A=b", "RUN x", `-CMD ["app"]`), "bb?oo"},
		{"derived without own command", steps("ADD rootfs", `-CMD ["bash"]`, "COPY x y"), "bbo"},
		{"two generations", steps("ADD rootfs", `-CMD ["bash"]`, "RUN x", `-ENTRYPOINT ["a"]`, `-CMD ["b"]`, "COPY x y", "-EXPOSE 1"), "bbbbboo"},
		{"buildah", steps("ADD rootfs", "-ENV A=b # FROM example.org/base:1", "RUN x"), "boo"},
		{"buildah on buildah", steps("ADD rootfs", "RUN a # FROM x", "RUN b # FROM y", "RUN c"), "bboo"},
		{"buildah without layers", steps("ADD rootfs", `-CMD ["a"]`, "-USER b", "RUN x # FROM y"), "bb?o"},
		{"base itself", steps("ADD rootfs", `-CMD ["bash"]`), "??"},
		{"from scratch", steps("COPY x y", `-ENTRYPOINT ["y"]`), "??"},
		{"command before the first layer", steps(`-CMD ["y"]`, "COPY x y"), "??"},
		{"no instructions", steps("ko build", "ko build"), "??"},
		{"nothing", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			entries := history(test.steps, nil)
			var layers []asset.Layer
			for _, step := range test.steps {
				if !step.EmptyLayer {
					layers = append(layers, asset.Layer{Index: len(layers)})
				}
			}
			linkLayers(entries, layers, test.steps)
			markBase(entries, layers, test.steps)
			letters := map[string]string{asset.FromBase: "b", asset.Own: "o", "": "?"}
			got := ""
			for _, entry := range entries {
				got += letters[entry.Base]
				if entry.Layer >= 0 && layers[entry.Layer].Base != entry.Base {
					t.Errorf("layer %d is %q, its step %q", entry.Layer, layers[entry.Layer].Base, entry.Base)
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzParseStep(f *testing.F) {
	f.Add(`|2 A=b C=d /bin/sh -c make`, "/bin/sh -c")
	f.Add(`RUN --mount=a |1 V=1 /bin/bash -euxo pipefail -c make # buildkit`, "")
	f.Add(`/bin/sh -c #(nop)  CMD ["bash"]`, "")
	f.Fuzz(func(t *testing.T, text, shell string) {
		instruction, arguments := parseStep(text, strings.Fields(shell))
		if !strings.Contains(text, arguments) {
			t.Fatalf("%q gave the arguments %q, which it does not hold", text, arguments)
		}
		if instruction == "" && arguments != strings.TrimSpace(text) {
			t.Fatalf("%q has no instruction and lost a part: %q", text, arguments)
		}
	})
}
