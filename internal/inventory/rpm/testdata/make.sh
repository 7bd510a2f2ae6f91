#!/bin/sh
# Makes the small databases of this folder with rpm, sqlite3 and db5.3-util:
# three packages built here, one with an epoch, one from another source
# package, one of a module. expected.txt is what rpm itself lists.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build() { # name version release header-lines
    printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: test\nLicense: MIT\nVendor: Example\nBuildArch: noarch\n%s\n%%description\ntest\n%%install\nmkdir -p %%{buildroot}/usr/lib/%s\ntouch %%{buildroot}/usr/lib/%s/a %%{buildroot}/usr/lib/%s/b\n%s%%files %s\n/usr/lib/%s\n' \
        "$1" "$2" "$3" "$4" "$1" "$1" "$1" "$5" "$6" "$1" >"$work/$1.spec"
    rpmbuild --quiet --define "_topdir $work/top" --define 'optflags -O2' -bb "$work/$1.spec"
}
build alpha 1.0 1 'Epoch: 2' '' ''
build beta 2.0~rc1 3.el9 '' '%package -n beta-libs
Summary: libs
%description -n beta-libs
libs
' '-n beta-libs'
build gamma 3 1.module 'ModularityLabel: gamma:3:820:abc' '' ''
mkdir "$work/db"
rpm --define '_db_backend sqlite' --dbpath "$work/db" --initdb
rpm --define '_db_backend sqlite' --dbpath "$work/db" --justdb --nodeps --ignorearch -i "$work"/top/RPMS/noarch/*.rpm
rpm --dbpath "$work/db" -qa --qf '%{NAME}|%{EPOCHNUM}|%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{VENDOR}|%{PACKAGER}\n' |
    sed 's/(none)//' | LC_ALL=C sort >"$here/expected.txt"
db="$work/db/rpmdb.sqlite"
sqlite3 "$db" 'pragma journal_mode=delete' >/dev/null
for table in $(sqlite3 "$db" "select name from sqlite_master where type='table' and name not in ('Packages','sqlite_sequence')"); do
    sqlite3 "$db" "drop table '$table'"
done
sqlite3 "$db" 'pragma page_size=1024; vacuum'
cp "$db" "$here/rpmdb.sqlite"
{
    printf 'VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=1024\nHEADER=END\n'
    printf ' 00000000\n 00000003\n'
    sqlite3 "$db" "select printf(' %02x000000', hnum) || char(10) || ' ' || lower(hex(blob)) from Packages"
    printf 'DATA=END\n'
} | db5.3_load "$work/Packages"
cp "$work/Packages" "$here/Packages"
