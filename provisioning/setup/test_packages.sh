#!/bin/sh
# The Debian packages that the tests need: the real broker, a browser, fonts, shaping of Arabic.
set -eu
cd "$(dirname "$0")/../.."
. provisioning/setup/saying.sh
. provisioning/setup/debian.sh

command -v dpkg-query >/dev/null || {
    say "This is no Debian: Mosquitto, Chromium, Noto fonts and FriBidi are taken to be there."
    exit 0
}
missing=$(missing_debian mosquitto chromium fonts-noto-core libfribidi0)
[ -z "$missing" ] || install_debian $missing
