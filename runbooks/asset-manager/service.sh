#!/usr/bin/env bash
# What the asset manager needs beside Callsheet, which runs and releases it: a place with settings and secrets, its schema, backups.
# Every command may be repeated: done again, it finds its work done and says so.
#
#   service.sh setup             make the place: folders, settings with secrets of this machine
#   service.sh check PROGRAM     would that program start here? settings, and its schema beside the database's
#   service.sh migrate PROGRAM   move the database's schema forward to that program's
#   service.sh backup NAME       copy the database to backups/NAME.db, with an inventory beside it
#   service.sh compare [NAME]    what of that backup (the newest) is gone that nobody deleted
#   service.sh restore [NAME]    put the database back to that backup (the newest)
#   service.sh prune             keep the newest five backups
#   service.sh rotate-secret     a new signing secret for the next start; the old one stays valid
#   service.sh retire-secret     the old signing secret ends with the next start
#   service.sh password          print the admin's password
#
# ASSET_MANAGER_HOME  the place (default: .asset-manager, which `callsheet.toml` names, too)
# Backups are taken by the program that runs; where none runs, by ASSET_MANAGER_BIN (default: target/release, then target/debug, then PATH).
set -euo pipefail

home=${ASSET_MANAGER_HOME:-.asset-manager}
mkdir -p "$home/backups"
home=$(cd "$home" && pwd)
settings=$home/settings.toml
callsheet=${CALLSHEET_PROGRAM:-callsheet}

fail() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

# === settings ===

# Settings that may be given to `setup` in the environment.
GIVEN="APP_ENV DATABASE_URL JWT_SECRET ADMIN_EMAIL ADMIN_PASSWORD ALLOWED_ORIGINS MEDIA_FOLDER S3_BUCKET S3_REGION S3_ENDPOINT LOG_LEVEL
  DRAIN_GRACE_SECONDS FAULTS_ENABLED FAULTS_TOKEN"

random() {
  head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n'
}

# Prints a setting's value; nothing if it is not set.
setting() {
  sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" "$settings" 2>/dev/null
}

# Replaces the settings by standard input, in one step; nobody else may read them.
write_settings() {
  (umask 077 && cat >"$settings.new")
  mv "$settings.new" "$settings"
}

setup() {
  if [ -s "$settings" ]; then
    printf '%s is set up already\n' "$home"
    return
  fi
  local name production=false
  [ "${APP_ENV:-dev}" != production ] || production=true
  $production || export DATABASE_URL=${DATABASE_URL:-sqlite:$home/asset-manager.db}
  $production || export ADMIN_EMAIL=${ADMIN_EMAIL:-admin@studio.example} ADMIN_PASSWORD=${ADMIN_PASSWORD:-$(random)}
  export JWT_SECRET=${JWT_SECRET:-$(random)}
  {
    echo '# Settings of the asset manager on this machine; docs/guides/fleet-asset-manager.md lists them all. Callsheet starts no instance'
    echo '# anew when they change: `callsheet restart --service asset-manager` does.'
    printf 'asset_manager_home = "%s"\n' "$home"
    echo 'migrate_on_start = "false"'
    for name in $GIVEN; do
      [ -z "${!name:-}" ] || printf '%s = "%s"\n' "${name,,}" "${!name}"
    done
  } | write_settings
  printf 'set up %s\n' "$home"
}

must_be_set_up() {
  [ -s "$settings" ] || fail "there are no settings in $home" "\`service.sh setup\` makes them"
}

# Once more before the next start would drop a secret that tokens are still signed with: so it is refused.
rotate_secret() {
  must_be_set_up
  [ -z "$(setting jwt_secret_previous)" ] || fail "a rotation is under way" "\`service.sh retire-secret\` ends it, once its tokens have ended"
  local old
  old=$(setting jwt_secret)
  {
    grep -v '^jwt_secret = ' "$settings"
    printf 'jwt_secret = "%s"\njwt_secret_previous = "%s"\n' "$(random)" "$old"
  } | write_settings
  echo 'a new signing secret is in place for the next start; the old one stays valid'
}

retire_secret() {
  must_be_set_up
  grep -v '^jwt_secret_previous = ' "$settings" | write_settings
  echo 'the old signing secret ends with the next start'
}

