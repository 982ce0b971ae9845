#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The key that signs webhooks: where it is kept, and what happens where it can't be.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

# key [options]: the id of the key of a server with these options.
key() {
    start "$@"
    ask 200 /.well-known/jwks.json | get keys.0.kid >"$work/kid"
    stop
}

# The key of the next start is that of the last.
stays() {
    local before
    before=$(cat "$work/kid")
    key "$@"
    equal 'the key' "$(cat "$work/kid")" "$before"
}

changes() {
    local before
    before=$(cat "$work/kid")
    key "$@"
    [ "$(cat "$work/kid")" != "$before" ] || fail "the key is still the same: $*"
}

kept_in() {
    equal 'the mode of the file' "$(stat -c %a "$1/signing-key.pem")" 600
    equal 'the mode of its folder' "$(stat -c %a "$1")" 700
    equal 'the files in it' "$(ls -A "$1")" signing-key.pem
    ! grep -q warn "$work/err" || fail "a warning: $(cat "$work/err")"
}

state_folder() {
    key
    kept_in "$HOME/.local/state/moneykit-sandbox"
    stays
    stays --seed 7 --threads 2
    XDG_STATE_HOME=relative stays

    XDG_STATE_HOME=$work/state changes
    kept_in "$work/state/moneykit-sandbox"
    XDG_STATE_HOME=$work/state stays
}

given_file() {
    local file=$work/keys/mine.pem

    changes --signing-key "$file"
    equal 'the mode of the file' "$(stat -c %a "$file")" 600
    stays --signing-key "$file"
    MONEYKIT_SANDBOX_SIGNING_KEY=$file stays
    stays --deterministic --signing-key "$file"
    complains 1 "$work/out: not an unencrypted P-256 private key" --signing-key "$work/out"
    complains 1 '/dev/null/key.pem: Not a directory' --signing-key /dev/null/key.pem
}

from_the_seed() {
    HOME=$work/nowhere changes --deterministic
    HOME=$work/nowhere stays --deterministic
    HOME=$work/nowhere changes --deterministic --seed 1
    [ ! -e "$work/nowhere" ] || fail 'a file was made'
}

# Nobody asked for a file, so the server runs without: one line says why.
not_kept() {
    HOME=/dev/null changes
    warned '/dev/null/.local/state/moneykit-sandbox/signing-key.pem: Not a directory'
    HOME=/dev/null changes
    HOME='' changes
    warned 'there is no home folder'
    with=(env --unset=HOME)
    changes
    with=()
    warned 'there is no home folder'
}

warned() {
    equal 'the number of warnings' "$(grep -c ' warn ' "$work/err")" 1
    grep -qF "the key that signs webhooks is not kept: $1" "$work/err" || fail "no warning: $1"
}

state_folder
given_file
from_the_seed
not_kept
