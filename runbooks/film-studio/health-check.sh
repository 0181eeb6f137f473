#!/usr/bin/env bash
# Is the film studio well? Asks its overall health; exit status 0 if it is healthy, 1 if not.
#
#   health-check.sh [--verbose] [--continuous | --times N] [--interval SECONDS] [BASE_URL]
#
# --verbose     each dependency with its latency and what it says of itself
# --continuous  again and again, every 60 seconds or as --interval says, until interrupted; ends with 1 once three checks in a row have failed
# --times       the same, so often
set -euo pipefail

verbose=false continuous=false interval=60 times=0 base_url=http://127.0.0.1:3000
while [ $# -gt 0 ]; do
  case "$1" in
    --verbose) verbose=true ;;
    --continuous) continuous=true ;;
    --interval) interval=${2:?how many seconds?}; shift ;;
    --times) times=${2:?how often?}; continuous=true; shift ;;
    http://* | https://*) base_url=${1%/} ;;
    *) printf 'error: `%s` is not understood\nhint: health-check.sh [--verbose] [--continuous | --times N] [--interval SECONDS] [BASE_URL]\n' "$1" >&2; exit 2 ;;
  esac
  shift
done

text() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d'"' -f4; }

# A line for each dependency: name, up or down, milliseconds, and what it says.
dependencies() {
  printf '%s' "$1" | grep -oE '"[a-z]+":\{"status":"(up|down)","latency_ms":[0-9.]+(,"(detail":\{[^}]*\}?|reason":"[^"]*"))?' |
    sed -nE 's/^"([a-z]+)":\{"status":"([a-z]+)","latency_ms":([0-9.]+),?(.*)$/  \1: \2, \3 ms \4/p' | tr -d '{}"' | sed -E 's/(detail|reason):/· /'
}

once() {
  local answer status version
  answer=$(curl -sS --max-time 10 "$base_url/health" 2>&1) || true
  status=$(printf '%s' "$answer" | text status || true)
  version=$(printf '%s' "$answer" | text version || true)
  if [ -z "$status" ]; then
    printf '%s unreachable: %s\n' "$(date -u +%H:%M:%SZ)" "$answer"
    return 1
  fi
  printf '%s %s, version %s\n' "$(date -u +%H:%M:%SZ)" "$status" "$version"
  ! $verbose || dependencies "$answer"
  [ "$status" = healthy ]
}

if ! $continuous; then
  once
  exit
fi
failed=0 done=0
while :; do
  if once; then failed=0; else failed=$((failed + 1)); fi
  done=$((done + 1))
  [ "$failed" -lt 3 ] || { echo 'three checks in a row have failed' >&2; exit 1; }
  [ "$times" = 0 ] || [ "$done" -lt "$times" ] || { [ "$failed" = 0 ]; exit; }
  sleep "$interval"
done
