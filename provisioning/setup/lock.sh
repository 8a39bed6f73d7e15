#!/bin/sh
# Writes the lock files anew, with hashes and without the address of any package index. Pins that still fit are kept;
# `make lock UPGRADE=1` takes the newest.
set -eu
cd "$(dirname "$0")/../.."
. provisioning/setup/saying.sh
tool=.venv/lock

if [ ! -x "$tool/bin/uv" ]; then
    say "Fetching uv, which resolves the versions (into $tool)."
    .venv/bin/python -m venv "$tool"
    quietly "$tool/bin/python" -m pip install --disable-pip-version-check uv
fi

compile() {
    lock=$1
    shift
    "$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header ${UPGRADE:+--upgrade} --override requirements/overrides.txt \
        --extra hub --extra devices --extra demo "$@" --output-file "requirements/$lock.lock" \
        pyproject.toml requirements/build.in
    say "requirements/$lock.lock is written."
}

compile run
compile dev --extra dev
