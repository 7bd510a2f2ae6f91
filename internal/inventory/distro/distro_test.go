package distro

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// reader serves files from memory.
func reader(files map[string]string) func(string) ([]byte, bool) {
	return func(path string) ([]byte, bool) {
		content, found := files[path]
		return []byte(content), found
	}
}

func osRelease(assignments ...string) map[string]string {
	return map[string]string{"etc/os-release": strings.Join(assignments, "\n") + "\n"}
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name                         string
		files                        map[string]string
		id, version, ecosystem, ends string
	}{
		{"Debian 12", osRelease(`ID=debian`, `VERSION_ID="12"`, `VERSION_CODENAME=bookworm`), "debian", "12", "Debian:12", "2028-06-30"},
		{"Debian testing", osRelease(`PRETTY_NAME="Debian GNU/Linux forky/sid"`, `ID=debian`, `VERSION_CODENAME=forky`), "debian", "", "Debian:14", ""},
		{"Debian sid by debian_version", map[string]string{"etc/os-release": "ID=debian\n", "etc/debian_version": "sid\n"}, "debian", "", "Debian:sid", ""},
		{"Debian testing by debian_version", map[string]string{"etc/os-release": "ID=debian\n", "etc/debian_version": "trixie/sid\n"}, "debian", "", "Debian:13", "2030-06-30"},
		{"Debian without anything", osRelease(`ID=debian`), "debian", "", "", ""},
		{"Debian before os-release", map[string]string{"etc/debian_version": "6.0.10\n"}, "debian", "6", "Debian:6", ""},
		{"Ubuntu LTS", osRelease(`ID=ubuntu`, `ID_LIKE=debian`, `VERSION_ID="22.04"`), "ubuntu", "22.04", "Ubuntu:22.04:LTS", "2027-06-01"},
		{"Ubuntu", osRelease(`ID=ubuntu`, `VERSION_ID="23.10"`), "ubuntu", "23.10", "Ubuntu:23.10", "2024-07-11"},
		{"Ubuntu in an odd year", osRelease(`ID=ubuntu`, `VERSION_ID="23.04"`), "ubuntu", "23.04", "Ubuntu:23.04", "2024-01-25"},
		{"Ubuntu by lsb-release", map[string]string{"etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION=\"Ubuntu 14.04.6 LTS\"\n"}, "ubuntu", "14.04", "Ubuntu:14.04:LTS", "2019-04-25"},
		{"Alpine", osRelease(`ID=alpine`, `VERSION_ID=3.20.3`, `PRETTY_NAME="Alpine Linux v3.20"`), "alpine", "3.20.3", "Alpine:v3.20", "2026-04-01"},
		{"Alpine edge", osRelease(`ID=alpine`, `VERSION_ID=3.21.0_alpha20240807`, `PRETTY_NAME="Alpine Linux edge"`), "alpine", "3.21.0_alpha20240807", "", ""},
		{"Alpine before os-release", map[string]string{"etc/alpine-release": "3.1.4\n"}, "alpine", "3.1.4", "Alpine:v3.1", ""},
		{"Red Hat", osRelease(`ID="rhel"`, `VERSION_ID="9.4"`), "rhel", "9.4", "Red Hat:enterprise_linux:9::baseos", "2032-05-31"},
		{"Red Hat 7", osRelease(`ID="rhel"`, `VERSION_ID="7.9"`), "rhel", "7.9", "Red Hat:enterprise_linux:7::server", "2024-06-30"},
		{"Red Hat 10", osRelease(`ID="rhel"`, `VERSION_ID="10.0"`), "rhel", "10.0", "Red Hat:enterprise_linux:10.0", "2035-05-31"},
		{"Red Hat 6", map[string]string{"etc/redhat-release": "Red Hat Enterprise Linux Server release 6.5 (Santiago)\n"}, "rhel", "6.5", "Red Hat:enterprise_linux:6::server", "2020-11-30"},
		{"CentOS Linux", osRelease(`NAME="CentOS Linux"`, `ID="centos"`, `VERSION_ID="7"`), "centos", "7", "Red Hat:enterprise_linux:7::server", "2024-06-30"},
		{"CentOS 6", map[string]string{"etc/redhat-release": "CentOS release 6.10 (Final)\n"}, "centos", "6.10", "Red Hat:enterprise_linux:6::server", "2020-11-30"},
		{"CentOS Stream", osRelease(`NAME="CentOS Stream"`, `ID="centos"`, `VERSION_ID="8"`), "centos", "8", "", "2024-05-31"},
		{"AlmaLinux", osRelease(`ID="almalinux"`, `VERSION_ID="9.4"`), "almalinux", "9.4", "AlmaLinux:9", "2032-05-31"},
		{"Rocky", osRelease(`ID="rocky"`, `VERSION_ID="8.10"`), "rocky", "8.10", "Rocky Linux:8", "2029-05-31"},
		{"Fedora", osRelease(`ID=fedora`, `VERSION_ID=40`), "fedora", "40", "", "2025-05-13"},
		{"Amazon", osRelease(`ID="amzn"`, `ID_LIKE="fedora"`, `VERSION_ID="2023"`), "amzn", "2023", "", "2029-06-30"},
		{"Oracle", osRelease(`ID="ol"`, `VERSION_ID="8.9"`), "ol", "8.9", "", "2029-07-31"},
		{"Wolfi", osRelease(`ID=wolfi`, `VERSION_ID="20230201"`), "wolfi", "20230201", "Wolfi", ""},
		{"Chainguard", osRelease(`ID=chainguard`, `VERSION_ID="20230214"`), "chainguard", "20230214", "Chainguard", ""},
		{"Leap", osRelease(`ID="opensuse-leap"`, `VERSION_ID="15.6"`, `PRETTY_NAME="openSUSE Leap 15.6"`), "opensuse-leap", "15.6", "openSUSE:Leap 15.6", "2026-04-30"},
		{"Tumbleweed", osRelease(`ID="opensuse-tumbleweed"`, `VERSION_ID="20240801"`, `PRETTY_NAME="openSUSE Tumbleweed"`), "opensuse-tumbleweed", "20240801", "openSUSE:Tumbleweed", ""},
		{"SLES", osRelease(`ID="sles"`, `VERSION_ID="15.5"`, `PRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"`), "sles", "15.5", "SUSE:Linux Enterprise Server 15 SP5", "2024-12-31"},
		{"SLES of an unknown service pack", osRelease(`ID="sles"`, `VERSION_ID="15.9"`, `PRETTY_NAME="SUSE Linux Enterprise Server 15 SP9"`), "sles", "15.9", "SUSE:Linux Enterprise Server 15 SP9", ""},
		{"Azure Linux", osRelease(`ID=azurelinux`, `VERSION_ID="3.0"`), "azurelinux", "3.0", "Azure Linux:3", ""},
		{"Mariner", osRelease(`ID=mariner`, `VERSION_ID="2.0"`), "mariner", "2.0", "Azure Linux:2", ""},
		{"Photon", osRelease(`ID=photon`, `VERSION_ID=5.0`), "photon", "5.0", "Photon OS:5.0", ""},
		{"Mageia", osRelease(`ID=mageia`, `VERSION_ID="9"`), "mageia", "9", "Mageia:9", ""},
		{"openEuler", osRelease(`ID="openEuler"`, `VERSION_ID="22.03"`, `VERSION="22.03 (LTS-SP1)"`), "openEuler", "22.03", "openEuler:22.03-LTS-SP1", ""},
		{"openEuler innovation", osRelease(`ID="openEuler"`, `VERSION_ID="23.09"`, `VERSION="23.09"`), "openEuler", "23.09", "", ""},
		{"Mint", osRelease(`ID=linuxmint`, `ID_LIKE="ubuntu debian"`, `VERSION_ID="21.3"`, `VERSION_CODENAME=virginia`, `UBUNTU_CODENAME=jammy`), "linuxmint", "21.3", "Ubuntu:22.04:LTS", ""},
		{"Mint on Debian", osRelease(`ID=linuxmint`, `ID_LIKE=debian`, `VERSION_ID="6"`, `DEBIAN_CODENAME=bookworm`), "linuxmint", "6", "Debian:12", ""},
		{"Pop", osRelease(`ID=pop`, `VERSION_ID="22.04"`, `UBUNTU_CODENAME=jammy`), "pop", "22.04", "Ubuntu:22.04:LTS", ""},
		{"Raspbian", osRelease(`ID=raspbian`, `ID_LIKE=debian`, `VERSION_ID="11"`), "raspbian", "11", "Debian:11", ""},
		{"Devuan", osRelease(`ID=devuan`, `VERSION_ID="5"`), "devuan", "5", "Debian:12", ""},
		{"Kali", map[string]string{"etc/os-release": "ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.2\"\n", "etc/debian_version": "kali-rolling\n"}, "kali", "2024.2", "", ""},
		{"nothing", nil, "", "", "", ""},
		{"os-release in usr/lib alone", map[string]string{"usr/lib/os-release": "ID=debian\nVERSION_ID='11'\n"}, "debian", "11", "Debian:11", "2026-08-31"},
		{"broken os-release", map[string]string{"etc/os-release": "\x00\xff=\n===\nID", "etc/alpine-release": "3.19.1"}, "alpine", "3.19.1", "Alpine:v3.19", "2025-11-01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, reason := Detect(reader(test.files))
			if d.ID != test.id || d.VersionID != test.version || d.Ecosystem != test.ecosystem || d.EndOfLife != test.ends {
				t.Errorf("got %+v", d)
			}
			if d.PrettyName == "" && d.ID != "" {
				t.Error("it has no name for sentences")
			}
			if d.Ecosystem != "" && PackageFormat(d) == "" {
				t.Error("its advisories are about packages of an unknown format")
			}
			if (reason == "") != (d.Ecosystem != "") {
				t.Errorf("ecosystem %q and reason %q", d.Ecosystem, reason)
			}
		})
	}
}

