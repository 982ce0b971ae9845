# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the process tests share. A test is a script that is called with the binary, the tool
# (tool.c) and the source folder, sources this file and calls its functions one after the other:
# the first thing that is not as it should be ends it with a line that says what. Nothing is left
# behind: one server at a time, ended by its own pid, and a folder for files.
set -Eeuo pipefail

binary=$1 tool=$2
# shellcheck disable=SC2034 # for those who source this
source_dir=$3
work=$(mktemp -d)
server='' # its pid while one runs
with=()   # what start() runs the binary with: a limit, valgrind

# What the machine has set must not matter.
for variable in "${!MONEYKIT_SANDBOX_@}"; do
    unset "$variable"
done
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy CURL_HOME
unset XDG_STATE_HOME
export LC_ALL=C HOME=$work

leave() {
    if [ -n "$server" ]; then
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap leave EXIT
trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: ${FUNCNAME[0]:-}: $BASH_COMMAND" >&2' ERR

fail() {
    local where="${FUNCNAME[*]:1}"
    echo "${where% main}: $*" >&2
    for file in out err said complaint; do
        [ -s "$work/$file" ] && tail -n 5 "$work/$file" | sed "s/^/  $file: /" >&2
    done
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

# within SECONDS COMMAND...: repeats the command until it succeeds.
within() {
    local tries=$(($1 * 50))
    shift
    until "$@" 2>/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.02
    done
}

# Built with a sanitizer? Then all is slower, and valgrind has nothing to say.
sanitized() {
    grep -q -e __asan_init -e __tsan_init "$binary"
}

# --- One server -----------------------------------------------------------------------------------

introduced() {
    ! running || grep -q '^Try: ' "$work/out"
}

running() {
    kill -0 "$server" 2>/dev/null
}

gone() {
    ! running
}

# start [options]: on a free port unless told otherwise. Sets server, url and port ('' for a unix
# socket).
start() {
    : >"$work/out"
    : >"$work/err"
    case " $* " in
    *--listen*) ;;
    *) set -- --listen localhost:0 "$@" ;;
    esac
    "${with[@]}" "$binary" "$@" >"$work/out" 2>"$work/err" &
    server=$!
    within 20 introduced || fail "no start within 20 s: $*"
    running || fail "does not start: $*"
    read_introduction
}

read_introduction() {
    local address
    address=$(sed -n 's/.* listens on //p' "$work/out")
    url=$(sed -n 's,^Front page: \(.*\)/$,\1,p' "$work/out")
    # shellcheck disable=SC2034 # for those who source this
    port=''
    # shellcheck disable=SC2034
    [[ $address == unix:* ]] || port=${address##*:}
}

# Ends the server and expects it to end well, in time.
stop() {
    kill -TERM "$server"
    ended 0 7
}

# ended STATUS SECONDS: waits for the server to end by itself.
ended() {
    local status=0
    within "$2" gone || fail "the server still runs after $2 s"
    wait "$server" || status=$?
    server=''
    [ "$status" -eq "$1" ] || fail "exit status $status instead of $1"
}

# --- Programs that end ----------------------------------------------------------------------------

# run STATUS [options]: runs the binary, which must end with this status. Its output is in said and
# complaint.
run() {
    local expected=$1 status=0
    shift
    timeout 20 "$binary" "$@" >"$work/said" 2>"$work/complaint" || status=$?
    [ "$status" -eq "$expected" ] || fail "exit status $status instead of $expected: $*"
}

# The same, with a single line on standard error that holds TEXT, and nothing on standard output.
complains() {
    local text=$2
    run "$1" "${@:3}"
    [ ! -s "$work/said" ] || fail "there is output: ${*:3}"
    [ "$(wc -l <"$work/complaint")" -eq 1 ] || fail "not one line on standard error: ${*:3}"
    grep -qF -- "$text" "$work/complaint" || fail "no '$text' on standard error: ${*:3}"
}

# --- Requests -------------------------------------------------------------------------------------

# ask STATUS PATH [curl options]: prints the body of an answer that must have this status.
ask() {
    local status
    status=$(curl --silent --noproxy '*' --max-time 20 --output "$work/body" \
        --write-out '%{http_code}' "${@:3}" "$url$2") || fail "curl: $? for $2"
    [ "$status" = "$1" ] || fail "status $status instead of $1 for $2: $(head -c 300 "$work/body")"
    cat "$work/body"
}

# post STATUS PATH JSON [curl options]: the same for a POST of JSON.
post() {
    ask "$1" "$2" --header 'Content-Type: application/json' --data "$3" "${@:4}"
}

# get PATH: the text at a place of the JSON on standard input.
get() {
    "$tool" get "$1"
}

# equal WHAT IS SHOULD
equal() {
    [ "$2" = "$3" ] || fail "$1 is '$2' instead of '$3'"
}
