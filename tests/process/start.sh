#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# From the command to the first answer: what is printed, every form of address, TLS, and machines
# that lack something.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

# Runs the printed curl line as a user who pastes it does.
paste() {
    local line
    line=$(sed -n 's/^Try: //p' "$work/out")
    bash -c "$line" >"$work/pasted" || fail "does not work when pasted: $line"
    equal 'the pasted line' "$(get institutions.0.institution_id <"$work/pasted")" \
        moneykit-creds-bank
}

introduction() {
    start
    equal 'the first line' "$(sed -n 1p "$work/out")" \
        "$("$binary" --version) listens on localhost:$port"
    equal 'the second line' "$(sed -n 2p "$work/out")" "Front page: http://localhost:$port/"
    ask 200 / | grep -q "$url" || fail 'the front page does not name the address'
    paste
    grep -Eqx 'Admin token: [0-9a-f]{32}' "$work/out" || fail 'no admin token was drawn'
    equal 'the number of lines' "$(wc -l <"$work/out")" 4
    stop

    start --admin-token known
    ! grep -qi -e 'admin token' -e known "$work/out" || fail 'a given admin token is printed'
    stop
    start --client a:s3cret
    ! grep -q s3cret "$work/out" || fail 'a given secret is printed'
    grep -q "X-Client-Id: a'" "$work/out" || fail 'the printed line has another client'
    stop
}

# A start takes milliseconds; a second is for slow machines.
quick() {
    local before
    sanitized && return
    before=$(date +%s%N)
    start
    [ $((($(date +%s%N) - before) / 1000000)) -lt 1000 ] || fail 'more than a second to start'
    stop
}

addresses() {
    local address

    start --listen 127.0.0.1:0
    paste
    stop
    start --listen 0.0.0.0:0
    paste
    stop
    start --listen 127.0.0.2:0
    equal 'the URL' "$url" "http://127.0.0.2:$port"
    paste
    stop
    start --listen localhost:0 --public-url https://sandbox.test/under
    equal 'the URL' "$url" https://sandbox.test/under
    stop
    if [ -s /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
        for address in '[::1]:0' '[::]:0' localhost:0; do
            start --listen "$address"
            paste
            url="http://[::1]:$port" ask 200 /livez >/dev/null
            stop
        done
    fi
    MONEYKIT_SANDBOX_LISTEN=unix:$work/env.sock start_from_environment
}

start_from_environment() {
    : >"$work/out"
    "$binary" >"$work/out" 2>"$work/err" &
    server=$!
    within 20 introduced || fail 'no start'
    grep -q "listens on unix:$work/env.sock" "$work/out" || fail 'the environment is not heard'
    stop
}

unix_socket() {
    local path="$work/a socket"

    start --listen "unix:$path"
    equal 'the address' "$(sed -n 's/.*listens on //p' "$work/out")" "unix:$path"
    paste
    ask 200 /livez --unix-socket "$path" >/dev/null
    complains 1 'address already in use' --listen "unix:$path"
    ask 200 /livez --unix-socket "$path" >/dev/null
    stop
    [ ! -e "$path" ] || fail 'the socket is still there'

    # A server that was killed leaves its socket; the next one takes its place.
    start --listen "unix:$path"
    kill -KILL "$server"
    ended 137 5 2>/dev/null
    [ -S "$path" ] || fail 'no socket is left'
    start --listen "unix:$path"
    paste
    stop

    echo precious >"$work/file"
    complains 1 'not a socket' --listen "unix:$work/file"
    equal 'the file' "$(cat "$work/file")" precious
    complains 1 'No such file' --listen "unix:$work/none/socket"
    complains 1 'at most 107 bytes' --listen "unix:$work/$(printf '%0200d' 0)"
}

port_taken() {
    start
    complains 1 "localhost:$port: address already in use" --listen "localhost:$port"
    complains 1 "address already in use" --listen "127.0.0.1:$port" --threads 4
    ask 200 /livez >/dev/null
    stop
}

hosts_that_are_not_ours() {
    complains 1 'this machine has no such address' --listen 192.0.2.1:0
    complains 1 'nowhere.invalid:0: ' --listen nowhere.invalid:0
}

tls() {
    local other

    mkdir "$work/tls"
    "$tool" certificate "$work/tls"
    start --tls-cert "$work/tls/cert.pem" --tls-key "$work/tls/key.pem"
    equal 'the URL' "$url" "https://localhost:$port"
    paste
    ask 200 /livez --cacert "$work/tls/cert.pem" >/dev/null
    ask 401 /links --cacert "$work/tls/cert.pem" --http1.1 >/dev/null
    curl --silent --output /dev/null "http://localhost:$port/livez" && fail 'plain HTTP is answered'
    ask 200 /livez --cacert "$work/tls/cert.pem" >/dev/null
    "$binary" healthcheck --url "$url" || fail 'healthcheck over TLS'
    stop

    other="--tls-cert $work/tls/cert.pem"
    # shellcheck disable=SC2086 # two words
    {
        complains 1 'No such file' --tls-key "$work/none" $other
        complains 1 'not a readable file' --tls-key /dev/null $other
        complains 1 'does not belong' --tls-key "$work/tls/other.pem" $other
        complains 1 'not an unencrypted PEM private key' --tls-key "$work/tls/cert.pem" $other
    }
    complains 1 'not a PEM certificate' --tls-cert "$work/tls/key.pem" \
        --tls-key "$work/tls/key.pem"
    complains 1 'not a readable file' --tls-cert "$work" --tls-key "$work/tls/key.pem"
}

several_threads() {
    start --threads 4
    for _ in {1..20}; do
        ask 200 /livez >/dev/null
    done
    "$tool" crowd "$port" 500
    stop
}

# Standard streams that are closed or full; what was opened in their place must not get the log.
streams() {
    start # for a free port that is known beforehand
    stop
    local listen=localhost:$port form
    for form in '>&-' '2>&-' '<&- >&- 2>&-' '>/dev/full' '2>/dev/full' '>/dev/full 2>/dev/full'; do
        eval '"$binary" --listen "$listen" >"$work/out" 2>"$work/err" '"$form"' &'
        server=$!
        url=http://$listen
        within 20 curl --silent --noproxy '*' --output /dev/null "$url/livez" ||
            fail "no answer with $form"
        equal "what is answered with $form" "$(ask 200 /livez | get status)" ok
        equal 'the standard streams' \
            "$(readlink "/proc/$server/fd/0" "/proc/$server/fd/1" "/proc/$server/fd/2" |
                grep -c -e socket: -e anon_inode: || true)" 0
        stop
    done
}

few_descriptors() {
    with=(bash -c 'ulimit -n 64 && exec "$@"' _)
    start
    "$tool" crowd "$port" 300
    ask 200 /livez >/dev/null
    "$tool" crowd "$port" 300
    ask 200 /livez >/dev/null
    stop
    with=()
    (
        ulimit -n 64
        complains 1 'Too many open files' --listen localhost:0 --threads 64
    )
}

introduction
quick
addresses
unix_socket
port_taken
hosts_that_are_not_ours
tls
several_threads
streams
few_descriptors
