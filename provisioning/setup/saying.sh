# Read by the other scripts here: talking to the person at the terminal.

say() { printf '%s\n' "$*"; }

fail() {
    printf '\nVuoro cannot be set up: %s\n' "$*" >&2
    exit 1
}

# Run a command and show what it said only when it failed, without mere warnings.
quietly() {
    told=$(mktemp)
    if ! "$@" >"$told" 2>&1 </dev/null; then
        grep -v '^WARNING' "$told" >&2 || true
        rm -f "$told"
        fail "this did not work: $*"
    fi
    rm -f "$told"
}
