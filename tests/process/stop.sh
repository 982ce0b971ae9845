#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The end of a server: in order, amid load, and sudden.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

signals_end_it_quietly() {
    local signal
    for signal in TERM INT; do
        start
        ask 200 /livez >/dev/null
        kill -"$signal" "$server"
        ended 0 7
        equal 'the last words' "$(tail -n 1 "$work/err" | cut -d' ' -f2-)" 'info  stopping'
        equal 'the lines of the log' "$(wc -l <"$work/err")" 2
        start --log-level warn
        kill -"$signal" "$server"
        ended 0 7
        [ ! -s "$work/err" ] || fail 'it is not quiet'
    done
}

# The port can be had again at once, also with connections that the old server left behind.
the_port_is_free_again() {
    start
    local old=$port
    for _ in {1..3}; do
        ask 200 /livez >/dev/null
        exec 8<>"/dev/tcp/127.0.0.1/$old"
        kill -KILL "$server"
        ended 137 5 2>/dev/null
        start --listen "localhost:$old"
        exec 8>&-
    done
    stop
    start --listen "localhost:$old"
    stop
}

# An idle connection does not hold the stop up.
idle_connections_end() {
    start
    exec 8<>"/dev/tcp/127.0.0.1/$port"
    ask 200 /livez >/dev/null
    kill -TERM "$server"
    ended 0 3
    exec 8>&-
}

# A request that never becomes complete holds it up for 5 s at most.
half_a_request_ends() {
    start
    exec 8<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\ng' >&8
    ask 200 /livez >/dev/null
    stop
    exec 8>&-
}

# A request whose client has left will never be complete: nobody waits for it.
abandoned_requests_end() {
    start
    exec 8<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\ng' >&8
    exec 8>&-
    ask 200 /livez >/dev/null
    kill -TERM "$server"
    ended 0 3
}

amid_load() {
    local threads
    for threads in 1 2 4; do
        start --log-level error --threads "$threads"
        "$tool" load "$port" "$server" || fail "a request was cut ($threads threads)"
        ended 0 7
        [ ! -s "$work/err" ] || fail 'it is not quiet'
    done
}

signals_end_it_quietly
the_port_is_free_again
idle_connections_end
half_a_request_ends
abandoned_requests_end
amid_load
