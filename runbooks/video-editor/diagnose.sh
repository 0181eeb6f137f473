#!/usr/bin/env bash
# Looks at the running video editor for one trouble and says yes or no, with what it saw. Changes nothing.
#
#   diagnose.sh TOPIC [BASE_URL [VERDICT]]
#
# With a verdict, `yes` or `no`, it fails if it comes to the other one. Each instance is looked at by itself: one in trouble is enough.
# OPERATOR_PASSWORD (and OPERATOR_EMAIL) open what operators alone may ask.
#
# Topics, each decided by what users and the machine feel, never by another topic's symptom:
#   database-failed          PostgreSQL does not answer, or every connection is in use
#   redis-lost               Redis does not answer: people edit on, but instances do not hear each other
#   websocket-failure        Redis answers, but an instance's messages do not arrive
#   ffmpeg-failure           FFmpeg does not start, or a codec does not work any more
#   storage-full             there is no room left for uploads and renderings
#   page-not-loading         the page, or a file that it names, is not there
#   data-integrity           rows that a migration did not finish with
#   performance-degradation  database or answers are slow
#   regression-after-deploy  requests fail although everything it depends on works
set -euo pipefail

topic=${1:-}
base_url=${2:-http://127.0.0.1:8086}
wanted=${3:-}
callsheet=${CALLSHEET_PROGRAM:-callsheet}

say() {
  printf '%s: %s (%s)\n' "$topic" "$1" "$2"
  [ -z "$wanted" ] || [ "$wanted" = "$1" ] || exit 1
  exit 0
}

# A line for each instance: its name, its state, its address or `-`, and how it last ended by itself.
look_for_instances() {
  "$callsheet" instances --service video-editor --format json | awk '
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
  printf '%s\n' "$instances" | awk 'NF > 2 && $2 != "ending" && $3 != "-" { print "http://" $3 }'
}

metrics() {
  local address
  for address in $(addresses); do curl -sS --max-time 5 "$address/metrics" 2>/dev/null || true; done
}

# What health says of each instance, on a line each.
health() {
  local address
  for address in $(addresses); do curl -sS --max-time 5 "$address/healthz" 2>/dev/null | tr -d '\n' || true; echo; done
}

# On a line for each dependency of each instance: name, status, latency in milliseconds.
dependencies() {
  health | grep -oE '"(database|redis|ffmpeg|storage)":\{"status":"[a-z]+","latency_ms":[0-9.]+' |
    sed -nE 's/^"([a-z]+)":\{"status":"([a-z]+)","latency_ms":([0-9.]+)/\1 \2 \3/p' || true
}

# The status of an answer; 000 if there is none.
status() {
  curl -sS -o /dev/null -w '%{http_code}' --max-time 8 "$1" 2>/dev/null || true
}

is_down() {
  dependencies | grep -q "^$1 down"
}

# Of each instance the better of three looks, and of these the longest.
database_latency() {
  for _ in 1 2 3; do dependencies | awk '/^database up/ { if ($3 > slowest) slowest = $3 } END { if (slowest) print slowest }'; done | sort -n | head -n 1
}

sign_in() {
  curl -sS --max-time 10 "$1/api/auth/login" -H 'content-type: application/json' \
    -d "{\"email\":\"${OPERATOR_EMAIL:-operator@studio.example}\",\"password\":\"${OPERATOR_PASSWORD:-}\"}" 2>/dev/null |
    sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'
}

# Milliseconds that a small question to the API took: of each instance the middle one of five, and of these the longest.
answer_latency() {
  local address
  addresses | while read -r address; do
    for _ in 1 2 3 4 5; do curl -sS -o /dev/null -w '%{time_total}\n' --max-time 10 "$address/openapi.json" || true; done | sort -n | sed -n 3p
  done | sort -n | tail -n 1 | awk '{ printf "%.0f\n", $1 * 1000 }'
}

# Requests answered so far, and how many of them with 5xx.
counted() {
  metrics | awk '
    /^http_requests_total/ && !/route="\/healthz/ { all += $2; if (/status="5/) failed += $2 }
    END { printf "%d %d\n", all, failed }'
}

more_than() {
  awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value > limit) }'
}

[ -n "$(addresses)" ] || say no "nothing runs, so this cannot be told"

