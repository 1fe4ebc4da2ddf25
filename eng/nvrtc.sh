#!/usr/bin/env bash
# Unpacks Debian's NVRTC 11.8 (non-free) into a folder, .native/nvrtc by default, and edits nothing outside it.
# The package source's address and key are those of the machine's own Debian source file. A private apt configuration
# keeps the component 'non-free' out of the system's lists.
# Usage: eng/nvrtc.sh [folder]
set -euo pipefail

fail() { echo "nvrtc.sh: $*" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dest=$(realpath -m "${1:-$root/.native/nvrtc}")
if [ -e "$dest/libnvrtc.so.11.2" ]; then
  echo "nvrtc: already in $dest"
  exit 0
fi

src=/etc/apt/sources.list.d/debian.sources
[ -r "$src" ] || fail "this recipe needs Debian 12 ($src is missing); elsewhere install NVRTC by hand into $dest."
command -v dpkg > /dev/null && command -v apt-get > /dev/null || fail "apt-get and dpkg are needed."
key=$(awk '/^Signed-By:/{print $2; exit}' "$src")
uri=$(awk '/^URIs:/{print $2; exit}' "$src")
[ -n "$key" ] && [ -n "$uri" ] || fail "$src names no URIs or no Signed-By."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,x} "$dest"
echo "deb [arch=amd64 signed-by=$key] $uri bookworm non-free" > "$work/private.list"
cat > "$work/apt.conf" <<C
Dir::Etc::sourcelist "$work/private.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
APT::Sandbox::User "root";
C
export APT_CONFIG="$work/apt.conf"
cd "$work"
apt-get -q -q update || fail "apt-get update failed; is the Debian package source reachable?"
apt-get -q -q download libnvrtc11.2=11.8.89~11.8.0-5~deb12u1 libnvrtc-builtins11.8=11.8.89~11.8.0-5~deb12u1 ||
  fail "the NVRTC packages could not be fetched."
sha256sum -c --quiet <<S || fail "a fetched package does not have the expected content."
051b70a3d8737eae470b4158e234cf112c803f631b2c77ae60a24a1146309c22  $(ls libnvrtc11.2_*.deb)
e446e112c304b86a35925bea6a3991a866a29736fac261adb218ec29efb49bb8  $(ls libnvrtc-builtins11.8_*.deb)
S
for package in *.deb; do dpkg -x "$package" x; done
# The main library is copied last: its presence is what marks the folder as complete.
cp x/usr/share/doc/libnvrtc11.2/copyright "$dest/"
cp -L x/usr/lib/x86_64-linux-gnu/libnvrtc-builtins.so.11.8 "$dest/"
cp -L x/usr/lib/x86_64-linux-gnu/libnvrtc.so.11.2 "$dest/"
echo "nvrtc: installed in $dest"
