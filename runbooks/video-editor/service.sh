#!/usr/bin/env bash
# What the video editor needs beside Callsheet, which runs and releases it: a place with settings and secrets, checks, snapshots.
# Every command may be repeated: done again, it finds its work done and says so.
#
#   service.sh setup             make the place: folders, settings with secrets of this machine; needs DATABASE_URL and REDIS_URL
#   service.sh check PROGRAM     would that program start here? settings, and whether database, Redis and FFmpeg answer
#   service.sh canary PROGRAM    render a moment with each codec, as that program would
#   service.sh backup NAME       a snapshot of the database, backups/NAME.dump, with its digest beside it
#   service.sh verify [NAME]     read that snapshot (the newest) from end to end
#   service.sh restore [NAME]    put the database back to that snapshot (the newest), in one transaction; what is there is kept as a
#                                snapshot before-restore-TIME, which only its name brings back. --without-snapshot: what is there is
#                                lost, for a database that is too damaged to be read
#   service.sh prune             keep the newest five snapshots, and the newest two of what restores replaced
#   service.sh integrity         look for half-migrated rows, missing indexes, documents that cannot be read
#   service.sh writes WORDS      `lock --reason TEXT`, `unlock` or `status`: whether people may change anything
#   service.sh rotate-secret     a new signing secret for the next start; the old one stays valid
#   service.sh retire-secret     the old signing secret ends with the next start
#   service.sh password          print the operator's password
#
# VIDEO_EDITOR_HOME  the place (default: .video-editor, which `callsheet.toml` names, too)
# `integrity` and `writes` use the program that runs; where none runs, VIDEO_EDITOR_BIN (default: target/release, then target/debug).
set -euo pipefail

