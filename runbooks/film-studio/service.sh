#!/usr/bin/env bash
# What the film studio needs beside Callsheet, which runs and releases it: a place with settings and secrets, its schema, backups.
# Every command may be repeated: done again, it finds its work done and says so.
#
#   service.sh setup                 make the place: folders, settings with secrets of this machine (needs DATABASE_URL)
#   service.sh check PROGRAM         would that program start here? its settings, and the schema beside the database's
#   service.sh keep-settings         remember the settings as good: whatever runs now was started with them
#   service.sh restore-settings      put the settings back that were remembered
#   service.sh migrate WORDS…        `callsheet migrate WORDS…` on this place's database: up --to 0006, status, validate, lint, down -1
#   service.sh backup NAME           dump the database to backups/NAME.sql.gz, with a checksum beside it
#   service.sh verify-backup [NAME]  is that backup (the newest) whole and younger than 26 hours?
#   service.sh prune                 keep the newest seven backups
#   service.sh rotate-secret         a new signing secret for the next start; the old one stays valid
#   service.sh retire-secret         the old signing secret ends with the next start
#   service.sh password              print the operator's password
#   service.sh token BASE_URL        sign the operator in; print the token
#
# FILM_STUDIO_HOME        the place (default: .film-studio, which `callsheet.toml` names, too)
# FILM_STUDIO_MIGRATIONS  the schema's files (default: fleet/film-studio/migrations)
set -euo pipefail

home=${FILM_STUDIO_HOME:-.film-studio}
mkdir -p "$home/backups"
home=$(cd "$home" && pwd)
settings=$home/settings.toml
migrations=${FILM_STUDIO_MIGRATIONS:-fleet/film-studio/migrations}
callsheet=${CALLSHEET_PROGRAM:-callsheet}

fail() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

# === settings ===

