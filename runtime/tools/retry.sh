# Sourced by the scripts that download.

# retry COMMAND... tries again after 5, 20 and 60 seconds.
retry() {
    local wait
    for wait in 5 20 60; do
        "$@" && return 0
        echo "${0##*/}: '$*' failed, once more in $wait s" >&2
        sleep "$wait"
    done
    "$@"
}

# verified FOLDER: whether every file in it is one of tools/checksums. (`sha256sum --check
# --ignore-missing` with that list is content with one of them.)
verified() {
    local file list
    list=$(dirname "${BASH_SOURCE[0]}")/checksums
    for file in "$1"/*; do
        awk -v "name=${file##*/}" '$2 == name' "$list" |
            (cd "$1" && sha256sum --check --quiet --strict) || return 1
    done
}
