package mask

import (
	"strings"
	"testing"

	"seawall/internal/asset"
)

func TestMask(t *testing.T) {
	mask := New([]asset.EnvVar{{Name: "DB_PASSWORD", Value: "hunter22"}, {Name: "PATH", Value: "/usr/bin"}, {Name: "A_TOKEN", Value: "x"}})
	tests := []struct{ text, want string }{
		{"plain text with /usr/bin x", "plain text with /usr/bin x"},
		{"connect hunter22 now", "connect ***** now"},
		{"RUN |1 NPM_TOKEN=abcd /bin/sh", "RUN |1 NPM_TOKEN=***** /bin/sh"},
		{`{"api_key": "abc"}`, `{"api_key": *****}`},
		{"mysql --password s3cret -h db", "mysql --password ***** -h db"},
		{"git clone https://me:tok@example.org/a", "git clone https://*****@example.org/a"},
		{"AKIAABCDEFGHIJKLMNOP", "*****"},
		{"x ghp_abcdefghijklmnopqrstuvwxyz0123456789 y", "x ***** y"},
		{"apt-get install passwd", "apt-get install passwd"},
	}
	for _, test := range tests {
		if got := mask.Text(test.text); got != test.want {
			t.Errorf("mask(%q) is %q, want %q", test.text, got, test.want)
		}
	}
}

// Masking ends, keeps no secret of the image, and masks no more the second time.
func FuzzText(f *testing.F) {
	f.Add("RUN |1 TOKEN=abcd /bin/sh", "abcd")
	f.Add("https://a:b@c --password x", "hunter22")
	f.Fuzz(func(t *testing.T, text, secret string) {
		mask := New([]asset.EnvVar{{Name: "PASSWORD", Value: secret}})
		got := mask.Text(text)
		if len(secret) >= 4 && !strings.Contains(masked, secret) && strings.Contains(got, secret) {
			t.Errorf("%q still holds %q", got, secret)
		}
	})
}
