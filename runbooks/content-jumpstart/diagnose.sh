#!/usr/bin/env bash
# Looks at the running Content Jumpstart for one trouble and says yes or no, with what it saw. Changes nothing.
#
#   diagnose.sh TOPIC [BASE_URL [VERDICT]]
#
# With a verdict, `yes` or `no`, it fails if it comes to the other one. Each instance is looked at by itself: one in trouble is enough.
#
# Topics, each decided by what users and the machine feel, never by another topic's symptom:
#   service-unavailable    an instance is gone, ended by itself, or answers 503 although its database is connected
#   database-connection    the database is unreachable, or every connection to it is taken
#   front-end-not-loading  the page, or a file that it names, is not there
#   slow-api               answers, the database or the queue for the provider take too long
#   authentication         nobody can sign in, or tokens are not accepted by the instance that they reach
#
# `authentication` signs in as OPERATOR_EMAIL (default: operator@studio.example) with OPERATOR_PASSWORD.
set -euo pipefail

topic=${1:-}
base_url=${2:-http://127.0.0.1:8090}
wanted=${3:-}
callsheet=${CALLSHEET_PROGRAM:-callsheet}

say() {
  printf '%s: %s (%s)\n' "$topic" "$1" "$2"
  [ -z "$wanted" ] || [ "$wanted" = "$1" ] || exit 1
  exit 0
}

# A line for each instance: its name, its state, its address or `-`, and how it last ended by itself.
look_for_instances() {
  "$callsheet" instances --service content-jumpstart --format json | awk '
    function text(line) { sub(/^[^:]*: /, "", line); gsub(/^"|"?,?$/, "", line); return line }
    /^ *"address":/ { address = text($0) }
    /^ *"id":/ { id = text($0) }
    /^ *"last_end":/ { ended = text($0) }
    /^ *"state":/ { state = text($0) }
    /^ *"version":/ { print id, state, (address == "null" ? "-" : address), (ended == "null" ? "" : ended) }'
}

instances=$(look_for_instances)

# Each instance's address, as the beginning of a URL.
addresses() {
  printf '%s\n' "$instances" | awk 'NF > 2 && $2 != "ending" && $2 !~ /looping|backing/ && $3 != "-" { print "http://" $3 }'
}

# The status that a request gets; 000 without an answer.
status() {
  curl -sS -o /dev/null -w '%{http_code}' --max-time 10 "$@" 2>/dev/null || true
}

# Each instance's word on its database and how many milliseconds that took: the better of three, because one may fall on a busy moment.
databases() {
  local address
  for address in $(addresses); do
    for _ in 1 2 3; do
      curl -sS --max-time 8 "$address/api/health/db" 2>/dev/null |
        sed -nE 's/.*"database":"([a-z]+)".*"latency_ms":([0-9.]+).*/\1 \2/p' || true
    done | sort -k 2 -n | head -n 1
  done
}

# The word of the first database that is not connected.
lost_database() {
  databases | awk '$1 != "connected" { print $1; exit }'
}

more_than() {
  awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value > limit) }'
}

if [ "$topic" != service-unavailable ] && [ -z "$(addresses)" ]; then
  say no "nothing runs, so this cannot be told"
fi

case "$topic" in
service-unavailable)
  [ -n "$instances" ] || say yes "no instance runs here"
  gone=$(printf '%s\n' "$instances" | awk '$2 ~ /looping|backing/ || $4 != "" { id = $1; state = $2; $1 = $2 = $3 = ""; print id " is " state ", its last end was" $0; exit }')
  [ -z "$gone" ] || say yes "$(printf '%s' "$gone" | tr -s ' ')"
  lost=$(lost_database)
  [ -z "$lost" ] || say no "the database is $lost, and that comes first"
  for address in $(addresses); do
    down=$(curl -sS --max-time 5 "$address/health/ready" 2>/dev/null | grep -oE '"[a-z]+":\{"status":"down"[^}]*\}' | head -n 1 || true)
    [ -z "$down" ] || say yes "an instance is not ready: $down"
    for path in / /api/auth/me; do
      got=$(status "$address$path")
      case "$got" in 502 | 503 | 504 | 000) say yes "an instance answers $path with $got" ;; esac
    done
  done
  say no "$(printf '%s\n' "$instances" | wc -l) instances run and answer"
  ;;