# Settings that may be given to `setup` in the environment.
GIVEN="APP_ENV DATABASE_URL DATABASE_POOL_SIZE DATABASE_POOL_WAIT_SECONDS REDIS_URL JWT_SECRET OPERATOR_EMAIL OPERATOR_PASSWORD ALLOWED_ORIGINS LOG_LEVEL
  SLOW_QUERY_MS RATE_LIMIT_PER_MINUTE DRAIN_GRACE_SECONDS FAULTS_ENABLED FAULTS_TOKEN"

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
  [ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set" "films are kept in MariaDB or MySQL: DATABASE_URL=mysql://user:password@host:3306/films"
  if [ "${APP_ENV:-dev}" != production ]; then
    export OPERATOR_EMAIL=${OPERATOR_EMAIL:-operator@studio.example} OPERATOR_PASSWORD=${OPERATOR_PASSWORD:-$(random)}
  fi
  export JWT_SECRET=${JWT_SECRET:-$(random)}
  local name
  {
    echo '# Settings of the film studio on this machine; docs/guides/fleet-film-studio.md lists them all. Callsheet starts no instance'
    echo '# anew when they change: `callsheet restart --service film-studio` does.'
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

keep_settings() {
  must_be_set_up
  (umask 077 && cp "$settings" "$settings.good.new")
  mv "$settings.good.new" "$settings.good"
  echo 'the settings are remembered as good'
}

restore_settings() {
  [ -s "$settings.good" ] || fail "no settings were remembered" "mend $settings by hand; \`service.sh check PROGRAM\` lists what is wrong"
  if cmp -s "$settings" "$settings.good"; then
    echo 'the settings are the remembered ones already'
    return
  fi
  (umask 077 && cp "$settings" "$settings.broken" 2>/dev/null) || true
  write_settings <"$settings.good"
  echo 'the remembered settings are back; the others lie beside them, ending in .broken'
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

check() {
  [ -n "${1:-}" ] || fail "name the program" "for example \`service.sh check target/release/film-studio\`"
  [ -f "$1" ] && [ -x "$1" ] || fail "\`$1\` is no program" "\`cargo build --release -p film-studio\` makes one"
  local program
  program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  with_settings "$program" check-config
  with_settings "$program" migrate status
}

migrate() {
  must_be_set_up
  [ -d "$migrations" ] || fail "there are no migrations in $migrations" "start from the repository's root, or set FILM_STUDIO_MIGRATIONS"
  DATABASE_URL=$(setting database_url) "$callsheet" migrate --database film-studio --dir "$migrations" "$@"
}

# === backups ===

# Prints host, port, user, password and database of the database's address, one a line.
address() {
  local url rest login place
  url=$(setting database_url)
  rest=${url#*://}
  rest=${rest%%\?*}
  login=${rest%@*} place=${rest##*@}
  local hostport=${place%%/*}
  local port=${hostport#*:}
  [ "$port" != "$hostport" ] || port=3306
  printf '%s\n' "${hostport%%:*}" "$port" "${login%%:*}" "${login#*:}" "${place#*/}"
}

backup() {
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,80}$ ]] || fail "backup needs a name" "for example \`service.sh backup before-2.0.0\`"
  must_be_set_up
  local to="$home/backups/$1.sql.gz" part
  if [ -e "$to" ]; then
    printf 'backup %s is there already\n' "$to"
    return
  fi
  part=$(mktemp "$home/backups/.part.XXXXXX")
  trap 'rm -f "$part"' RETURN
  {
    read -r host && read -r port && read -r user && read -r password && read -r database
    MYSQL_PWD=$password mariadb-dump --no-defaults --protocol=tcp --host="$host" --port="$port" --user="$user" \
      --single-transaction --quick --triggers --hex-blob --default-character-set=utf8mb4 "$database" </dev/null | gzip >"$part"
  } < <(address)
  gzip --decompress --stdout "$part" | tail -c 200 | grep -q '^-- Dump completed' || fail "the dump is not whole" "look at the database's log, then try again"
  (cd "$home/backups" && sha256sum <"$part" | awk '{print $1}' >"$1.sql.gz.sha256")
  mv "$part" "$to"
  printf 'backed up to %s, %s, whole\n' "$to" "$(du -h "$to" | cut -f1)"
}

# Prints the paths of all backups, newest first; nothing where there is none yet.
backups() {
  ls -t "$home/backups/"*.sql.gz 2>/dev/null || true
}

verify_backup() {
  local path age
  if [ -n "${1:-}" ]; then path="$home/backups/$1.sql.gz"; else path=$(backups | head -n 1); fi
  [ -n "$path" ] && [ -e "$path" ] || fail "there is no such backup" "\`service.sh backup NAME\` makes one"
  [ "$(sha256sum <"$path" | awk '{print $1}')" = "$(cat "$path.sha256")" ] || fail "$path was changed since it was written" "take another one, and keep this one for whoever looks into it"
  age=$((($(date +%s) - $(stat -c %Y "$path")) / 3600))
  [ "$age" -lt 26 ] || fail "the newest backup is $age hours old" "\`service.sh backup daily-$(date -u +%Y%m%d)\` takes one now"
  printf 'backup %s is whole, %s hours old\n' "$(basename "$path" .sql.gz)" "$age"
}

prune() {
  local old
  backups | tail -n +8 | while read -r old; do
    rm -f "$old" "$old.sha256"
    printf 'removed backup %s\n' "$(basename "$old" .sql.gz)"
  done
  df -h --output=avail,pcent "$home" | tail -n 1 | awk '{ printf "free now: %s (%s used)\n", $1, $2 }'
}

token() {
  [ -n "${1:-}" ] || fail "name the address" "for example \`service.sh token http://127.0.0.1:3000\`"
  must_be_set_up
  printf '{"email":"%s","password":"%s"}' "$(setting operator_email)" "${OPERATOR_PASSWORD:-$(setting operator_password)}" |
    curl -fsS --max-time 10 "$1/api/auth/login" -H 'content-type: application/json' --data @- | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'
}

case "${1:-}" in
  setup) setup ;;
  check) check "${2:-}" ;;
  keep-settings) keep_settings ;;
  restore-settings) restore_settings ;;
  migrate) shift; migrate "$@" ;;
  backup) backup "${2:-}" ;;
  verify-backup) verify_backup "${2:-}" ;;
  prune) prune ;;
  rotate-secret) rotate_secret ;;
  retire-secret) retire_secret ;;
  password) must_be_set_up && setting operator_password ;;
  token) token "${2:-}" ;;
  *) fail "service.sh knows no \`${1:-}\`" "setup, check, keep-settings, restore-settings, migrate, backup, verify-backup, prune, rotate-secret, retire-secret, password, token" ;;
esac
