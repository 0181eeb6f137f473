#!/usr/bin/env bash
# The film studio's figures against its objectives: report.sh daily|weekly BASE_URL [DAY]. Incidents and deployments stand in Callsheet's
# own record (`callsheet runs`), which the weekly report counts.
set -euo pipefail

period=${1:-daily}
base_url=${2:-http://127.0.0.1:3000}
day=${3:-$(date -u +%F)}
callsheet=${CALLSHEET_PROGRAM:-callsheet}
token=$("$(dirname "$0")/service.sh" token "$base_url")
report=$(curl -fsS --max-time 20 "$base_url/api/operator/figures/$period?day=$day" -H "authorization: Bearer $token")

# The first number under a name: the whole period's, which stands before those of its days.
number() {
  printf '%s' "$report" | grep -oE "\"$1\":-?[0-9.]+" | head -n 1 | cut -d: -f2 | grep . || echo "${2:-0}"
}

errors=$(number error_rate_percent none)
late=$(number late_percent none)
printf '%s report of the film studio, up to %s\n\n' "$period" "$day"
printf '%-28s %s\n' 'requests' "$(number requests)" 'failed' "$(number requests_failed)" 'slower than 500 ms' "$(number requests_late)" \
  'sign-ins' "$(number logins)" 'sign-ins refused' "$(number logins_refused)" 'films begun' "$(number projects_created)" \
  'scripts saved' "$(number scripts_saved)" 'storyboard pictures' "$(number storyboards)" 'exports' "$(number exports)"
if [ "$period" = weekly ]; then
  deployments=$("$callsheet" runs 2>/dev/null | grep -c 'film-studio.*deploy' || true)
  printf '%-28s %s\n' 'deployments on record' "$deployments"
fi
printf '\n'
verdict() {
  # name, value, limit
  if [ "$2" = none ]; then printf '%s: nothing was asked\n' "$1"; return; fi
  awk -v name="$1" -v value="$2" -v limit="$3" 'BEGIN { printf "%s: %s %% (%s %s %%)\n", name, value, (value < limit ? "within" : "MISSED"), limit }'
}
verdict 'error rate' "$errors" 0.1
verdict 'answers slower than 500 ms' "$late" 5
