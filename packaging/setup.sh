# shellcheck shell=bash
# What start.sh and test.sh share: system libraries, the virtual environment, the packages in it, the display.
# Sourced, never run. Needs bash and, for installing system libraries, apt; works without root where nothing
# is missing. The caller has set `set -euo pipefail`.
#
# Settings from outside, all optional:
#   CTPROG_PYTHON        the Python that makes .venv (default: python3, else the newest python3.N found)
#   CTPROG_TORCH_INDEX   the package index that PyTorch is taken from (default: the indexes pip is set up with)

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV="$ROOT/.venv"
VENV_PYTHON="$VENV/bin/python"
STAMP="$VENV/ctprog-setup"
LOG="$VENV/ctprog-setup.log"
TORCH_BUILD=auto # --cpu and --gpu set it

# What Qt's xcb platform and VTK load when they start, read from their link tables and from the names that they
# open at run time; the rest comes as dependencies of these.
LIBRARIES=(
    libegl1 libgl1 libgl1-mesa-dri libglib2.0-0 libdbus-1-3 libfontconfig1 libfreetype6
    libx11-6 libx11-xcb1 libxcursor1 libxkbcommon0 libxkbcommon-x11-0
    libxcb1 libxcb-cursor0 libxcb-glx0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0
    libxcb-xkb1
    fonts-dejavu-core
)
VIRTUAL_DISPLAY=(xvfb xauth)

say() { printf 'ctprog setup: %s\n' "$*"; }

die() {
    printf 'ctprog setup: %s\n' "$*" >&2
    exit 1
}

# --- system packages ------------------------------------------------------------------------------------------

# Prints those of the named packages that are not installed. Debian 13 and Ubuntu 24.04 ship some of them
# under the old name with t64 added.
missing_packages() {
    local name installed
    installed=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}\n' "$@" "${@/%/t64}" 2>/dev/null |
        sed -n 's/^ii *|//p' || true)
    for name; do
        grep -qxE "${name//./\\.}(t64)?" <<<"$installed" || printf '%s ' "$name"
    done
}