home=${VIDEO_EDITOR_HOME:-.video-editor}
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
GIVEN="APP_ENV DATABASE_URL REDIS_URL JWT_SECRET OPERATOR_EMAIL OPERATOR_PASSWORD ALLOWED_ORIGINS MEDIA_FOLDER LOG_LEVEL FFMPEG_PATH FFPROBE_PATH
  HARDWARE_ACCELERATION FFMPEG_HWACCEL EXPERIMENTAL_CODECS THUMBNAILS JOB_WORKERS PROMETHEUS_SCRAPE_CONFIG DRAIN_GRACE_SECONDS FAULTS_ENABLED FAULTS_TOKEN"

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
  [ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set" "give the address of a PostgreSQL database: postgres://user:password@host/database"
  [ -n "${REDIS_URL:-}" ] || fail "REDIS_URL is not set" "give the address of a Redis: redis://user:password@host:6379/0"
  local name
  if [ "${APP_ENV:-dev}" != production ]; then
    export OPERATOR_EMAIL=${OPERATOR_EMAIL:-operator@studio.example} OPERATOR_PASSWORD=${OPERATOR_PASSWORD:-$(random)}
  fi
  export JWT_SECRET=${JWT_SECRET:-$(random)}
  {
    echo '# Settings of the video editor on this machine; docs/guides/fleet-video-editor.md lists them all. Callsheet starts no instance'
    echo '# anew when they change: `callsheet restart --service video-editor` does.'
    printf 'video_editor_home = "%s"\n' "$home"
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
  [ -n "${1:-}" ] || fail "name the program" "for example \`service.sh check target/release/video-editor\`"
  [ -f "$1" ] && [ -x "$1" ] || fail "\`$1\` is no program" "\`cargo build --release -p video-editor\` makes one"
  printf '%s\n' "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}

find_program() {
  local candidate
  for candidate in "${CARGO_TARGET_DIR:-target}/release/video-editor" "${CARGO_TARGET_DIR:-target}/debug/video-editor"; do
    if [ -x "$candidate" ]; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail "no instance runs, and no program is built" "\`cargo build --release -p video-editor\`, or set VIDEO_EDITOR_BIN"
}

runs_here() {
  [ -z "${VIDEO_EDITOR_HOME:-}" ] && command -v "$callsheet" >/dev/null &&
    "$callsheet" instances --service video-editor --format json 2>/dev/null | grep -q '"pid": [0-9]'
}

# Runs the release that serves, beside one of its instances: program and settings are theirs.
program() {
  if runs_here; then
    "$callsheet" exec --service video-editor --yes -- sh -c 'exec "$VIDEO_EDITOR_PROGRAM" "$@"' video-editor "$@"
  else
    local found
    found=$(built "${VIDEO_EDITOR_BIN:-$(find_program)}")
    with_settings "$found" "$@"
  fi
}

check() {
  local program
  program=$(built "${1:-}")
  with_settings "$program" check-config
  with_settings "$program" probe
}

canary() {
  local program
  program=$(built "${1:-}")
  with_settings "$program" canary
  echo 'every codec works'
}

# === snapshots ===

decoded() {
  local text=${1//\\/\\\\}
  printf '%b' "${text//%/\\x}"
}

# Runs one of PostgreSQL's own tools. It takes the address from its environment, where no list of processes shows the password.
database() {
  must_be_set_up
  local url pattern='^postgres(ql)?://([^:@/]+)(:([^@]*))?@([^:/?]+)(:([0-9]+))?/([^?]+)(\?(.*))?$'
  url=$(setting database_url)
  [[ $url =~ $pattern ]] || fail "database_url in $settings is no address that snapshots can be taken by" "give postgres://user:password@host:port/database"
  local user=${BASH_REMATCH[2]} password=${BASH_REMATCH[4]} host=${BASH_REMATCH[5]} port=${BASH_REMATCH[7]:-5432} name=${BASH_REMATCH[8]} more=${BASH_REMATCH[10]:-}
  local mode=prefer
  [[ $more =~ sslmode=([a-z-]+) ]] && mode=${BASH_REMATCH[1]}
  PGUSER=$(decoded "$user") PGPASSWORD=$(decoded "$password") PGHOST=$host PGPORT=$port PGDATABASE=$(decoded "$name") PGSSLMODE=$mode "$@"
}

backup() {
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,80}$ ]] || fail "backup needs a name" "for example \`service.sh backup before-1.4.0\`"
  local to="$home/backups/$1.dump"
  if [ -e "$to.sha256" ]; then
    printf 'snapshot %s is there already\n' "$to"
    return
  fi
  # Whether changes are locked is no part of it: a restore must not unlock them.
  database pg_dump --format=custom --no-owner --exclude-table=maintenance --file="$to.new" || {
    rm -f "$to.new"
    fail "the database cannot be read from end to end" "the words above say why"
  }
  mv "$to.new" "$to"
  (cd "$home/backups" && sha256sum "$1.dump" >"$1.dump.sha256.new" && mv "$1.dump.sha256.new" "$1.dump.sha256")
  verify "$1"
}

# Prints the name of a snapshot: the one given, else the newest that is complete, but for those of what a restore replaced.
find_backup() {
  local path
  if [ -n "${1:-}" ]; then
    path="$home/backups/$1.dump.sha256"
  else
    path=$({ ls -t "$home/backups/"*.dump.sha256 2>/dev/null || true; } | { grep -v '/before-restore-[^/]*$' || true; } | head -n 1)
  fi
  [ -n "$path" ] && [ -e "$path" ] || fail "there is no such snapshot" "\`service.sh backup NAME\` makes one; there are: $(ls "$home/backups" | tr '\n' ' ')"
  basename "$path" .dump.sha256
}

verify() {
  local name
  name=$(find_backup "${1:-}")
  (cd "$home/backups" && sha256sum --check --quiet "$name.dump.sha256") || fail "snapshot $name is not what was written" "take another; this disk or somebody changed it"
  printf 'snapshot %s is whole: %s tables\n' "$name" "$(pg_restore --list "$home/backups/$name.dump" | grep -c ' TABLE DATA ')"
}

