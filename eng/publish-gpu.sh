#!/usr/bin/env bash
# Publishes the CUDA tests and the benchmarks for a Linux machine that has a GPU driver but no .NET, as one archive that also holds NVRTC.
# It publishes what is committed.
# Usage: eng/publish-gpu.sh [archive]   (artifacts/modelgen-gpu.tar.gz by default)
set -euo pipefail

fail() { echo "publish-gpu.sh: $*" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
archive=$(realpath -m "${1:-$root/artifacts/modelgen-gpu.tar.gz}")
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

"$root/eng/nvrtc.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out="$work/modelgen-gpu"
# A copy of the committed tree without its lock files, which hold no packages of a runtime.
mkdir "$work/tree"
git -C "$root" archive HEAD | tar x -C "$work/tree"
find "$work/tree" -name packages.lock.json -delete
publish() {
  dotnet publish "$work/tree/$1" -c Release -r linux-x64 --self-contained -o "$out/$2" -v q --nologo \
    -p:RestorePackagesWithLockFile=false -p:RunAnalyzers=false -p:GenerateDocumentationFile=false || fail "dotnet publish of $1 failed."
}
publish tests/Cuda.Tests/ModelGen.Cuda.Tests.csproj tests
publish bench/ModelGen.Bench.csproj bench
mkdir -p "$out/nvrtc"
cp "$root"/.native/nvrtc/* "$out/nvrtc/"
cat > "$out/run.sh" <<'RUN'
#!/usr/bin/env bash
# Runs the tests on this machine's GPU, then the benchmarks with the arguments given (all of them without any). Needs NVIDIA's driver only;
# with g++ the emulation of a GPU is tested too.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export MODELGEN_NVRTC="${MODELGEN_NVRTC:-$here/nvrtc}"
command -v nvidia-smi > /dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv
"$here/tests/ModelGen.Cuda.Tests" --no-ansi || exit $?
exec "$here/bench/ModelGen.Bench" "$@"
RUN
chmod +x "$out/run.sh"
cp "$root/eng/check-gpu.sh" "$out/"
mkdir -p "$(dirname "$archive")"
tar czf "$archive" -C "$work" modelgen-gpu
echo "publish-gpu.sh: $archive ($(du -h "$archive" | cut -f1))"
