#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The README's journey: its shell blocks, pasted in order into one shell.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

start
# shellcheck disable=SC2016 # the backquotes are the README's
sed -n '/^## The journey/,/^## Point/{/^```sh$/,/^```$/{/^```/!p}}' "$source_dir/README.md" |
    sed "s,http://localhost:8080,$url,g" >"$work/journey"
[ "$(grep -c curl "$work/journey")" -ge 6 ] || fail 'the journey of the README is not found'
bash -euo pipefail "$work/journey" >"$work/printed" 2>"$work/complaint" || fail 'a line fails'

grep -q '^HTTP/1.1 201 Created' "$work/printed" || fail 'the documented call is not answered 201'
grep -q '"link_id":"mk_eqkWN34UEoa2NxyALG8pcV"' "$work/printed" || fail 'no documented link'
grep -q '"institution_id":"moneykit-creds-bank"' "$work/printed" || fail 'no link of our own'
# The id that the README prints, which follows from the seed.
printed=$(sed -n 's/^{"link_id":"\([^"]*\)".*/\1/p' "$source_dir/README.md" | tail -n 1)
grep -q "\"link_id\":\"$printed\"" "$work/printed" || fail "the README's link $printed is another"
stop