# Empties the database, but for whether changes are locked. What a later migration made goes, too: it may hang on what the snapshot brings.
EMPTY=$(
  cat <<'SQL'
SET LOCAL client_min_messages = warning;
DO $$
DECLARE
  one text;
  all_of CONSTANT regnamespace := 'public';
BEGIN
  FOR one IN VALUES
    ((SELECT 'DROP VIEW IF EXISTS ' || string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relnamespace = all_of AND relkind = 'v')),
    ((SELECT 'DROP TABLE IF EXISTS ' || string_agg(oid::regclass::text, ', ') FROM pg_class
      WHERE relnamespace = all_of AND relkind IN ('r', 'p') AND relname <> 'maintenance')),
    ((SELECT 'DROP ROUTINE IF EXISTS ' || string_agg(oid::regprocedure::text, ', ') FROM pg_proc WHERE pronamespace = all_of
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')))
  LOOP
    IF one IS NOT NULL THEN
      EXECUTE one || ' CASCADE';
    END IF;
  END LOOP;
END $$;
SQL
)

restore() {
  local name='' keep=yes word
  for word in "$@"; do
    case $word in
      --without-snapshot) keep=no ;;
      -* | '') fail "restore knows no \`$word\`" "\`service.sh restore NAME\`, and --without-snapshot" ;;
      *) name=$word ;;
    esac
  done
  name=$(find_backup "$name")
  verify "$name"
  if [ "$keep" = no ]; then
    echo 'what is there now is not kept'
  else
    # A shell of its own, which ends at its first failure. Whatever is wrong with what is there: it may be all that there is of what was made since.
    "$BASH" "$0" backup "before-restore-$(date -u +%Y%m%dT%H%M%S.%3N)" ||
      fail "nothing was restored, as what is there now cannot be kept" "where it is damaged: \`service.sh restore $name --without-snapshot\`; what is there now is lost then"
  fi
  # The end is only told when all that comes before was there.
  { printf 'BEGIN;\n%s\n' "$EMPTY" && pg_restore --no-owner --file=- "$home/backups/$name.dump" && printf 'COMMIT;\n'; } |
    database psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 >/dev/null ||
    fail "snapshot $name was not restored: the database is as it was" "the words above say why"
  printf 'restored snapshot %s\n' "$name"
}

# Reads paths of snapshots, newest first; keeps so many that are complete, and what is newer than the last of them.
keep_newest() {
  local most=$1 kept=0 path
  while read -r path; do
    if [ "$kept" -lt "$most" ]; then
      [ ! -e "$path.sha256" ] || kept=$((kept + 1))
    else
      rm -f "$path" "$path.sha256"
      printf 'removed snapshot %s\n' "$(basename "$path")"
    fi
  done
}

# What a restore replaced is counted apart: it is no way back to a good state.
prune() {
  local all
  all=$(ls -t "$home/backups/"*.dump 2>/dev/null || true)
  { grep -v '/before-restore-[^/]*$' || true; } <<<"$all" | keep_newest 5
  { grep '/before-restore-[^/]*$' || true; } <<<"$all" | keep_newest 2
  df -h --output=avail,pcent "$home" | tail -n 1 | awk '{ printf "free now: %s (%s used)\n", $1, $2 }'
}

case "${1:-}" in
  setup) setup ;;
  check) check "${2:-}" ;;
  canary) canary "${2:-}" ;;
  backup) backup "${2:-}" ;;
  verify) verify "${2:-}" ;;
  restore) shift && restore "$@" ;;
  prune) prune ;;
  integrity) program integrity ;;
  writes) shift && program writes "$@" ;;
  rotate-secret) rotate_secret ;;
  retire-secret) retire_secret ;;
  password) must_be_set_up && setting operator_password ;;
  *) fail "service.sh knows no \`${1:-}\`" "setup, check, canary, backup, verify, restore, prune, integrity, writes, rotate-secret, retire-secret, password" ;;
esac
