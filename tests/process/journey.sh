# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# For those who have sourced lib.sh: everything that a back end does. Its secrets are known
# beforehand or kept in `secrets`.

client=journey-client
client_secret=s3cret-of-the-client
account_number=998877665544
password=pass_good
secrets=("$client_secret" "$account_number" "$password")

# A value that nobody else may see.
keep() {
    secrets+=("$1")
}

sign_in() {
    token=$(ask 201 /auth/token --data grant_type=client_credentials --data "client_id=$client" \
        --data "client_secret=$client_secret" | get access_token)
    keep "$token"
    bearer=(--header "Authorization: Bearer $token" --header 'MoneyKit-Version: 2023-02-18')
    ask 200 /auth/introspect "${bearer[@]}" >/dev/null
}

create_session() {
    session=$(post 201 /link-session '{
        "customer_user": {"id": "user-1", "email": {"address": "someone@a.test"}},
        "redirect_uri": "http://localhost:3000/back", "link_tags": ["user_type:test"],
        "settings": {"products": {"account_numbers": {"prefetch": true}, "identity": null}},
        "custom_sandbox_data": {"accounts": [{"account_type": "depository.checking",
            "name": "mine", "account_number": "'"$account_number"'",
            "routing_number": "021000021"}]}}' "${bearer[@]}" | get link_session_token)
    keep "$session"
}

# connect USER [further members]: completes the session. Sets exchangeable and link.
connect() {
    post 201 /sandbox/connect '{"link_session_token": "'"$session"'", "username": "'"$1"'",
        "password": "'"$password"'"'"${2:-}"'}' "${bearer[@]}" >"${work:?}/connected"
    exchangeable=$(get exchangeable_token <"$work/connected")
    link=$(get link_id <"$work/connected")
    keep "$exchangeable"
}

exchange() {
    equal 'the link' "$(post 201 /link-session/exchange-token \
        '{"exchangeable_token": "'"$exchangeable"'"}' "${bearer[@]}" | get link_id)" "$link"
    post 400 /link-session/exchange-token '{"exchangeable_token": "'"$exchangeable"'"}' \
        "${bearer[@]}" >/dev/null
}

use_link() {
    ask 200 "/links/$link" "${bearer[@]}" >/dev/null
    ask 200 "/links/$link" "${bearer[@]}" --request PATCH \
        --header 'Content-Type: application/json' --data '{"link_tags": ["a"], "webhook": null}' \
        >/dev/null
    ask 200 '/links?tags=a' "${bearer[@]}" >/dev/null
}

journey() {
    sign_in
    ask 200 '/institutions?name=bank&featured=true' "${bearer[@]}" >/dev/null
    create_session
    connect user_custom
    exchange
    use_link
    create_session
    connect user_mfa_otp ', "mfa": "1234", "institution_id": "moneykit-creds-bank"'
    exchange
    use_link
    ask 204 "/links/$link" "${bearer[@]}" --request DELETE >/dev/null
    ask 410 "/links/$link" "${bearer[@]}" --request PATCH \
        --header 'Content-Type: application/json' --data '{}' >/dev/null
    exchangeable=c7318ff7-257c-490e-8242-03a815b223b7
    link=mk_eqkWN34UEoa2NxyALG8pcV
    keep "$exchangeable"
    exchange
}