database-connection)
  lost=$(lost_database)
  [ -z "$lost" ] || say yes "the database is $lost"
  say no "every instance is connected"
  ;;
front-end-not-loading)
  for address in $(addresses); do
    page=$(curl -sS --max-time 8 "$address/" 2>/dev/null || true)
    names=$(printf '%s' "$page" | grep -oE '/assets/[A-Za-z0-9._-]+' | sort -u || true)
    if [ -z "$names" ]; then
      [ "$(status "$address/")" = 404 ] && say yes "there is no page"
      say no "the page itself does not answer, and that comes first"
    fi
    for name in $names; do
      got=$(status "$address$name")
      [ "$got" != 404 ] || say yes "the page names $name, which is not there"
    done
    curl -sS --max-time 8 -o /dev/null -D - "$address/" 2>/dev/null | grep -qi "^content-security-policy:.*script-src 'self'" ||
      say yes "the policy of the page does not admit its script"
  done
  say no "the page and every file that it names are there"
  ;;
slow-api)
  lost=$(lost_database)
  [ -z "$lost" ] || say no "the database is $lost, and that comes first"
  slowest=$(databases | awk '$2 > most { most = $2 } END { print most + 0 }')
  more_than "$slowest" 200 && say yes "the database takes $slowest ms"
  for address in $(addresses); do
    waiting=$(curl -sS --max-time 5 "$address/health" 2>/dev/null | sed -nE 's/.*"queue_length":([0-9]+).*/\1/p' || true)
    more_than "${waiting:-0}" 50 && say yes "$waiting posts wait for the provider"
    latency=$(for _ in 1 2 3 4 5; do curl -sS -o /dev/null -w '%{time_total}\n' --max-time 10 "$address/api/auth/me" 2>/dev/null || true; done |
      sort -n | sed -n 3p | awk '{ printf "%.0f\n", $1 * 1000 }')
    more_than "${latency:-0}" 500 && say yes "an answer takes $latency ms, the database $slowest ms"
  done
  say no "the database takes $slowest ms at most, answers less than 500 ms"
  ;;
authentication)
  lost=$(lost_database)
  [ -z "$lost" ] || say no "the database is $lost, and that comes first"
  keys=$(for address in $(addresses); do curl -sS --max-time 5 "$address/health" 2>/dev/null | grep -oE '"signing_key":"[0-9a-f]+"' || true; done | sort -u | wc -l)
  [ "$keys" -le 1 ] || say yes "instances sign with $keys different keys"
  [ -n "${OPERATOR_PASSWORD:-}" ] || say no "OPERATOR_PASSWORD is not set, so nobody can try to sign in; keys agree"
  for address in $(addresses); do
    answer=$(printf '{"email":"%s","password":"%s"}' "${OPERATOR_EMAIL:-operator@studio.example}" "$OPERATOR_PASSWORD" |
      curl -sS --max-time 10 -w ' HTTP %{http_code}' -H 'content-type: application/json' --data @- "$address/api/auth/login" 2>/dev/null || true)
    case "$answer" in
    *'HTTP 200') ;;
    *'HTTP 401') say yes "the operator's password is not accepted" ;;
    *) say no "signing in fails with${answer##* HTTP}, which is no matter of keys" ;;
    esac
    # The token goes by a file that only curl reads: command lines can be read by others.
    got=$(printf '%s' "$answer" | sed -nE 's/.*"access_token":"([^"]*)".*/header = "authorization: Bearer \1"/p' |
      curl -sS -o /dev/null -w '%{http_code}' --max-time 10 --config - "$address/api/auth/me" 2>/dev/null || true)
    [ "$got" != 401 ] || say yes "an instance does not accept the token that it gave"
  done
  say no "signing in works on every instance"
  ;;
*)
  printf 'error: there is no topic `%s`\nhint: service-unavailable, database-connection, front-end-not-loading, slow-api, authentication\n' "$topic" >&2
  exit 2
  ;;
esac