# === programs ===

# Runs a program of the service with this place's settings and nothing else of our environment.
with_settings() {
  must_be_set_up
  env -i PATH="$PATH" HOME="${HOME:-/}" CONFIG_FILE="$settings" "$@"
}

# A program that somebody built.
built() {
  [ -n "${1:-}" ] || fail "name the program" "for example \`service.sh check target/release/asset-manager\`"
  [ -f "$1" ] && [ -x "$1" ] || fail "\`$1\` is no program" "\`cargo build --release -p asset-manager\` makes one"
  printf '%s\n' "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}

find_program() {
  local candidate
  for candidate in "${CARGO_TARGET_DIR:-target}/release/asset-manager" "${CARGO_TARGET_DIR:-target}/debug/asset-manager" "$(command -v asset-manager || true)"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail "no instance runs, and no program is built" "\`cargo build --release -p asset-manager\`, or set ASSET_MANAGER_BIN"
}

runs_here() {
  [ -z "${ASSET_MANAGER_HOME:-}" ] && command -v "$callsheet" >/dev/null &&
    "$callsheet" instances --service asset-manager --format json 2>/dev/null | grep -q '"pid": [0-9]'
}

# Runs the release that serves, beside one of its instances: program and settings are theirs.
program() {
  if runs_here; then
    "$callsheet" exec --service asset-manager --yes -- sh -c 'exec "$ASSET_MANAGER_PROGRAM" "$@"' asset-manager "$@"
  else
    local found
    found=$(built "${ASSET_MANAGER_BIN:-$(find_program)}")
    with_settings "$found" "$@"
  fi
}

check() {
  local program
  program=$(built "${1:-}")
  with_settings "$program" check-config
  with_settings "$program" migrate status
}

migrate() {
  local program
  program=$(built "${1:-}")
  with_settings "$program" migrate up
}

# === backups ===

backup() {
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,80}$ ]] || fail "backup needs a name" "for example \`service.sh backup before-1.4.0\`"
  local to="$home/backups/$1.db"
  if [ -e "$to" ]; then
    printf 'backup %s is there already\n' "$to"
    return
  fi
  program backup "$to"
}

# Prints the paths of all backups that end in these letters, newest first; nothing where there is none yet.
backups() {
  ls -t "$home/backups/"*"$1" 2>/dev/null || true
}

# Prints the path of a backup: the one named, else the newest that is complete.
find_backup() {
  local path
  if [ -n "${1:-}" ]; then
    path="$home/backups/$1.db"
  else
    path=$(backups .db.inventory | head -n 1)
    path=${path%.inventory}
  fi
  [ -n "$path" ] && [ -e "$path.inventory" ] || fail "there is no such backup" "\`service.sh backup NAME\` makes one; there are: $(ls "$home/backups" | tr '\n' ' ')"
  printf '%s\n' "$path"
}

compare() {
  local from
  from=$(find_backup "${1:-}")
  printf 'compared with %s\n' "$(basename "$from" .db)"
  program compare "$from"
}

# The release that runs may be newer than the backup: its schema comes back with it.
restore() {
  local from
  from=$(find_backup "${1:-}")
  program restore "$from"
  program migrate up
}

prune() {
  local old
  backups .db | tail -n +6 | while read -r old; do
    rm -f "$old" "$old.inventory"
    printf 'removed backup %s\n' "$(basename "$old")"
  done
  df -h --output=avail,pcent "$home" | tail -n 1 | awk '{ printf "free now: %s (%s used)\n", $1, $2 }'
}

case "${1:-}" in
  setup) setup ;;
  check) check "${2:-}" ;;
  migrate) migrate "${2:-}" ;;
  backup) backup "${2:-}" ;;
  compare) compare "${2:-}" ;;
  restore) restore "${2:-}" ;;
  prune) prune ;;
  rotate-secret) rotate_secret ;;
  retire-secret) retire_secret ;;
  password) must_be_set_up && setting admin_password ;;
  *) fail "service.sh knows no \`${1:-}\`" "setup, check, migrate, backup, compare, restore, prune, rotate-secret, retire-secret, password" ;;
esac
