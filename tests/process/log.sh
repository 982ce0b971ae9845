#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The log: a line for each request in both formats, and never a secret.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"
# shellcheck source=journey.sh
. "$(dirname "$0")/journey.sh"

admin_token=s3cret-of-the-admin
fixed_token=s3cret-that-is-fixed
stray=s3cret-where-none-belongs

# Secrets that do not come to the right place.
stray_secrets() {
    keep "$admin_token"
    keep "$fixed_token"
    keep "$stray"
    ask 401 "/links?client_secret=$stray" --user "$client:$stray" >/dev/null
    ask 401 /links --header "Authorization: Bearer $stray" >/dev/null
    ask 401 /links --header "X-Client-Id: $client" --header "X-Client-Secret: $stray" >/dev/null
    ask 404 "/links/$stray" "${bearer[@]}" >/dev/null
    ask 404 "/$stray?$stray=$stray" --header "Cookie: a=$stray" >/dev/null
    ask 422 "/institutions?featured=$stray" "${bearer[@]}" >/dev/null
    ask 422 /links "${bearer[@]:0:2}" --header "MoneyKit-Version: $stray" >/dev/null
    ask 405 "/links?$stray" --request "$stray" >/dev/null
    post 422 /link-session '{"customer_user": {"id": "'"$stray" "${bearer[@]}" >/dev/null
    post 422 /sandbox/connect '{"link_session_token": "'"$stray"'", "mfa": 1}' "${bearer[@]}" \
        >/dev/null
    post 400 /link-session/exchange-token '{"exchangeable_token": "'"$stray"'"}' \
        "${bearer[@]}" >/dev/null
    ask 401 /auth/token --data "client_id=$client&client_secret=$stray&grant_type=client_credentials" \
        >/dev/null
    ask 400 /auth/token --data "client_id=$client&client_secret=$client_secret&grant_type=$stray" \
        >/dev/null
    ask 200 /links --header "Authorization: Bearer $fixed_token" >/dev/null
    post 404 /sandbox/connect '{"link_session_token": "'"$stray"'"}' \
        --header "Authorization: Bearer $admin_token" --header "X-Sandbox-Client: $client" >/dev/null
}

# What Connect's pages send: the token stands in the address of a page, and people type secrets.
connect_pages() {
    local page state
    create_session
    page=(--header "Authorization: Bearer $session" --header "X-Connect-Window: $stray")
    ask 200 "/start?linkSessionToken=$session&origin=http%3A%2F%2Flocalhost%3A3000&device" >/dev/null
    ask 200 "/continue?linkSessionToken=$session&redirectURL=$stray" >/dev/null
    ask 404 "/connect/$stray.js" >/dev/null
    ask 200 "/connect/institutions?search=$stray" "${page[@]}" >/dev/null
    post 422 /connect/institution '{"institution_id": "'"$stray"'"}' "${page[@]}" >/dev/null
    post 200 /connect/institution '{"institution_id": "moneykit-oauth-bank"}' "${page[@]}" >/dev/null
    state=$(ask 200 /connect/session "${page[@]}" | get oauth.state)
    keep "$state"
    ask 200 "/oauth-bank/session?state=$state" >/dev/null
    post 200 /connect/resume '{"redirect_url": "http://localhost:3000/?state='"$state"'"}' \
        "${page[@]}" >/dev/null
    post 200 /oauth-bank '{"state": "'"$state"'", "username": "'"$stray"'", "approve": true}' >/dev/null
    post 404 /oauth-bank '{"state": "'"$state"'", "approve": true}' >/dev/null
    post 200 /connect/retry '{}' "${page[@]}" >/dev/null
    post 200 /connect/back '{}' "${page[@]}" >/dev/null
    post 200 /connect/institution '{"institution_id": "chase"}' "${page[@]}" >/dev/null
    post 200 /connect/login '{"username": "'"$stray"'", "password": "'"$stray"'"}' "${page[@]}" \
        >/dev/null
    post 200 /connect/login '{"username": "user_mfa_otp", "password": "'"$password"'"}' \
        "${page[@]}" >/dev/null
    post 200 /connect/answer '{"answer": "'"$stray"'"}' "${page[@]}" >/dev/null
    post 200 /connect/answer '{"answer": "1234"}' "${page[@]}" >/dev/null
    post 200 /connect/report '{"message": "'"$stray"'"}' "${page[@]}" >/dev/null
    post 200 /connect/permissions '{"products": []}' "${page[@]}" >/dev/null
    exchangeable=$(post 200 /connect/accounts '{"accounts": ["0"]}' "${page[@]}" |
        get result.exchangeable_token)
    keep "$exchangeable"
    ask 404 /connect/session --header "Authorization: Bearer $stray" >/dev/null
}

