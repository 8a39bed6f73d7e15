#!/bin/sh
# environment.sh run|dev: brings .venv to what requirements/run.lock or dev.lock says, with the project itself in it.
# Nothing outside this folder is touched, except that a missing python3-venv is installed where that may be done.
set -eu
cd "$(dirname "$0")/../.."
. provisioning/setup/saying.sh
. provisioning/setup/debian.sh
lock=$1

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return
        fi
    done
}

can_make_environments() { "$1" -m ensurepip --version >/dev/null 2>&1; }

make_environment() {
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed (Debian: python3; or name one: make PYTHON=/path/to/python3)."
    if ! can_make_environments "$python"; then
        install_debian "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        can_make_environments "$python" || fail "$python cannot make virtual environments."
    fi
    say "Making a virtual environment in .venv ($("$python" --version))."
    rm -rf .venv
    quietly "$python" -m venv .venv
}

pip_install() {
    quietly env PIP_ROOT_USER_ACTION=ignore .venv/bin/python -m pip install --disable-pip-version-check --no-input \
        --progress-bar off --no-deps "$@"
}

# A folder that was moved has an environment that still points to where it was.
[ "$(cat .venv/made-for 2>/dev/null)" = "$PWD" ] && .venv/bin/python -c 'import pip' 2>/dev/null || make_environment
say "Installing the Python packages of requirements/$lock.lock (the first time this takes a minute or two)."
pip_install --require-hashes -r "requirements/$lock.lock"
pip_install --no-build-isolation --editable .
printf '%s' "$PWD" >.venv/made-for
