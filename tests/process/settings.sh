#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Options that change what is answered, from the outside.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"
# shellcheck source=journey.sh
. "$(dirname "$0")/journey.sh"

# Keeps what every call of the journey answers, head and body, in the file `record`.
ask() {
    local status
    status=$(curl --silent --noproxy '*' --max-time 20 --include --output "$work/answer" \
        --write-out '%{http_code}' "${@:3}" "$url$2") || fail "curl: $? for $2"
    [ "$status" = "$1" ] || fail "status $status instead of $1 for $2"
    grep -av '^Date: ' "$work/answer" >>"$work/record"
    sed '1,/^\r$/d' "$work/answer"
}

# record NAME [options]: the journey's record under these options.
record() {
    : >"$work/record"
    start --public-url http://sandbox.test "${@:2}"
    # The journey's own server is where it listens; answers name the public URL.
    url=http://localhost:$port
    journey
    ask 200 / >/dev/null
    ask 404 /nowhere >/dev/null
    ask 200 /.well-known/jwks.json >/dev/null
    stop
    mv "$work/record" "$work/$1"
}

same() {
    cmp "$work/$1" "$work/$2" || fail "$1 and $2 differ: $(diff "$work/$1" "$work/$2" | head -n 4)"
}

different() {
    ! cmp --silent "$work/$1" "$work/$2" || fail "$1 and $2 are the same"
}

# The second second differs from the first in every real clock.
deterministic() {
    record one --deterministic
    record two --deterministic
    same one two
    record threads --deterministic --threads 4
    same one threads
    MONEYKIT_SANDBOX_DETERMINISTIC=1 MONEYKIT_SANDBOX_SEED=0 record environment
    same one environment
    record seed --deterministic --seed 1
    different one seed
    record now --deterministic --now 2026-01-01T00:00:01
    different one now
    record chance
    different one chance
    grep -q '"last_synced_at":"2026-01-01T00:00:00"' "$work/one" || fail 'the clock does not stand'
    # A record holds what may differ, so that the comparison means something.
    grep -qi '^x-request-id: req_' "$work/one" || fail 'the record has no heads'
    grep -q access_token "$work/one" || fail 'the record has no tokens'
}

ids_follow_from_the_seed() {
    record first --seed 7
    record second --seed 7
    equal 'the ids' "$(grep -aoE 'mk_[A-Za-z0-9]{22}' "$work/first" | sort -u)" \
        "$(grep -aoE 'mk_[A-Za-z0-9]{22}' "$work/second" | sort -u)"
    different first second # for tokens are secrets
}

times() {
    record utc --timestamps utc --now 2031-02-03T04:05:06
    grep -q '"last_synced_at":"2031-02-03T04:05:[0-9][0-9]Z"' "$work/utc" || fail 'another now'
    grep -q '"last_synced_at":"2023-02-16T09:14:11Z"' "$work/utc" || fail 'the example has no Z'
    ! grep -qE '"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}"' "$work/utc" || fail 'a time has no Z'
    record seed --timestamps seed --now 2031-02-03T04:05:06
    ! grep -qE '"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"' "$work/seed" || fail 'a time has a Z'
}

deterministic
ids_follow_from_the_seed
times