case "$topic" in
database-failed)
  is_down database && say yes "$(health | grep -oE '"database":\{[^}]*"reason":"[^"]*"' | head -n 1 | sed 's/.*"reason":"\(.*\)"/\1/')"
  say no "it answers every instance"
  ;;
redis-lost)
  is_down redis && say yes "it does not answer; people edit on with what each instance has"
  say no "it answers every instance"
  ;;
websocket-failure)
  is_down redis && say no "Redis is lost, and that comes first"
  age=$(metrics | awk '/^collaboration_echo_age_seconds/ { if ($2 > oldest) oldest = $2 } END { printf "%.1f\n", oldest }')
  more_than "$age" 6 && say yes "an instance has not heard itself through Redis for $age s"
  say no "every instance heard itself within $age s"
  ;;
ffmpeg-failure)
  is_down ffmpeg && say yes "FFmpeg does not start"
  is_down database && say no "the database is down, and that comes first"
  for address in $(addresses); do
    token=$(sign_in "$address")
    [ -n "$token" ] || say no "the operator cannot sign in, so codecs cannot be tried"
    told=$(curl -sS --max-time 60 -X POST "$address/api/operator/canary" -H "authorization: Bearer $token" -H 'content-type: application/json' -d '{}')
    case "$told" in
    '{"works":true'*) ;;
    '{"works":false'*) say yes "$(printf '%s' "$told" | grep -oE '"encoder":"[^"]*","works":false' | head -n 1 | cut -d'"' -f4) does not work" ;;
    *) say no "codecs cannot be tried: $(printf '%s' "$told" | head -c 200)" ;;
    esac
  done
  say no "every codec works at every instance"
  ;;
storage-full)
  is_down storage && say yes "there is no room on the disk"
  free=$(metrics | awk '/^storage_free_ratio/ { printf "%.1f\n", 100 * $2 }' | sort -n | head -n 1)
  say no "${free:-an unknown share} % of the disk is free"
  ;;
page-not-loading)
  for address in $(addresses); do
    names=$(curl -sS --max-time 8 "$address/" 2>/dev/null | grep -oE '/assets/[A-Za-z0-9._-]+' | sort -u || true)
    if [ -z "$names" ]; then
      [ "$(status "$address/")" = 404 ] && say yes "there is no page"
      say no "the page itself does not answer, and that comes first"
    fi
    for name in $names; do
      [ "$(status "$address$name")" != 404 ] || say yes "the page names $name, which is not there"
    done
  done
  say no "the page and all that it names are there at every instance"
  ;;
data-integrity)
  half=$(health | sed -nE 's/.*"half_migrated":([0-9]+).*/\1/p' | sort -n | tail -n 1)
  [ -n "$half" ] || say no "the database does not answer, and that comes first"
  more_than "$half" 0 && say yes "$half projects are half migrated"
  say no "every row is whole"
  ;;
performance-degradation)
  is_down database && say no "the database is down, and that comes first"
  database=$(database_latency)
  [ -n "$database" ] || say no "the database does not answer at all"
  more_than "$database" 200 && say yes "the database's check takes $database ms"
  latency=$(answer_latency)
  more_than "$latency" 300 && say yes "an answer takes $latency ms, the database $database ms"
  say no "an answer takes $latency ms, the database's check $database ms"
  ;;
regression-after-deploy)
  is_down database && say no "the database is down, and that comes first"
  read -r all failed < <(counted)
  curl -sS --parallel --parallel-max 6 --max-time 10 "$base_url/openapi.json?look=[1-24]" >/dev/null 2>&1 || true
  read -r all_now failed_now < <(counted)
  share=$(awk -v all=$((all_now - all)) -v failed=$((failed_now - failed)) 'BEGIN { printf "%.1f", all ? 100 * failed / all : 0 }')
  more_than "$share" 2 && say yes "$((failed_now - failed)) of $((all_now - all)) requests failed just now, $share %"
  say no "$((failed_now - failed)) of $((all_now - all)) requests failed just now"
  ;;
*)
  printf 'error: there is no topic `%s`\nhint: database-failed, redis-lost, websocket-failure, ffmpeg-failure, storage-full, page-not-loading, data-integrity, performance-degradation, regression-after-deploy\n' "$topic" >&2
  exit 2
  ;;
esac