func TestName(t *testing.T) {
	tests := []struct {
		name, want string
		files      map[string]string
	}{
		{"as it is", "Debian GNU/Linux 12 (bookworm)", osRelease(`ID=debian`, `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"`)},
		{"of name and number", "Debian GNU/Linux 12", osRelease(`NAME="Debian GNU/Linux"`, `ID=debian`, `VERSION_ID="12"`)},
		{"empty pretty name", "Alpine Linux 3.20.3", osRelease(`PRETTY_NAME=" "`, `NAME='Alpine Linux'`, `ID=alpine`, `VERSION_ID=3.20.3`)},
		{"of ID and number", "rhel 9.4", osRelease(`ID="rhel"`, `VERSION_ID="9.4"`)},
		{"of name and codename", "Debian forky", osRelease(`ID=debian`, `NAME=Debian`, `VERSION_CODENAME=forky`)},
		{"ID alone", "alpine", osRelease(`ID=alpine`)},
		{"blanks and a lone quote", "debian 12", osRelease(`ID = debian`, ` VERSION_ID="12 `)},
		{"lsb-release", "ubuntu 14.04", map[string]string{"etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n"}},
		{"alpine-release", "Alpine Linux 3.1.4", map[string]string{"etc/alpine-release": "3.1.4\n"}},
		{"empty alpine-release", "Alpine Linux", map[string]string{"etc/alpine-release": ""}},
		{"debian_version", "Debian GNU/Linux 6", map[string]string{"etc/debian_version": "6.0.10\n"}},
		{"empty debian_version", "Debian GNU/Linux", map[string]string{"etc/debian_version": ""}},
		{"nothing", "", map[string]string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if d, _ := Detect(reader(test.files)); d.PrettyName != test.want {
				t.Errorf("got %q, want %q", d.PrettyName, test.want)
			}
		})
	}
}

