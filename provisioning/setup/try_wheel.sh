#!/bin/sh
# Builds the wheel, installs it into a fresh environment outside the checkout, and starts each of its commands.
set -eu
cd "$(dirname "$0")/../.."
. provisioning/setup/saying.sh
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT

say "Building the wheel and installing it into a fresh environment."
quietly .venv/bin/python -m pip wheel --disable-pip-version-check --no-deps --no-build-isolation -w "$there" .
.venv/bin/python -m venv "$there/env"
quietly env PIP_ROOT_USER_ACTION=ignore "$there/env/bin/python" -m pip install --disable-pip-version-check --no-deps \
    --require-hashes -r requirements/run.lock
quietly env PIP_ROOT_USER_ACTION=ignore "$there/env/bin/python" -m pip install --disable-pip-version-check --no-deps \
    "$there"/vuoro-*.whl
cd "$there"
for command in vuoro-hub vuoro-device vuoro-provision; do
    quietly "$there/env/bin/$command" --help
    say "$command starts from the wheel."
done
