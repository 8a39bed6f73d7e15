#!/bin/sh
# The Debian packages that the tests need: the real broker, the other database, a browser, fonts, shaping of Arabic.
set -eu
cd "$(dirname "$0")/../.."
. provisioning/setup/saying.sh
. provisioning/setup/debian.sh

command -v dpkg-query >/dev/null || {
    say "This is no Debian: Mosquitto, PostgreSQL, Chromium, Noto fonts and FriBidi are taken to be there."
    exit 0
}

# The tests start a PostgreSQL of their own: while the package is installed, it is told to make none for this machine.
told=/etc/postgresql-common/createcluster.d/vuoro-tests.conf

make_no_database_server() {
    may_install "$@"
    $as_root mkdir -p "${told%/*}"
    trap '$as_root rm -f "$told"; $as_root rmdir --ignore-fail-on-non-empty "${told%/*}"' EXIT
    echo "create_main_cluster = false" | $as_root tee "$told" >/dev/null
}

missing=$(missing_debian mosquitto postgresql chromium fonts-noto-core libfribidi0)
case " $missing" in *" postgresql "*) make_no_database_server $missing ;; esac
[ -z "$missing" ] || install_debian $missing
