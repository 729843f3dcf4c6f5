# Sourced by the scripts that download: retry COMMAND... tries again after 5, 20 and 60 seconds.
retry() {
    local wait
    for wait in 5 20 60; do
        "$@" && return 0
        echo "${0##*/}: '$*' failed, once more in $wait s" >&2
        sleep "$wait"
    done
    "$@"
}
