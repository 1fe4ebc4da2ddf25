#!/usr/bin/env bash
# Runs the tests that launch kernels under NVIDIA's compute-sanitizer, on a machine with a GPU and the checker of the CUDA toolkit.
# Usage: check-gpu.sh [test program [tool...]]   tools: memcheck racecheck synccheck (all three by default), initcheck
set -euo pipefail

fail() { echo "check-gpu.sh: $*" >&2; exit 1; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${1:-}
if [ -z "$program" ]; then
  for candidate in "$here/tests/ModelGen.Cuda.Tests" "$here"/../tests/Cuda.Tests/bin/{Release,Debug}/net10.0/ModelGen.Cuda.Tests; do
    if [ -x "$candidate" ]; then program=$candidate; break; fi
  done
fi
[ -n "$program" ] && [ -x "$program" ] || fail "no test program ${program:+at $program}: give its path, or build it: dotnet build tests/Cuda.Tests"
shift $(( $# > 0 ? 1 : 0 ))
[ $# -gt 0 ] && tools=("$@") || tools=(memcheck racecheck synccheck)

checker=$(command -v compute-sanitizer || true)
for toolkit in "${CUDA_PATH:-}" "${CUDA_HOME:-}" /usr/local/cuda; do
  if [ -z "$checker" ] && [ -n "$toolkit" ] && [ -x "$toolkit/bin/compute-sanitizer" ]; then checker=$toolkit/bin/compute-sanitizer; fi
done
[ -n "$checker" ] || fail "compute-sanitizer was not found on the path, in CUDA_PATH, CUDA_HOME or /usr/local/cuda. It is part of the CUDA toolkit."
if [ -z "${MODELGEN_NVRTC:-}" ] && [ -d "$here/nvrtc" ]; then export MODELGEN_NVRTC=$here/nvrtc; fi

# Tests of the host emulation have nothing for the checker and are left out.
filter="FullyQualifiedName~NativeDriver|FullyQualifiedName~StepTests|FullyQualifiedName~FactorizationTests|FullyQualifiedName~AutoencoderTests.Steps|FullyQualifiedName~Ranker|FullyQualifiedName~ModelDeviceScorer"
status=0
for tool in "${tools[@]}"; do
  echo "check-gpu.sh: $tool"
  extra=()
  if [ "$tool" = memcheck ]; then extra=(--leak-check full); fi
  "$checker" --tool "$tool" "${extra[@]}" --error-exitcode 9 "$program" --filter "$filter" --no-ansi --no-progress || status=$?
done
[ "$status" -eq 0 ] || fail "a tool found something, or a test failed (code $status)."