func TestUnquote(t *testing.T) {
	for in, want := range map[string]string{`"a b"`: "a b", `'a'`: "a", `a`: "a", `"a \"b\" \$c"`: `a "b" $c`, `"`: "", `'a"`: "a", `"12`: "12", `""`: ""} {
		if got := unquote(in); got != want {
			t.Errorf("unquote(%s) = %s, want %s", in, got, want)
		}
	}
}

// TestTable checks the form of the dates, and that no line stands twice.
func TestTable(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(eolText), "\n")
	if len(eolTable()) != len(rows) {
		t.Errorf("%d rows, but %d releases", len(rows), len(eolTable()))
	}
	for release, date := range eolTable() {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			t.Errorf("%s: %v", release, err)
		}
	}
}

// TestAgainstDistroInfo compares codenames and dates with Debian's package
// distro-info-data. Dates of the future may be a few weeks apart: they are
// announced in months.
func TestAgainstDistroInfo(t *testing.T) {
	compareDistroInfo(t, "/usr/share/distro-info/debian.csv", "debian", "eol-lts", debianReleases)
	compareDistroInfo(t, "/usr/share/distro-info/ubuntu.csv", "ubuntu", "eol", ubuntuReleases)
}

func compareDistroInfo(t *testing.T, file, id, column string, releases []release) {
	t.Helper()
	content, err := os.Open(file)
	if err != nil {
		t.Skip("skipped: distro-info-data is not installed (apt-get install distro-info-data)")
	}
	defer content.Close()
	table := csv.NewReader(content)
	table.FieldsPerRecord = -1
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	series, ends := slices.Index(rows[0], "series"), slices.Index(rows[0], column)
	for _, row := range rows[1:] {
		version := strings.TrimSuffix(row[0], " LTS")
		if known := byCodename(releases, row[series]); known != "" && known != version {
			t.Errorf("%s is %s, not %s", row[series], version, known)
		}
		date, known := eolTable()[id+" "+version]
		if !known || len(row) <= ends {
			continue
		}
		ours, _ := time.Parse(time.DateOnly, date)
		theirs, err := time.Parse(time.DateOnly, row[ends])
		if err != nil || theirs.Sub(ours).Abs() > 31*24*time.Hour {
			t.Errorf("%s %s ends %s, distro-info says %s", id, version, date, row[ends])
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("ID=debian\nVERSION_ID=\"12\"\n", "bookworm/sid")
	f.Add("ID=alpine\nVERSION_ID=3.20.1\n", "")
	f.Add("DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=.\n", "CentOS release 6 (Final)")
	f.Add("ID=ubuntu\nVERSION_ID=.04\n", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, files := range []map[string]string{
			{"etc/os-release": a, "etc/debian_version": b}, {"etc/lsb-release": a}, {"etc/redhat-release": b}, {"etc/alpine-release": b},
		} {
			if d, reason := Detect(reader(files)); (d.Ecosystem == "") == (reason == "") {
				t.Fatalf("ecosystem %q and reason %q", d.Ecosystem, reason)
			}
		}
	})
}
