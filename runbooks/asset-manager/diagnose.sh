#!/usr/bin/env bash
# Looks at the running asset manager for one trouble and says yes or no, with what it saw. Changes nothing.
#
#   diagnose.sh TOPIC [BASE_URL [VERDICT]]
#
# With a verdict, `yes` or `no`, it fails if it comes to the other one. Each instance is looked at by itself: one in trouble is enough.
#
# Topics, each decided by what users and the machine feel, never by another topic's symptom:
#   crashed            an instance is gone, or ended by itself since somebody last started it
#   dependency-failed  the database or the media storage does not answer
#   storage-full       there is no room left
#   data-loss          rows of the newest backup are gone that nobody deleted
#   memory-leak        an instance's memory grows while nobody asks for anything
#   slow-database      the database answers, but slowly
#   slow-answers       answers are slow although the database is quick
#   high-error-rate    answers fail although everything it depends on works
set -euo pipefail

topic=${1:-}
base_url=${2:-http://127.0.0.1:8080}
wanted=${3:-}
callsheet=${CALLSHEET_PROGRAM:-callsheet}
script=$(dirname "$0")/service.sh

say() {
  printf '%s: %s (%s)\n' "$topic" "$1" "$2"
  [ -z "$wanted" ] || [ "$wanted" = "$1" ] || exit 1
  exit 0
}

# A line for each instance: its name, its state, its address or `-`, and how it last ended by itself.
look_for_instances() {
  "$callsheet" instances --service asset-manager --format json | awk '
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

# What every instance answers at a path, one after the other, each on lines of its own; all are asked at once.
ask_each() {
  local path=$1 asked=()
  for address in $(addresses); do asked+=("$address$path"); done
  [ "${#asked[@]}" = 0 ] || curl -sS --no-buffer --parallel --max-time 5 -w '\n' "${asked[@]}" 2>/dev/null || true
}

# Each instance's metrics, so one after the other that none mixes with another's.
metrics() {
  local address
  for address in $(addresses); do curl -sS --max-time 5 "$address/metrics" 2>/dev/null || true; done
}

# The health answers, on a line for each dependency of each instance: name, status, latency in milliseconds.
dependencies() {
  ask_each /health/ready | grep -oE '"(database|media|storage)":\{[^}]*\}?' |
    sed -nE 's/^"([a-z]+)":\{"status":"([a-z]+)","latency_ms":([0-9.]+).*/\1 \2 \3/p' || true
}

is_down() {
  dependencies | grep -q "^$1 down"
}

# Milliseconds that the database's own check took at the slowest instance: of each the better of three, because one may fall on a busy moment.
database_latency() {
  for _ in 1 2 3; do dependencies | awk '/^database up/ { if ($3 > slowest) slowest = $3 } END { if (slowest) print slowest }'; done |
    sort -n | head -n 1
}

# Milliseconds that a small question to the API took: of each instance the middle one of five, and of these the longest.
answer_latency() {
  local address
  addresses | while read -r address; do
    for _ in 1 2 3 4 5; do
      curl -sS -o /dev/null -w '%{time_total}\n' --max-time 10 "$address/api/universes?limit=1" || true
    done | sort -n | sed -n 3p
  done | sort -n | tail -n 1 | awk '{ printf "%.0f\n", $1 * 1000 }'
}

# Requests answered so far, and how many of them with 5xx.
counted() {
  metrics | awk '
    /^http_requests_total/ && !/route="\/health/ { all += $2; if (/status="5/) failed += $2 }
    END { printf "%d %d\n", all, failed }'
}

# Of each instance, in order, on one line.
resident_kib() {
  metrics | awk '/^process_resident_memory_bytes/ { printf "%d ", $2 / 1024 }'
}

more_than() {
  awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value > limit) }'
}

if [ "$topic" != crashed ] && [ "$topic" != data-loss ] && [ -z "$(addresses)" ]; then
  say no "nothing runs, so this cannot be told"
fi

case "$topic" in
crashed)
  [ -n "$instances" ] || say yes "no instance runs here"
  gone=$(printf '%s\n' "$instances" | awk '$2 ~ /looping|backing/ || $4 != "" { id = $1; state = $2; $1 = $2 = $3 = ""; print id " is " state ", its last end was" $0; exit }')
  [ -z "$gone" ] || say yes "$(printf '%s' "$gone" | tr -s ' ')"
  say no "$(printf '%s\n' "$instances" | wc -l) instances run as they were started"
  ;;
dependency-failed)
  is_down storage && say no "the disk is full, and that comes first"
  down=$(dependencies | sed -n 's/^\([a-z]*\) down.*/\1/p' | tr '\n' ' ')
  [ -z "$down" ] && say no "database, media and storage answer"
  say yes "does not answer: ${down% }"
  ;;
storage-full)
  is_down storage && say yes "there is no room on the disk"
  free=$(metrics | awk '/^storage_free_ratio/ { printf "%.1f\n", 100 * $2 }' | sort -n | head -n 1)
  [ -n "$free" ] || say no "no instance tells how much is free"
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
  grown=$(printf '%s\n' "${samples[@]}" | awk '
    { for (at = 1; at <= NF; at++) { if (NR > 1 && $at - before[at] > 1024) grew[at]++; before[at] = $at; seen[at] = seen[at] " " $at } }
    END { for (at in grew) if (grew[at] == 3) { print seen[at]; exit } }')
  [ -z "$grown" ] || say yes "an instance's resident memory grows at every look:$grown KiB"
  say no "resident memory of the instances: ${samples[0]}… ${samples[3]}KiB"
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
  curl -sS --parallel --parallel-max 6 --max-time 10 "$base_url/api/universes?limit=[1-24]" >/dev/null 2>&1 || true
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
