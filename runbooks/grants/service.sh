#!/usr/bin/env bash
# What the grants service needs beside Callsheet, which runs, releases, migrates and backs it up and keeps its secrets: a place with its
# settings, servers on a machine that has none, looks at what runs. Every command may be repeated: done again, it finds its work done.
#
#   service.sh setup                  make the place: settings, first secrets of this machine, roles in the database, users in Redis
#   service.sh servers start|stop     PostgreSQL and Redis of this machine's own, in the place, where none were given
#   service.sh check PROGRAM          would that program start with these settings and secrets?
#   service.sh probe [PROGRAM]        do database and Redis answer, with the service's own credentials?
#   service.sh sign-in                does each instance let the admin in? ADMIN_PASSWORD is the password
#   service.sh resealed               wait until every tax number is under the new key, at each instance
#   service.sh watch URL BUDGET       what happened to a budget, over its WebSocket; TOKEN is the session
#   service.sh archive                have the database finish its log up to now, and archive it
#   service.sh bring-back FOLDER      put the database back to what `callsheet restore --into FOLDER` made; killed at any moment, run it again
#   service.sh environment            what procedures need: eval "$(service.sh environment)"
#   service.sh password               print the admin's password
#
# GRANTS_HOME             the place (default: .grants, which `callsheet.toml` names, too)
# GRANTS_LOCK_SECONDS     how long `bring-back` waits for whoever holds a table (default: 60)
# CALLSHEET_ENVIRONMENT   whose secrets (default: those of the run, else of dev)
# For `setup`: GRANTS_OWNER_URL and GRANTS_REDIS_ADMIN_URL, the addresses of whoever owns database and Redis, and GRANTS_LOG_FOLDER, where
# that database's `archive_command` leaves finished segments of its log. Without addresses, `setup` starts both servers.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
home=${GRANTS_HOME:-.grants}
mkdir -p "$home"
home=$(cd "$home" && pwd)
settings=$home/settings.toml
callsheet=${CALLSHEET_PROGRAM:-callsheet}
export CALLSHEET_ENVIRONMENT=${CALLSHEET_ENVIRONMENT:-dev}

fail() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

# shellcheck source=parts/settings.sh
. "$here/parts/settings.sh"
# shellcheck source=parts/secrets.sh
. "$here/parts/secrets.sh"
# shellcheck source=parts/servers.sh
. "$here/parts/servers.sh"
# shellcheck source=parts/setup.sh
. "$here/parts/setup.sh"
# shellcheck source=parts/look.sh
. "$here/parts/look.sh"
# shellcheck source=parts/log.sh
. "$here/parts/log.sh"

case "${1:-}" in
  setup) setup ;;
  servers) servers "${2:-}" ;;
  check) program=$(built "${2:-}") && with_settings "$program" check-config ;;
  probe) probe "${2:-}" ;;
  sign-in) sign_in ;;
  resealed) resealed ;;
  watch) watch "${2:-}" "${3:-}" ;;
  archive) archive ;;
  bring-back) bring_back "${2:-}" ;;
  environment) environment ;;
  password) must_be_set_up && setting admin_password ;;
  *) fail "service.sh knows no \`${1:-}\`" "its first lines list what it knows" ;;
esac
