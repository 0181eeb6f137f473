#!/usr/bin/env bash
# What Content Jumpstart needs beside Callsheet, which runs and releases it: a place with settings and secrets, its schema, backups.
# Every command may be repeated: done again, it finds its work done and says so.
#
#   service.sh setup             make the place: folders, settings with secrets of this machine
#   service.sh check PROGRAM     would that program start here? every setting, and where the schema stands
#   service.sh migrate WORDS…    `callsheet migrate WORDS…` on this place's database: `up --to 5`, `down -1`, `status`
#   service.sh backup NAME       copy the database to backups/NAME, checked
#   service.sh rotate-secret     a new signing key for the next start; the old one stays valid
#   service.sh retire-secret     the old signing key ends with the next start
#   service.sh password          print the operator's password
#
# CONTENT_JUMPSTART_HOME  the place (default: .content-jumpstart, which `callsheet.toml` names, too)
set -euo pipefail

home=${CONTENT_JUMPSTART_HOME:-.content-jumpstart}
mkdir -p "$home/backups" "$home/www"
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
GIVEN="APP_ENV DATABASE_URL SECRET_KEY OPERATOR_EMAIL OPERATOR_PASSWORD CORS_ORIGINS PROVIDER ANTHROPIC_API_KEY ANTHROPIC_BASE_URL
  ANTHROPIC_MODEL RATE_LIMIT_REQUESTS_PER_MINUTE RATE_LIMIT_TOKENS_PER_MINUTE MAX_CONCURRENT_API_CALLS DB_POOL_SIZE
  ACCESS_TOKEN_EXPIRE_MINUTES LOG_LEVEL DRAIN_GRACE_SECONDS FAULTS_ENABLED FAULTS_TOKEN"

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
  $production || export DATABASE_URL=${DATABASE_URL:-sqlite:$home/content-jumpstart.db}
  $production || export OPERATOR_EMAIL=${OPERATOR_EMAIL:-operator@studio.example} OPERATOR_PASSWORD=${OPERATOR_PASSWORD:-$(random)}
  export SECRET_KEY=${SECRET_KEY:-$(random)}
  {
    echo '# Settings of Content Jumpstart on this machine; docs/guides/fleet-content-jumpstart.md lists them all. Callsheet starts no'
    echo '# instance anew when they change: `callsheet restart --service content-jumpstart` does.'
    printf 'content_jumpstart_home = "%s"\nweb_dist = "%s/www"\n' "$home" "$home"
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

# Once more before the next start would drop a key that tokens are still signed with: so it is refused.
rotate_secret() {
  must_be_set_up
  [ -z "$(setting secret_key_previous)" ] || fail "a rotation is under way" "\`service.sh retire-secret\` ends it, once its tokens have ended"
  local old
  old=$(setting secret_key)
  {
    grep -v '^secret_key = ' "$settings"
    printf 'secret_key = "%s"\nsecret_key_previous = "%s"\n' "$(random)" "$old"
  } | write_settings
  echo 'a new signing key is in place for the next start; the old one stays valid'
}

retire_secret() {
  must_be_set_up
  grep -v '^secret_key_previous = ' "$settings" | write_settings
  echo 'the old signing key ends with the next start'
}

# === programs and schema ===

check() {
  must_be_set_up
  [ -n "${1:-}" ] && [ -f "$1" ] && [ -x "$1" ] ||
    fail "\`${1:-}\` is no program" "\`cargo build --release -p content-jumpstart\` makes one: \`service.sh check target/release/content-jumpstart\`"
  env -i PATH="$PATH" HOME="${HOME:-/}" CONFIG_FILE="$settings" "$1" check-config
  migrate current
}

dialect() {
  case "$(setting database_url)" in sqlite:*) echo sqlite ;; *) echo postgres ;; esac
}

# The address goes by the environment: a password never stands in a command line.
migrate() {
  must_be_set_up
  CALLSHEET_DATABASE_URL=$(setting database_url) "$callsheet" migrate "$@" --database content-jumpstart --dir "fleet/content-jumpstart/migrations/$(dialect)"
}

# Runs the release that serves, beside one of its instances; where none runs, the one that was built last.
program() {
  local built
  if "$callsheet" instances --service content-jumpstart --format json 2>/dev/null | grep -q '"pid": [0-9]'; then
    "$callsheet" exec --service content-jumpstart --yes -- sh -c 'exec "$CONTENT_JUMPSTART_PROGRAM" "$@"' content-jumpstart "$@"
    return
  fi
  for built in "${CONTENT_JUMPSTART_BIN:-}" "${CARGO_TARGET_DIR:-target}/release/content-jumpstart" "${CARGO_TARGET_DIR:-target}/debug/content-jumpstart"; do
    if [ -n "$built" ] && [ -x "$built" ]; then
      env -i PATH="$PATH" HOME="${HOME:-/}" CONFIG_FILE="$settings" "$built" "$@"
      return
    fi
  done
  fail "no instance runs, and no program is built" "\`cargo build --release -p content-jumpstart\`, or set CONTENT_JUMPSTART_BIN"
}

# === backups ===

# A part of an address without its percent signs.
decoded() {
  local text=${1//\\/\\\\}
  printf '%b' "${text//%/\\x}"
}

# Runs one of PostgreSQL's own tools. They read no address from the environment, only its parts; and others may read a command line.
database() {
  local url pattern='^postgres(ql)?://([^:@/]+)(:([^@]*))?@(\[[^]]+\]|[^:/?]+)(:([0-9]+))?/([^?]+)(\?(.*))?$'
  url=$(setting database_url)
  [[ $url =~ $pattern ]] || fail "database_url in $settings is no address that backups can be taken by" "give postgres://user:password@host:port/database"
  local user=${BASH_REMATCH[2]} password=${BASH_REMATCH[4]} host=${BASH_REMATCH[5]} port=${BASH_REMATCH[7]:-5432} name=${BASH_REMATCH[8]} more=${BASH_REMATCH[10]:-}
  local mode=prefer
  [[ $more =~ sslmode=([a-z-]+) ]] && mode=${BASH_REMATCH[1]}
  host=${host#[} host=${host%]}
  PGUSER=$(decoded "$user") PGPASSWORD=$(decoded "$password") PGHOST=$host PGPORT=$port PGDATABASE=$(decoded "$name") PGSSLMODE=$mode "$@"
}

backup() {
  must_be_set_up
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,80}$ ]] || fail "backup needs a name" "for example \`service.sh backup before-1.4.0\`"
  local to="$home/backups/$1"
  if [ -e "$to" ]; then
    printf 'backup %s is there already\n' "$to"
    return
  fi
  if [ "$(dialect)" = sqlite ]; then
    rm -f "$to.new"
    program backup "$to.new"
  else
    database pg_dump --format=custom --file="$to.new"
    pg_restore --list "$to.new" >/dev/null
  fi
  mv "$to.new" "$to"
  printf 'backed up to %s; integrity ok\n' "$to"
}

case "${1:-}" in
  setup) setup ;;
  check) check "${2:-}" ;;
  migrate) shift && migrate "$@" ;;
  backup) backup "${2:-}" ;;
  rotate-secret) rotate_secret ;;
  retire-secret) retire_secret ;;
  password) must_be_set_up && setting operator_password ;;
  *) fail "service.sh knows no \`${1:-}\`" "setup, check, migrate, backup, rotate-secret, retire-secret, password" ;;
esac
