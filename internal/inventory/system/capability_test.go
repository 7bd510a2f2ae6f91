package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCapabilityNames(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	tests := []struct {
		name, attribute string
		want            []string
	}{
		{"none", "", nil},
		{"revision 1", "\x01\x00\x00\x01\x00\x20\x00\x00" + zeros(4), []string{"cap_net_raw"}},
		{"revision 2", "\x01\x00\x00\x02\x00\x20\x00\x00" + zeros(12), []string{"cap_net_raw"}},
		{"revision 2, high half", "\x00\x00\x00\x02" + zeros(8) + "\x80\x00\x00\x00" + zeros(4), []string{"cap_bpf"}},
		{"inheritable", "\x00\x00\x00\x02" + zeros(4) + "\x01\x00\x00\x00" + zeros(8), []string{"cap_chown"}},
		{"revision 3", "\x01\x00\x00\x03\x01\x00\x20\x00" + zeros(12) + "\xe8\x03\x00\x00", []string{"cap_chown", "cap_sys_admin"}},
		{"newer than the list", "\x00\x00\x00\x02" + zeros(8) + "\x00\x00\x00\x80" + zeros(4), []string{"cap_63"}},
		{"empty set", "\x00\x00\x00\x02" + zeros(16), []string{}},
		{"too short", "\x01\x00", []string{"unreadable"}},
		{"wrong size", "\x01\x00\x00\x02" + zeros(4), []string{"unreadable"}},
		{"unknown revision", "\x01\x00\x00\x09" + zeros(16), []string{"unreadable"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, capabilityNames(test.attribute)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCapabilityNamesAgainstSetcap lets libcap write the attribute that the
// kernel stores, for every capability that it knows.
func TestCapabilityNamesAgainstSetcap(t *testing.T) {
	setcap, err := exec.LookPath("setcap")
	if err != nil {
		t.Skip("setcap is not installed (Debian package libcap2-bin)")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range capabilities {
		if out, err := exec.Command(setcap, name+"=ep", file).CombinedOutput(); err != nil {
			t.Skipf("setcap cannot set capabilities here (run as root on a file system with attributes): %s", out)
		}
		attribute := make([]byte, 64)
		n, err := syscall.Getxattr(file, "security.capability", attribute)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{name}, capabilityNames(string(attribute[:n]))); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzCapabilityNames(f *testing.F) {
	f.Add("")
	f.Add("\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	f.Fuzz(func(t *testing.T, attribute string) {
		if names := capabilityNames(attribute); (names == nil) != (attribute == "") {
			t.Fatalf("%q gave %v", attribute, names)
		}
	})
}
