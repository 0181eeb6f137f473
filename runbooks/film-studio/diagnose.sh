#!/usr/bin/env bash
# Looks at the running film studio for one trouble and says yes or no, with what it saw. Changes nothing.
#
#   diagnose.sh TOPIC [BASE_URL [VERDICT]]
#
# With a verdict, `yes` or `no`, it fails if it comes to the other one. Each instance is looked at by itself: one in trouble is enough.
#
# Topics, each decided by what users and the machine feel, never by another topic's symptom:
#   does-not-start       an instance ends as soon as it begins, or none runs
#   high-error-rate      answers fail although the database works
#   database-connection  the database does not answer, or every connection to it is taken
#   memory-leak          an instance's memory grows while nobody asks for anything
#   slow                 answers are slow, or the database is
set -euo pipefail

topic=${1:-}
base_url=${2:-http://127.0.0.1:3000}
wanted=${3:-}
callsheet=${CALLSHEET_PROGRAM:-callsheet}

say() {
  printf '%s: %s (%s)\n' "$topic" "$1" "$2"
  [ -z "$wanted" ] || [ "$wanted" = "$1" ] || exit 1
  exit 0
}

# A line for each instance: its name, its state, its address or `-`, and how it last ended by itself.
look_for_instances() {
  "$callsheet" instances --service film-studio --format json | awk '
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

# What every instance answers at a path, each on lines of its own.
ask_each() {
  local address
  for address in $(addresses); do curl -sS --max-time 5 -w '\n' "$address$1" 2>/dev/null || true; done
}

# The health answers, on a line for each instance's database: status, latency in milliseconds, reason.
database() {
  ask_each /health/ready | grep -oE '"database":\{"status":"(up|down)","latency_ms":[0-9.]+(,"reason":"[^,}]*)?' |
    sed -nE 's/^"database":\{"status":"([a-z]+)","latency_ms":([0-9.]+)(,"reason":"(.*))?$/\1 \2 \4/p' || true
}

# Milliseconds that the database's own check took at the slowest instance: the better of three, because one may fall on a busy moment.
database_latency() {
  for _ in 1 2 3; do database | awk '$1 == "up" { if ($2 > slowest) slowest = $2 } END { if (slowest) print slowest }'; done |
    sort -n | head -n 1
}

# Milliseconds that a small page took: of each instance the middle one of five, and of these the longest.
answer_latency() {
  local address
  addresses | while read -r address; do
    for _ in 1 2 3 4 5; do
      curl -sS -o /dev/null -w '%{time_total}\n' --max-time 10 "$address/login" || true
    done | sort -n | sed -n 3p
  done | sort -n | tail -n 1 | awk '{ printf "%.0f\n", $1 * 1000 }'
}

# Requests answered so far, and how many of them with 5xx.
counted() {
  ask_each /metrics | awk '
    /^http_requests_total/ && !/route="\/health/ { all += $2; if (/status="5/) failed += $2 }
    END { printf "%d %d\n", all, failed }'
}

# Of each instance, in order, on one line.
resident_kib() {
  ask_each /metrics | awk '/^process_resident_memory_bytes/ { printf "%d ", $2 / 1024 }'
}

more_than() {
  awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value > limit) }'
}

if [ "$topic" != does-not-start ] && [ -z "$(addresses)" ]; then
  say no "nothing runs, so this cannot be told"
fi

case "$topic" in
does-not-start)
  [ -n "$instances" ] || say yes "no instance runs here"
  gone=$(printf '%s\n' "$instances" | awk '$2 ~ /looping|backing/ { id = $1; state = $2; $1 = $2 = $3 = ""; print id " is " state ", its last end was" $0; exit }')
  [ -z "$gone" ] || say yes "$(printf '%s' "$gone" | tr -s ' ')"
  say no "$(printf '%s\n' "$instances" | wc -l) instances run"
  ;;
database-connection)
  down=$(database | awk '$1 == "down" { $1 = $2 = ""; print; exit }' | tr -s ' ' | tr -d '"')
  [ -z "$down" ] || say yes "its check fails:$down"
  say no "the database answers every instance"
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
slow)
  latency=$(database_latency)
  [ -n "$latency" ] || say no "the database does not answer at all, and that comes first"
  more_than "$latency" 200 && say yes "the database is slow: its check takes $latency ms"
  answer=$(answer_latency)
  more_than "$answer" 300 && say yes "the service is slow: an answer takes $answer ms, the database $latency ms"
  say no "an answer takes $answer ms, the database's check $latency ms"
  ;;
high-error-rate)
  database | grep -q '^down' && say no "the database is down, and that comes first"
  read -r all failed < <(counted)
  for address in $(addresses); do
    curl -sS --parallel --parallel-max 6 --max-time 10 "$address/login?try=[1-16]" >/dev/null 2>&1 || true
  done
  read -r all_now failed_now < <(counted)
  share=$(awk -v all=$((all_now - all)) -v failed=$((failed_now - failed)) 'BEGIN { printf "%.1f", all ? 100 * failed / all : 0 }')
  more_than "$share" 1 && say yes "$((failed_now - failed)) of $((all_now - all)) requests failed just now, $share %"
  say no "$((failed_now - failed)) of $((all_now - all)) requests failed just now"
  ;;
*)
  printf 'error: there is no topic `%s`\nhint: does-not-start, high-error-rate, database-connection, memory-leak, slow\n' "$topic" >&2
  exit 2
  ;;
esac
