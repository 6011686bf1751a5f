#!/usr/bin/env bash
# Sets CTProg up with what its tests need, then runs every check and test.
#
#   bash packaging/test.sh [--cpu | --gpu] [arguments for pytest]
#
# Without arguments: ruff, mypy, lint-imports, then all of the tests. With arguments for pytest, as a path
# or -k NAME, pytest alone. The exit status is 0 only if all that ran passed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

arguments=()
for argument; do
    case $argument in
    --cpu | --gpu) TORCH_BUILD=${argument#--} ;;
    *) arguments+=("$argument") ;;
    esac
done

set_up test
cd "$ROOT"
# Even where there is a display: a screen of known size, where nobody types or moves the mouse meanwhile.
if command -v xvfb-run >/dev/null; then HEADLESS=yes; fi
# Networks in tests are tiny: threads would wait for each other more than they compute.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"

failed=()
check() {
    local name=$1
    shift
    printf '\n== %s (%s s since the start)\n' "$name" "$SECONDS"
    "$@" || failed+=("$name")
}

if [ ${#arguments[@]} -eq 0 ]; then
    check ruff "$VENV_PYTHON" -m ruff check .
    check mypy "$VENV_PYTHON" -m mypy
    check lint-imports "$VENV_PYTHON" "$VENV/bin/lint-imports" --no-logo
fi
pytest=("$VENV_PYTHON" -m pytest "${arguments[@]}")
if [ "$HEADLESS" = yes ]; then
    check pytest on_virtual_display "${pytest[@]}"
else
    check pytest "${pytest[@]}"
fi
if [ ${#failed[@]} -gt 0 ]; then
    # Said last only on failure: otherwise pytest's own closing line is what stands at the end.
    printf 'failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
