#!/usr/bin/env bash
# Installs the optional native parts that some tests use, under .native/ (which git ignores):
#   .native/onnxruntime   ONNX Runtime, from the npm package that eng/native/package-lock.json pins by hash
#   .native/nvrtc         NVRTC, the CUDA compiler, from the Debian packages that eng/nvrtc.sh pins by hash
# Usage: eng/native.sh [onnxruntime|nvrtc]...   (both without arguments)
# Running it again does nothing for a part that is already there.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() { echo "native.sh: $*" >&2; exit 1; }

onnxruntime() {
  local dest="$root/.native/onnxruntime" library
  if [ -e "$dest/libonnxruntime.so.1" ]; then
    echo "onnxruntime: already in .native/onnxruntime"
    return
  fi

  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
    fail "ONNX Runtime is fetched for 64-bit x86 Linux only; elsewhere set MODELGEN_ONNXRUNTIME to the library's path."
  command -v npm > /dev/null || fail "npm is needed to fetch ONNX Runtime and is not installed."

  # The package unpacks to several hundred megabytes for all platforms: it goes to a temporary folder, one file is kept.
  mkdir -p "$root/.native"
  work=$(mktemp -d "$root/.native/npm.XXXX")
  trap 'rm -rf "$work"' EXIT
  cp "$root/eng/native/package.json" "$root/eng/native/package-lock.json" "$root/eng/native/.npmrc" "$work/"
  (cd "$work" && npm ci --loglevel=error) || fail "npm ci failed; is the npm registry reachable?"
  library="$work/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"
  [ -e "$library" ] || fail "the npm package does not hold bin/napi-v6/linux/x64/libonnxruntime.so.1."
  mkdir -p "$dest"
  mv "$library" "$dest/libonnxruntime.so.1"
  rm -rf "$work"
  echo "onnxruntime: installed in .native/onnxruntime"
}

nvrtc() { "$root/eng/nvrtc.sh" "$root/.native/nvrtc"; }

[ $# -gt 0 ] || set -- onnxruntime nvrtc
for part in "$@"; do
  case "$part" in
    onnxruntime | nvrtc) "$part" ;;
    *) fail "unknown part '$part'; the parts are onnxruntime and nvrtc." ;;
  esac
done
