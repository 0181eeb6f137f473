#!/usr/bin/env bash
# Looks at the running grants service for one trouble and says yes or no, with what it saw. Changes nothing.
#
#   diagnose.sh TOPIC [BASE_URL [VERDICT [EMAIL]]]
#
# With a verdict, `yes` or `no`, it fails if it comes to the other one. Each instance is asked by itself: one in trouble is enough.
#
# Topics; what comes first in this list is the cause where several could be seen:
#   database-down       the database does not answer, whoever asks
#   database-refuses    it answers, and refuses the service's credentials
#   pool-exhausted      it answers others; an instance's connections are all in use
#   database-cut-off    it answers others; an instance does not reach it
#   slow-database       it answers an instance, but slowly
#   redis-down          Redis does not answer, whoever asks, or refuses the credentials
#   redis-cut-off       it answers others; an instance does not reach it
#   broken-sign-in      everything answers, and good credentials are refused
#   high-error-rate     everything answers, and requests fail
set -euo pipefail

topic=${1:-}
base_url=${2:-http://127.0.0.1:8083}
wanted=${3:-}
email=${4:-admin@grants.example}
callsheet=${CALLSHEET_PROGRAM:-callsheet}
script=$(dirname "$0")/service.sh

say() {
  printf '%s: %s (%s)\n' "$topic" "$1" "$2"
  [ -z "$wanted" ] || [ "$wanted" = "$1" ] || exit 1
  exit 0
}

# The addresses of instances that run, as the beginnings of URLs.
addresses() {
  "$callsheet" instances --service grants --format json | sed -n 's/^ *"address": "\(.*\)",*$/http:\/\/\1/p'
}

# A line for each dependency of each instance: name, status, milliseconds, reason.
dependencies() {
  local address
  for address in $(addresses); do
    curl -sS --max-time 8 "$address/api/health/ready" 2>/dev/null | grep -oE '"(database|redis|afm_keys)":\{"status":"[a-z]+","latency_ms":[0-9.]+(,"reason":"[^"]*")?' |
      sed -E 's/^"([a-z_]+)":\{"status":"([a-z]+)","latency_ms":([0-9.]+)(,"reason":"([^"]*)")?/\1 \2 \3 \5/' || true
  done
}

seen=$(dependencies)
# Asked from outside the instances, with their own settings.
probed=$("$script" probe 2>/dev/null || true)

reason() {
  printf '%s\n' "$seen" | awk -v name="$1" '$1 == name && $2 == "down" { $1 = $2 = $3 = ""; sub(/^ +/, ""); print; exit }'
}
is_down() { printf '%s\n' "$seen" | grep -q "^$1 down"; }
answers() { printf '%s\n' "$probed" | grep -q "^$1: answers"; }
word() { printf '%s\n' "$probed" | sed -n "s/^$1: //p" | cut -c 1-120; }

# Milliseconds of the database's check at the slowest instance: the better of two looks, because one may fall on a busy moment.
latency() {
  for _ in 1 2; do dependencies | awk '/^database up/ { if ($3 > most) most = $3 } END { if (most) print most }'; done | sort -n | head -n 1
}

counted() {
  local address
  for address in $(addresses); do curl -sS --max-time 5 "$address/metrics" 2>/dev/null || true; done |
    awk '/^http_requests_total/ && !/route="\/api\/health/ { all += $2; if (/status="5/) failed += $2 } END { printf "%d %d\n", all, failed }'
}

case "$topic" in
database-down)
  [ -n "$probed" ] || say no "nothing could be asked"
  printf '%s\n' "$probed" | grep -q '^database: does not answer' && say yes "$(word database)"
  say no "$(word database)"
  ;;
database-refuses)
  printf '%s\n' "$probed" | grep -q '^database: refuses' && say yes "$(word database)"
  is_down database && reason database | grep -q 'refuses our credentials' && say yes "an instance: $(reason database)"
  say no "$(word database)"
  ;;
pool-exhausted)
  answers database || say no "the database itself comes first"
  is_down database && reason database | grep -qE 'pool is in use|no answer within' || say no "$(word database)"
  address=$(for one in $(addresses); do
    curl -sS --max-time 5 "$one/metrics" 2>/dev/null | awk -v one="$one" '
      /^database_pool_connections_most/ { most = $2 } /^database_pool_connections_in_use/ { used = $2 }
      END { if (most > 0 && used >= most) print one ": " used " of " most " connections" }'
  done | head -n 1 || true)
  [ -n "$address" ] && say yes "$address are in use"
  say no "connections are left"
  ;;
database-cut-off)
  answers database || say no "the database itself comes first"
  is_down database || say no "every instance reaches it"
  reason database | grep -qE 'pool is in use|refuses our credentials|no answer within' && say no "$(reason database)"
  say yes "$(reason database)"
  ;;
slow-database)
  is_down database && ! reason database | grep -q 'no answer within' && say no "it does not answer an instance, and that comes first"
  took=$(latency)
  [ -n "$took" ] || say no "no instance tells how long it takes"
  awk -v took="$took" 'BEGIN { exit !(took > 200) }' && say yes "its check takes $took ms"
  say no "its check takes $took ms"
  ;;
redis-down)
  printf '%s\n' "$probed" | grep -qE '^redis: (does not answer|refuses)' && say yes "$(word redis)"
  say no "$(word redis)"
  ;;
redis-cut-off)
  answers redis || say no "Redis itself comes first"
  is_down redis || say no "every instance reaches it"
  say yes "$(reason redis)"
  ;;
broken-sign-in)
  is_down database || is_down redis && say no "a dependency is down, and that comes first"
  status=$(for address in $(addresses); do
    printf '{"email":"%s","password":"%s"}' "$email" "${ADMIN_PASSWORD:-}" |
      curl -sS -o /dev/null --max-time 10 -w '%{http_code}\n' -H 'content-type: application/json' --data-binary @- "$address/api/auth/login" || true
  done | sort | uniq | tr '\n' ' ')
  case " $status" in *' 401 '*) say yes "good credentials are refused (${status% })" ;; esac
  say no "signing in answers ${status% }"
  ;;
high-error-rate)
  is_down database || is_down redis && say no "a dependency is down, and that comes first"
  read -r all failed < <(counted)
  for _ in $(seq 24); do curl -sS -o /dev/null --max-time 10 "$base_url/login" 2>/dev/null || true; done
  read -r all_now failed_now < <(counted)
  all=$((all_now - all)) failed=$((failed_now - failed))
  awk -v all="$all" -v failed="$failed" 'BEGIN { exit !(all && failed / all > 0.01) }' && say yes "$failed of $all requests failed just now"
  say no "$failed of $all requests failed just now"
  ;;
*)
  printf 'error: there is no topic `%s`\nhint: database-down, database-refuses, pool-exhausted, database-cut-off, slow-database, redis-down, redis-cut-off, broken-sign-in, high-error-rate\n' "$topic" >&2
  exit 2
  ;;
esac
