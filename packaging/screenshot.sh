#!/usr/bin/env bash
# Makes docs/images/window.png anew, the window of `ctprog demo` as a person sees it, and docs/screens: each
# layout in each theme and language.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
set_up
cd "$ROOT"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if command -v xvfb-run >/dev/null; then HEADLESS=yes; fi
shown() { if [ "$HEADLESS" = yes ]; then on_virtual_display "$@"; else "$@"; fi; }
shown "$VENV/bin/ctprog" demo --out "$folder"
mkdir -p docs/images
cp "$folder/window.png" docs/images/window.png
PYTHONPATH="$ROOT" shown "$VENV_PYTHON" packaging/screens.py
