# Read by the other scripts here: Debian packages, for who may install them.

# install_debian PACKAGE…: as root, or with a sudo that asks nothing; otherwise says what to type, and stops.
install_debian() {
    may_install "$@"
    say "Installing from Debian: $*"
    if ! apt_install "$@" >/dev/null 2>&1; then
        quietly $as_root apt-get update -qq
        quietly apt_install "$@"
    fi
}

# may_install PACKAGE…: sets as_root, what to put before a command that only root may give.
may_install() {
    command -v apt-get >/dev/null || fail "these are missing, and there is no apt-get to install them with: $*"
    if [ "$(id -u)" = 0 ]; then
        as_root="env"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n env"
    else
        fail "please install this first, then start again:  sudo apt-get install $*"
    fi
}

apt_install() {
    $as_root DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"
}

# missing_debian PACKAGE…: those that are not installed.
missing_debian() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
    done
}
