#!/usr/bin/env bash
# Sets CTProg up where something is missing, then opens it on a synthetic case.
#
#   bash packaging/start.sh [--cpu | --gpu] [what `ctprog demo` takes, as --out DIR]
#
# Without a display it writes pictures and result.json to ctprog-demo/ (or to --out DIR) instead.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

arguments=()
out=
for argument; do
    case $argument in
    --cpu | --gpu) TORCH_BUILD=${argument#--} ;;
    -h | --help)
        sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *)
        arguments+=("$argument")
        [[ $argument != --out && $argument != --out=* ]] || out=given
        ;;
    esac
done

set_up

# The script by its interpreter: its own first line names the folder that the environment was made in.
ctprog=("$VENV_PYTHON" "$VENV/bin/ctprog" demo)
if [ "$HEADLESS" = no ]; then
    exec "${ctprog[@]}" "${arguments[@]}"
fi
if [ -n "${WAYLAND_DISPLAY:-}" ]; then
    say "this Wayland session offers no X11 display (XWayland), which the viewer needs"
else
    say "no display"
fi
if [ -z "$out" ]; then
    arguments+=(--out ctprog-demo)
    say "writing pictures and result.json to $PWD/ctprog-demo"
fi
on_virtual_display "${ctprog[@]}" "${arguments[@]}"