# What libmicrohttpd may have something to say about.
broken_requests() {
    local text
    for text in "GET /$stray HTTP/9.9\r\nHost: a\r\n\r\n" "$stray\r\n$stray\r\n\r\n" \
        "GET /livez HTTP/1.1\r\nHost: a\r\n$stray\r\n\r\n" \
        "POST /auth/token HTTP/1.1\r\nHost: a\r\nContent-Length: $stray\r\n\r\n" \
        "POST /auth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n$stray\r\n" \
        "GET /$stray$(printf '%016000d' 0) HTTP/1.1\r\nHost: a\r\n\r\n"; do
        exec 8<>"/dev/tcp/127.0.0.1/$port"
        # shellcheck disable=SC2059 # the text is the format
        (trap '' PIPE && printf "$text" >&8) 2>/dev/null || true # it may be refused half-way
        timeout 20 cat <&8 >/dev/null || true
        exec 8>&-
    done
}

no_secrets() {
    local secret
    for secret in "${secrets[@]}"; do
        [ ${#secret} -ge 8 ] || fail "'$secret' is too short to be looked for"
        ! grep -qF -e "$secret" "$work/err" || fail "the log has $secret"
        # The log must not have it in pieces or with escapes either.
        ! tr -d '\\\n' <"$work/err" | grep -qF -e "${secret:0:16}" || fail "the log has $secret"
    done
}

run_with_secrets() {
    secrets=("$client_secret" "$account_number" "$password")
    start --log-level debug --admin-token "$admin_token" --access-token "$fixed_token" "$@"
    journey
    stray_secrets
    connect_pages
    broken_requests
    ask 200 /livez >/dev/null
    stop
    [ "$(grep -c request_id "$work/err")" -ge 30 ] || fail 'the log lacks requests'
    no_secrets
}

text_lines() {
    run_with_secrets --log-format text
    local strange
    strange=$(grep -Evx -e '[0-9T:Z-]{20} (error|warn |info |debug) .+' "$work/err" || true)
    equal 'what is no line of a log' "$strange" ''
    grep -Eq ' info  request method=POST route=/link-session/exchange-token status=201 bytes=[0-9]+ us=[0-9]+ client=journey-client request_id=req_[0-9a-f]{16}$' \
        "$work/err" || fail 'the line of an exchange is another'
}

json_lines() {
    run_with_secrets --log-format json
    equal 'the number of lines' "$("$tool" lines "$work/err")" "$(wc -l <"$work/err")"
    grep -F '"route":"/link-session/exchange-token"' "$work/err" | head -n 1 >"$work/line"
    equal 'the method' "$(get method <"$work/line")" POST
    equal 'the status' "$(get status <"$work/line")" 201
    equal 'the client' "$(get client <"$work/line")" "$client"
}

# A name that looks like more of the log.
odd_clients() {
    local odd=$'a" status=200\\ "x'
    start --log-format json
    ask 200 /links --header "X-Client-Id: $odd" --header 'X-Client-Secret: b' >/dev/null
    equal 'the client' "$(head -n 1 "$work/err" | get client)" "$odd"
    stop
    equal 'the number of lines' "$("$tool" lines "$work/err")" 2
}

levels() {
    start --log-level warn
    ask 200 /livez >/dev/null
    ask 404 /nowhere >/dev/null
    stop
    [ ! -s "$work/err" ] || fail 'there is a log without anything to worry about'
}

text_lines
json_lines
odd_clients
levels
