#!/usr/bin/env bash
# Looks at the running asset manager for one trouble and says yes or no, with what it saw. Changes nothing.
#
#   diagnose.sh TOPIC [BASE_URL [VERDICT]]
#
# With a verdict, `yes` or `no`, it fails if it comes to the other one.
#
# Topics, each decided by what users and the machine feel, never by another topic's symptom:
#   crashed            it is gone, and nobody stopped it
#   dependency-failed  the database or the media storage does not answer
#   storage-full       there is no room left
#   data-loss          rows of the newest backup are gone that nobody deleted
#   memory-leak        its memory grows while nobody asks for anything
#   slow-database      the database answers, but slowly
#   slow-answers       answers are slow although the database is quick
#   high-error-rate    answers fail although everything it depends on works
set -euo pipefail

topic=${1:-}
wanted=${3:-}
home=${ASSET_MANAGER_HOME:-.asset-manager}
base_url=${2:-http://127.0.0.1:$(cat "$home/port" 2>/dev/null || echo 8080)}
script=$(dirname "$0")/service.sh

say() {
  printf '%s: %s (%s)\n' "$topic" "$1" "$2"
  [ -z "$wanted" ] || [ "$wanted" = "$1" ] || exit 1
  exit 0
}

running() {
  "$script" status >/dev/null 2>&1 || curl -sS -o /dev/null --max-time 3 "$base_url/health/live" 2>/dev/null
}

# The health answer, on a line for each dependency: name, status, latency in milliseconds.
dependencies() {
  curl -sS --max-time 5 "$base_url/health/ready" |
    grep -oE '"(database|media|storage)":\{[^}]*\}?' |
    sed -nE 's/^"([a-z]+)":\{"status":"([a-z]+)","latency_ms":([0-9.]+).*/\1 \2 \3/p'
}

is_down() {
  dependencies | grep -q "^$1 down"
}

# Milliseconds that the database's own check took: the better of three, because one may fall on a busy moment.
database_latency() {
  for _ in 1 2 3; do dependencies | sed -n 's/^database up //p'; done | sort -n | head -n 1
}

# Milliseconds that a small question to the API took: the middle one of five.
answer_latency() {
  for _ in 1 2 3 4 5; do
    curl -sS -o /dev/null -w '%{time_total}\n' --max-time 10 "$base_url/api/universes?limit=1"
  done | sort -n | sed -n 3p | awk '{ printf "%.0f\n", $1 * 1000 }'
}

# Requests answered so far, and how many of them with 5xx.
counted() {
  curl -sS --max-time 5 "$base_url/metrics" | awk '
    /^http_requests_total/ && !/route="\/health/ { all += $2; if (/status="5/) failed += $2 }
    END { printf "%d %d\n", all, failed }'
}

resident_kib() {
  curl -sS --max-time 5 "$base_url/metrics" | awk '/^process_resident_memory_bytes/ { printf "%d\n", $2 / 1024 }'
}

more_than() {
  awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value > limit) }'
}

if [ "$topic" != crashed ] && [ "$topic" != data-loss ] && ! running; then
  say no "it does not run, so this cannot be told"
fi

case "$topic" in
crashed)
  running && say no "it runs"
  tail -n 1 "$home/log" 2>/dev/null | grep -q '"stopped' && say no "somebody stopped it"
  say yes "it is gone without a word of farewell in the log"
  ;;
dependency-failed)
  is_down storage && say no "the disk is full, and that comes first"
  down=$(dependencies | sed -n 's/^\([a-z]*\) down.*/\1/p' | tr '\n' ' ')
  [ -z "$down" ] && say no "database, media and storage answer"
  say yes "does not answer: ${down% }"
  ;;
storage-full)
  is_down storage && say yes "there is no room on the disk"
  free=$(curl -sS --max-time 5 "$base_url/metrics" | awk '/^storage_free_ratio/ { printf "%.1f\n", 100 * $2 }')
  more_than 3 "$free" && say yes "$free % of the disk is free"
  say no "$free % of the disk is free"
  ;;
data-loss)
  # Without a backup there is nothing to compare with, and no way back either.
  compared=$("$script" compare 2>&1) || say no "cannot compare: $(printf '%s' "$compared" | head -n 1)"
  printf '%s\n' "$compared"
  printf '%s\n' "$compared" | grep -q '^data loss' && say yes "$(printf '%s\n' "$compared" | sed -n 's/^data loss: //p')"
  say no "everything of the newest backup is there or was deleted by somebody"
  ;;
memory-leak)
  samples=()
  for _ in 1 2 3 4; do
    samples+=("$(resident_kib)")
    sleep 0.3
  done
  # Work done meanwhile takes memory once; a leak takes it at every look.
  for at in 1 2 3; do
    [ $((samples[at] - samples[at - 1])) -gt 1024 ] || say no "resident memory: ${samples[*]} KiB"
  done
  say yes "resident memory grows at every look: ${samples[*]} KiB"
  ;;
slow-database)
  latency=$(database_latency)
  [ -n "$latency" ] || say no "it does not answer at all"
  more_than "$latency" 200 && say yes "its check takes $latency ms"
  say no "its check takes $latency ms"
  ;;
slow-answers)
  database=$(database_latency)
  [ -n "$database" ] || say no "the database does not answer at all"
  more_than "$database" 200 && say no "the database is slow, and that comes first"
  latency=$(answer_latency)
  more_than "$latency" 300 && say yes "an answer takes $latency ms, the database $database ms"
  say no "an answer takes $latency ms"
  ;;
high-error-rate)
  dependencies | grep -q ' down ' && say no "a dependency is down, and that comes first"
  read -r all failed < <(counted)
  for _ in $(seq 12); do
    curl -sS -o /dev/null -o /dev/null --max-time 10 "$base_url/api/universes?limit=1" "$base_url/universes" || true
  done
  read -r all_now failed_now < <(counted)
  share=$(awk -v all=$((all_now - all)) -v failed=$((failed_now - failed)) 'BEGIN { printf "%.1f", all ? 100 * failed / all : 0 }')
  more_than "$share" 1 && say yes "$((failed_now - failed)) of $((all_now - all)) requests failed just now, $share %"
  say no "$((failed_now - failed)) of $((all_now - all)) requests failed just now"
  ;;
*)
  printf 'error: there is no topic `%s`\nhint: crashed, dependency-failed, storage-full, data-loss, memory-leak, slow-database, slow-answers, high-error-rate\n' "$topic" >&2
  exit 2
  ;;
esac