# Installs the named packages where they are missing: as root or by a sudo that does not ask, else it stops
# with the one line to run.
need_packages() {
    local missing become
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        return 0 # no Debian: what is missing shows when Qt starts
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        become=(env)
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        become=(sudo -n env)
    else
        die "system packages are missing; run: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing% }"
    fi
    say "installing system packages: ${missing% }"
    local apt=("${become[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
    local log
    log=$(mktemp)
    # An update that reaches only some of a machine's sources is good enough; the install decides.
    "${apt[@]}" update >"$log" 2>&1 </dev/null || true
    # shellcheck disable=SC2086  # a list of names, one word each
    if ! "${apt[@]}" install -y --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
        die "apt could not install ${missing% }: $(grep -E '^E:' "$log" | head -n 1 || true) (all of it: $log)"
    fi
    rm -f "$log"
}

# --- the virtual environment ----------------------------------------------------------------------------------

python_fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${CTPROG_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null && python_fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

has_venv() { [ -x "$VENV_PYTHON" ] && "$VENV_PYTHON" -c 'import pip' 2>/dev/null; }

can_make_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

# Prints the package that lets the system's Python make virtual environments, where one is to be made and it
# cannot: Debian keeps ensurepip in a package of its own, one a Python version.
venv_package() {
    local python version
    if ! has_venv && python=$(find_python) && ! can_make_venv "$python"; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        if [ "$(readlink -f "$python")" = "/usr/bin/$version" ]; then
            echo "$version-venv"
        fi
    fi
}

need_venv() {
    local python
    if has_venv; then
        python_fits "$VENV_PYTHON" || die "$VENV holds a Python older than 3.11; remove it and run again"
        return 0
    fi
    python=$(find_python) || die "Python 3.11 or newer is needed${CTPROG_PYTHON:+ (CTPROG_PYTHON=$CTPROG_PYTHON is not one)}; on Debian and Ubuntu: sudo apt-get install python3"
    can_make_venv "$python" || die "$python cannot make a virtual environment: it lacks the module venv or ensurepip"
    say "making $VENV with $("$python" --version)"
    # Over a half-made environment this mends what is missing.
    "$python" -m venv "$VENV" >/dev/null ||
        die "$python could not make $VENV; if it is left from another machine or Python, remove it and run again"
    has_venv || die "$VENV has no pip; remove it and run again"
}

# What the stamp of the last set-up says of `$1`: key, extra, torch or index.
stamped() { sed -n "s/^$1 //p" "$STAMP" 2>/dev/null || true; }

# cpu or gpu: what was asked for now, else what was settled before, else what the machine has.
wanted_torch() {
    local before
    before=$(stamped torch)
    if [ "$TORCH_BUILD" != auto ]; then
        echo "$TORCH_BUILD"
    elif [ -n "$before" ]; then
        echo "$before"
    elif command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q GPU; then
        echo gpu
    else
        echo cpu
    fi
}

# cpu or gpu: what is installed; nothing where there is none. Read from the package's text, because importing
# it takes seconds.
installed_torch() {
    local version
    version=$(cd "$VENV" && echo lib/python3*/site-packages/torch/version.py)
    [ -f "$VENV/$version" ] || return 0
    if grep -qE "^cuda[^=]*= *'" "$VENV/$version"; then echo gpu; else echo cpu; fi
}

# Runs pip. Its output goes to the log, and to a terminal as well where somebody watches; its errors become
# one line.
run_pip() {
    local told why
    local pip=("$VENV_PYTHON" -m pip --disable-pip-version-check --no-input)
    told=$(mktemp)
    if [ -t 1 ]; then
        if "${pip[@]}" "$@" 2>"$told" </dev/null; then why=; else why=unknown; fi
    else
        if "${pip[@]}" "$@" >"$told" 2>&1 </dev/null; then why=; else why=unknown; fi
    fi
    if [ -n "$why" ]; then
        if grep -q 'connection broken' "$told"; then
            why="the package index cannot be reached"
        else
            why=$(grep -iE '^ *([a-z.]*error|fatal): ' "$told" | head -n 1 | sed 's/^ *ERROR: //' | cut -c -300 || true)
            why=${why:-it gave no reason}
        fi
    fi
    { printf '\n$ pip %s\n' "$*" && cat "$told" && rm -f "$told"; } >>"$LOG"
    [ -z "$why" ] || die "pip failed: $why (all of it: $LOG)"
}

# Installs the project and what it needs, as constraints.txt pins it. `$1`: the extra, or nothing.
need_project() {
    local extra=${1:-} want have index key stamp torch=torch==2.13.0
    want=$(wanted_torch)
    extra=${extra:-$(stamped extra)} # once there, kept up to date
    index=$(stamped index)
    if [ -n "${CTPROG_TORCH_INDEX:-}" ]; then
        index=$(sha256sum <<<"$CTPROG_TORCH_INDEX" | cut -c -16) # an address may hold a password
    fi
    key=$({
        cat "$ROOT/pyproject.toml" "$ROOT/packaging/constraints.txt"
        echo "$ROOT"
        "$VENV_PYTHON" -VV
    } | sha256sum | cut -c -64)
    stamp=$(printf 'key %s\nextra %s\ntorch %s\nindex %s' "$key" "$extra" "$want" "$index")
    [ "$(cat "$STAMP" 2>/dev/null || true)" != "$stamp" ] || return 0
    say "installing CTProg and what it needs into $VENV (the first time this takes minutes and some GB)"
    rm -f "$STAMP" "$LOG"

    # PyTorch first and by its version: left to the other packages, its newest build would come.
    have=$(installed_torch)
    if [ -n "$have" ] && [ "$have" != "$want" ] && [ "$TORCH_BUILD" != auto ]; then
        run_pip uninstall -y torch
    fi
    run_pip install -c "$ROOT/packaging/constraints.txt" \
        ${CTPROG_TORCH_INDEX:+--index-url "$CTPROG_TORCH_INDEX"} "$torch"
    have=$(installed_torch)
    if [ "$have" = cpu ] && [ "$want" = gpu ]; then
        if [ "$TORCH_BUILD" = gpu ]; then
            die "--gpu: the package index gave a CPU build of $torch; name one with GPU builds in CTPROG_TORCH_INDEX"
        fi
        say "there is a GPU, but the package index gave a CPU build of PyTorch; inference will run on the CPU"
    elif [ "$have" = gpu ] && [ "$want" = cpu ]; then
        say "the package index gave a GPU build of PyTorch, which runs on the CPU too; CTPROG_TORCH_INDEX can name one with CPU builds"
    fi

    run_pip install -c "$ROOT/packaging/constraints.txt" -e "$ROOT${extra:+[$extra]}"
    printf '%s\n' "$stamp" >"$STAMP"
    say "installed"
}

# --- the display ----------------------------------------------------------------------------------------------

# Is there an X server that answers? DISPLAY alone does not tell: it outlives the session it came from.
has_display() {
    [ -n "${DISPLAY:-}" ] || return 1
    "$VENV_PYTHON" - <<'PYTHON'
import ctypes, sys
x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
sys.exit(not x11.XOpenDisplay(None))
PYTHON
}

# Environment of the program: the platform that VTK's window needs, and drawing in software where no GPU draws.
prepare_drawing() {
    export QT_QPA_PLATFORM=xcb
    if ! compgen -G '/dev/dri/*' >/dev/null && ! command -v nvidia-smi >/dev/null; then
        export LIBGL_ALWAYS_SOFTWARE=1
    fi
    if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
        XDG_RUNTIME_DIR="${TMPDIR:-/tmp}/ctprog-runtime-$(id -u)"
        mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
        export XDG_RUNTIME_DIR
    fi
}

# Runs a command on a display of its own.
on_virtual_display() {
    export LIBGL_ALWAYS_SOFTWARE=1
    xvfb-run -a -s '-screen 0 1920x1200x24' "$@"
}

# All of the set-up. `$1`: the extra, or nothing. Sets HEADLESS to yes or no.
set_up() {
    local packages=("${LIBRARIES[@]}")
    if [ -z "${DISPLAY:-}" ] || [ "${1:-}" = test ]; then
        packages+=("${VIRTUAL_DISPLAY[@]}")
    fi
    # shellcheck disable=SC2046  # one name or none
    need_packages "${packages[@]}" $(venv_package)
    need_venv
    need_project "${1:-}"
    HEADLESS=no
    has_display || HEADLESS=yes
    if [ "$HEADLESS" = yes ]; then
        need_packages "${VIRTUAL_DISPLAY[@]}"
        command -v xvfb-run >/dev/null || die "there is no display and no xvfb-run to make one: install Xvfb"
    fi
    prepare_drawing
}
