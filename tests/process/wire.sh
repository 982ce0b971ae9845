#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Clients that are strange, hostile or many. tool_wire.c has the table of requests.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

descriptors() {
    find "/proc/$server/fd" -mindepth 1 | wc -l
}

still_well() {
    ask 200 /livez >/dev/null
    ! grep -qi -e '^==.*ERROR' -e 'runtime error' "$work/err" || fail 'a sanitizer complains'
}

odd_requests() {
    start --log-level debug
    "$tool" wire "$port"
    still_well
    stop
}

# Sizes around each limit, through curl: both ends must agree.
body_limit() {
    start
    head -c $((1024 * 1024)) /dev/zero | tr '\0' ' ' >"$work/most"
    (cat "$work/most" && echo) >"$work/more"
    ask 422 /link-session -H 'X-Client-Id: a' -H 'X-Client-Secret: b' \
        -H 'Content-Type: application/json' --data-binary "@$work/most" >/dev/null
    equal 'the error' "$(ask 413 /link-session -H 'X-Client-Id: a' -H 'X-Client-Secret: b' \
        --data-binary "@$work/more" | get error_code)" api_error.request.too_large
    ask 413 /link-session -H 'X-Client-Id: a' -H 'X-Client-Secret: b' -H 'Expect: 100-continue' \
        -H 'Transfer-Encoding: chunked' --data-binary "@$work/more" >/dev/null
    stop
}

# The processor time that the server has had, in hundredths of a second.
ticks() {
    local fields
    read -ra fields <"/proc/$server/stat"
    echo $((fields[13] + fields[14]))
}

# libmicrohttpd asks to be run at once, again and again, for what does not fit its pool.
no_spinning() {
    local before
    start
    exec 8<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /auth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;%030000d' 0 >&8
    ask 200 /livez >/dev/null
    before=$(ticks)
    sleep 1 # what is measured
    [ $(($(ticks) - before)) -lt 25 ] || fail 'a long chunk line keeps the server busy'
    exec 8>&-
    stop
}

# Thousands of connections one after the other, some of them left in the middle.
many_in_a_row() {
    start --log-level warn
    "$tool" row "$port" 3000
    still_well
    stop
}

# All at once, and more than there are places.
many_at_once() {
    start --log-level warn
    local before
    before=$(descriptors)
    "$tool" crowd "$port" 900
    fewer() { [ "$(descriptors)" -le "$before" ]; }
    within 5 fewer || fail "$(descriptors) descriptors are open instead of $before"
    still_well
    stop
}

odd_requests
body_limit
no_spinning
many_in_a_row
many_at_once
