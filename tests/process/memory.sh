#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The journey under valgrind: no access that is wrong, nothing lost.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"
# shellcheck source=journey.sh
. "$(dirname "$0")/journey.sh"

command -v valgrind >/dev/null || skip 'there is no valgrind'
! sanitized || skip 'a sanitizer watches already'

start_in_valgrind() {
    with=(valgrind --quiet --leak-check=full --error-exitcode=9 --log-file="$work/valgrind")
    start "$@"
}

ended_well() {
    kill -TERM "$server"
    within 20 gone || fail 'it does not end'
    local status=0
    wait "$server" || status=$?
    server=''
    if [ "$status" -ne 0 ] || [ -s "$work/valgrind" ]; then
        cat "$work/valgrind" >&2
        fail "exit status $status"
    fi
}

a_journey() {
    start_in_valgrind --client "$client:$client_secret" --redirect-origin https://a.test
    journey
    post 422 /link-session '{"customer_user": {"id": 1}, "settings": []}' "${bearer[@]}" >/dev/null
    post 422 /sandbox/connect '{"link_session_token": 7' "${bearer[@]}" >/dev/null
    ask 404 /nowhere >/dev/null
    ask 200 / >/dev/null
    ask 200 /openapi.json >/dev/null
    ended_well
}

odd_requests() {
    start_in_valgrind --deterministic
    "$tool" wire "$port"
    "$tool" crowd "$port" 50
    ended_well
}

tls() {
    mkdir "$work/tls"
    "$tool" certificate "$work/tls"
    start_in_valgrind --tls-cert "$work/tls/cert.pem" --tls-key "$work/tls/key.pem" --threads 2
    ask 200 /livez --insecure >/dev/null
    ended_well
}

failed_starts() {
    "${with[@]}" "$binary" --client a 2>/dev/null && fail 'a bad option is taken'
    [ ! -s "$work/valgrind" ] || fail "$(cat "$work/valgrind")"
    "${with[@]}" "$binary" --listen 192.0.2.1:0 2>/dev/null && fail 'a bad address is taken'
    [ ! -s "$work/valgrind" ] || fail "$(cat "$work/valgrind")"
    "${with[@]}" "$binary" --help >/dev/null || fail '--help'
    [ ! -s "$work/valgrind" ] || fail "$(cat "$work/valgrind")"
}

a_journey
odd_requests
tls
failed_starts
