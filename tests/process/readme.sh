#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The README's journey and its control calls: their shell blocks, pasted in order into one shell.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

# blocks FROM TO: the shell blocks between two headings, for our address.
blocks() {
    # shellcheck disable=SC2016 # the backquotes are the README's
    sed -n "/^## $1/,/^## $2/"'{/^```sh$/,/^```$/{/^```/!p}}' "$source_dir/README.md" |
        sed "s,http://localhost:8080,$url,g"
}

start
blocks 'The journey' Point >"$work/journey"
[ "$(grep -c curl "$work/journey")" -ge 6 ] || fail 'the journey of the README is not found'
bash -euo pipefail "$work/journey" >"$work/printed" 2>"$work/complaint" || fail 'a line fails'

grep -q '^HTTP/1.1 201 Created' "$work/printed" || fail 'the documented call is not answered 201'
grep -q '"link_id":"mk_eqkWN34UEoa2NxyALG8pcV"' "$work/printed" || fail 'no documented link'
grep -q '"institution_id":"moneykit-creds-bank"' "$work/printed" || fail 'no link of our own'
# The id that the README prints, which follows from the seed.
printed=$(sed -n 's/^{"link_id":"\([^"]*\)".*/\1/p' "$source_dir/README.md" | head -n 1)
grep -q "\"link_id\":\"$printed\"" "$work/printed" || fail "the README's link $printed is another"
stop

start
blocks 'The journey' Point >"$work/pasted"
blocks 'Control for tests' Options >>"$work/pasted"
[ "$(grep -c curl "$work/pasted")" -ge 32 ] || fail 'the control calls of the README are not found'
(cd "$work" && bash -eu pasted) >"$work/printed" 2>"$work/complaint" ||
    fail 'a line of the control calls fails'
for words in '"webhook_retry_seconds":5' '"in_flight":\[\]' '"event":"transactions.updates_available"' \
    '"use":"sig"' '"previous":{"kid"' '"mode":"tampered"' '"fault_id":1,' 'HTTP/1.1 429' \
    '"error_code":"user_setup_required"' '"created":\[{"transaction_id"' '"nearest":"plaid"' \
    '"requests":\[{"number"' '"matched":true' '^event: request' '"deliveries":' \
    '"client_id":"demo-copy"' '^moneykit_sandbox_worlds 2'; do
    grep -q "$words" "$work/printed" || fail "the control calls do not print $words"
done
stop
