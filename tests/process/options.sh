#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The command line as a shell sees it: what is printed where, and the exit status. What each option
# takes is unit/options.c's subject.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" "$@"

bad_options_are_one_line() {
    complains 2 '--sed: no such option; see --help' --sed=7
    complains 2 'an argument is neither an option nor its value' serve
    complains 2 '--seed: expected a value: N' --seed
    complains 2 '--seed: expected a whole number from 0' --seed many
    complains 2 '--timestamps: expected one of: seed, utc' --timestamps=iso
    complains 2 '--now: expected a time like 2026-01-01T00:00:00' --now tomorrow
    complains 2 '--deterministic: expected 1 or 0' --deterministic=maybe
    complains 2 '--listen: expected HOST:PORT' --listen 8080
    complains 2 '--tls-cert and --tls-key go together' --tls-cert cert.pem
    complains 2 'needs --client' --deterministic --listen 0.0.0.0:0
}

bad_variables_are_one_line() {
    MONEYKIT_SANDBOX_THREADS=0 complains 2 'MONEYKIT_SANDBOX_THREADS: expected a whole number'
    MONEYKIT_SANDBOX_CLIENTS=, complains 2 'MONEYKIT_SANDBOX_CLIENTS: must not be empty'
    MONEYKIT_SANDBOX_LOG_LEVEL=loud complains 2 'MONEYKIT_SANDBOX_LOG_LEVEL: expected one of'
}

secrets_are_not_repeated() {
    complains 2 '--client: expected ID:SECRET' --client s3cret
    complains 2 'neither an option' --client a:b s3cret
    complains 2 '--acces-token: no such' --acces-token=s3cret
    MONEYKIT_SANDBOX_CLIENTS=s3cret complains 2 '--client: expected'
    if grep -q s3cret "$work/complaint"; then
        fail 'a secret is repeated'
    fi
}

help_and_version_are_output() {
    run 0 --help
    grep -q '^usage: moneykit-sandbox \[options\]$' "$work/said" || fail 'no usage'
    [ ! -s "$work/complaint" ] || fail 'help on standard error'
    cp "$work/said" "$work/help"
    run 0 --version
    grep -Eqx 'moneykit-sandbox [0-9]+\.[0-9]+\.[0-9]+' "$work/said" || fail 'no version'
    run 0 --help --tls-cert a --tls-key b --deterministic
    complains 2 'no such option' --help --helq
}

# Every flag and variable that --help names, with its row in the table of the README.
readme_has_every_option() {
    local readme=$source_dir/README.md flag row variable count=0

    while read -r flag; do
        row=$(grep -E "^\|.*\`${flag}[ \`].*\|" "$readme") || fail "the README's table lacks $flag"
        variable=$(sed -n "/^  $flag\( \|$\)/,/^  --/s/.* environment: \([A-Z_]*\).*/\1/p" \
            "$work/help")
        [[ $row == *"\`$variable\`"* ]] || [ -z "$variable" ] ||
            fail "the README's table lacks $variable"
        count=$((count + 1))
    done < <(sed -n 's/^  \(--[a-z-]*\).*/\1/p' "$work/help")
    [ "$count" -ge 19 ] || fail "--help names $count flags only"

    # And nothing that does not exist.
    while read -r flag; do
        grep -q -e "^  $flag\( \|$\)" "$work/help" || fail "the README's table has a stranger: $flag"
    done < <(sed -n '/^## Options/,/^## /s/^| \(`--.*\)/\1/p' "$readme" | cut -d'|' -f1 |
        grep -oE -e '--[a-z-]+')
}

bad_options_are_one_line
bad_variables_are_one_line
secrets_are_not_repeated
help_and_version_are_output
readme_has_every_option
