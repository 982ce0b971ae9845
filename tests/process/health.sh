#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# moneykit-sandbox healthcheck: 0 when the server is up, 1 and a line when it is not.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

# healthy [arguments]: and silently so.
healthy() {
    run 0 healthcheck "$@"
    if [ -s "$work/said" ] || [ -s "$work/complaint" ]; then
        fail 'it is not silent'
    fi
}

# check_with ADDRESS: as the container's health check asks, which has only the environment.
check_with() {
    MONEYKIT_SANDBOX_LISTEN=$1 healthy
}

up() {
    start
    healthy --url "$url"
    healthy --url "$url/"
    healthy "--url=$url"
    healthy --url "http://127.0.0.1:$port"
    check_with "localhost:$port"
    check_with "127.0.0.1:$port"
    check_with "0.0.0.0:$port"
    http_proxy=http://192.0.2.1:1 healthy --url "$url"
    stop
}

down() {
    complains 1 'connect' healthcheck --url "http://localhost:$port"
    MONEYKIT_SANDBOX_LISTEN=localhost:$port complains 1 'connect' healthcheck
    MONEYKIT_SANDBOX_LISTEN=unix:$work/none complains 1 'connect' healthcheck
}

not_ours() {
    start
    complains 1 'answers 404' healthcheck --url "$url/under"
    stop
}

other_sockets() {
    start --listen "unix:$work/socket"
    check_with "unix:$work/socket"
    stop
    mkdir "$work/tls"
    "$tool" certificate "$work/tls"
    export MONEYKIT_SANDBOX_TLS_CERT=$work/tls/cert.pem MONEYKIT_SANDBOX_TLS_KEY=$work/tls/key.pem
    start
    check_with "localhost:$port"
    check_with "0.0.0.0:$port"
    healthy --url "$url"
    unset MONEYKIT_SANDBOX_TLS_CERT MONEYKIT_SANDBOX_TLS_KEY
    MONEYKIT_SANDBOX_LISTEN=localhost:$port run 1 healthcheck
    stop
}

misuse() {
    complains 2 'usage: moneykit-sandbox healthcheck [--url URL]' healthcheck --seed 1
    complains 2 'usage: ' healthcheck --url
    complains 1 '' healthcheck --url nonsense://x
    complains 1 '' healthcheck --url file:///etc/hostname
    MONEYKIT_SANDBOX_LISTEN=nonsense complains 2 '--listen: expected' healthcheck
}

up
down
not_ours
other_sockets
misuse
