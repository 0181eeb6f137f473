#!/usr/bin/env bash
# What the grants service needs beside Callsheet, which runs, releases and migrates it: a place with its settings, servers on a machine
# that has none, keys and credentials in turn, backups. Every command may be repeated: done again, it finds its work done and says so.
#
#   service.sh setup                  make the place: settings with keys of this machine, roles in the database, users in Redis
#   service.sh servers start|stop     PostgreSQL and Redis of this machine's own, in the place, where none were given
#   service.sh check PROGRAM          would that program start with these settings?
#   service.sh migrate WORDS…         `callsheet migrate WORDS…` on this place's database: `up --to 0005`, `down -1`, `status`
#   service.sh probe [PROGRAM]        do database and Redis answer, with the service's own credentials?
#   service.sh rotate KEY STEP        session|afm: next, switch, retire   database|redis: switch, retire
#   service.sh under-previous URL     how many tax numbers are under the previous key still
#   service.sh backup NAME            dump the database to backups/NAME.dump, with a digest beside it
#   service.sh drill [NAME]           restore that backup (the newest) into a scratch database, compare, tell how long it took
#   service.sh restore NAME           put the database back to that backup; the service is locked out meanwhile
#   service.sh leaks                  search logs and records for keys and passwords
#   service.sh watch URL BUDGET       what happened to a budget, over its WebSocket; TOKEN is the session
#   service.sh environment            what procedures need: eval "$(service.sh environment)"
#   service.sh password               print the admin's password
#
# GRANTS_HOME   the place (default: .grants, which `callsheet.toml` names, too)
# For `setup`: GRANTS_OWNER_URL and GRANTS_REDIS_ADMIN_URL, the addresses of whoever owns database and Redis. Without them, `setup` starts both.
set -euo pipefail

home=${GRANTS_HOME:-.grants}
mkdir -p "$home/backups"
home=$(cd "$home" && pwd)
settings=$home/settings.toml
owner=$home/owner.env
callsheet=${CALLSHEET_PROGRAM:-callsheet}

fail() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

random() {
  head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n'
}

# === settings ===

setting() {
  sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" "$settings" 2>/dev/null
}

# Replaces a file by standard input, in one step; nobody else may read it.
write_private() {
  (umask 077 && cat >"$1.new")
  mv "$1.new" "$1"
}

# Puts settings in place of those of the same name; an empty value takes one away.
put() {
  local names='' line
  for line in "$@"; do names="$names|${line%%=*}"; done
  {
    grep -vE "^(${names#|}) = " "$settings" || true
    for line in "$@"; do
      [ -z "${line#*=}" ] || printf '%s = "%s"\n' "${line%%=*}" "${line#*=}"
    done
  } | write_private "$settings"
}

must_be_set_up() {
  [ -s "$settings" ] || fail "there are no settings in $home" "\`service.sh setup\` makes them"
}

# A part of an address: user, password, host, port or database.
part() {
  [[ $2 =~ ^[a-z]+://([^:@/]*)(:([^@]*))?@([^:/]+)(:([0-9]+))?/([^?]*) ]] || fail "an address is not SCHEME://USER:PASSWORD@HOST:PORT/DATABASE"
  case $1 in
    user) printf '%s' "${BASH_REMATCH[1]}" ;;
    password) printf '%s' "${BASH_REMATCH[3]}" ;;
    host) printf '%s' "${BASH_REMATCH[4]}" ;;
    port) printf '%s' "${BASH_REMATCH[6]}" ;;
    database) printf '%s' "${BASH_REMATCH[7]}" ;;
  esac
}

# === the owners' ways in; no password on any command line ===

with_owner() {
  [ -s "$owner" ] || fail "nobody told who owns the database" "\`service.sh setup\` with GRANTS_OWNER_URL"
  # shellcheck disable=SC1090
  (set -a && . "$owner" && set +a && exec "$@")
}

sql() {
  with_owner psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"
}

redis_admin() {
  with_owner bash -c 'REDISCLI_AUTH=$REDIS_ADMIN_PASSWORD exec redis-cli --no-auth-warning -h "$REDIS_HOST" -p "$REDIS_PORT" --user "$REDIS_ADMIN_USER"' >/dev/null
}

# === servers of this machine's own ===

bin() {
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

# PostgreSQL refuses to be root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

servers_start() {
  [ -e "$home/servers" ] || fail "the servers are others'" "their owners start them"
  # shellcheck disable=SC1091
  . "$home/servers"
  if ! as_postgres "$(bin)/pg_ctl" -D "$home/postgres" status >/dev/null; then
    as_postgres "$(bin)/pg_ctl" -D "$home/postgres" -l "$home/postgres.log" -w -o "-c port=$POSTGRES_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null
  fi
  if ! (exec 3<>"/dev/tcp/127.0.0.1/$REDIS_PORT") 2>/dev/null; then
    redis-server --daemonize yes --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$home/redis" --appendonly yes --save '' \
      --aclfile "$home/redis/users" --pidfile "$home/redis/pid" --logfile "$home/redis/log" >/dev/null
  fi
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$REDIS_PORT") 2>/dev/null; then
      echo 'PostgreSQL and Redis of this machine run'
      return
    fi
    sleep 0.05
  done
  fail "Redis does not start" "see $home/redis/log"
}

servers_stop() {
  [ -e "$home/servers" ] || fail "the servers are others'" "their owners stop them"
  as_postgres "$(bin)/pg_ctl" -D "$home/postgres" -m fast stop >/dev/null 2>&1 || true
  [ ! -s "$home/redis/pid" ] || kill "$(cat "$home/redis/pid")" 2>/dev/null || true
  echo 'PostgreSQL and Redis of this machine are stopped'
}

make_servers() {
  [ -n "$(bin)" ] && command -v redis-server >/dev/null || fail "PostgreSQL or Redis is not installed" "apt-get install postgresql redis-server, or give GRANTS_OWNER_URL and GRANTS_REDIS_ADMIN_URL"
  local password redis_password port=5483
  password=$(random) redis_password=$(random)
  mkdir -p "$home/postgres" "$home/redis"
  : >"$home/postgres.log"
  printf '%s' "$password" | write_private "$home/password"
  if [ "$(id -u)" = 0 ]; then
    chown -R postgres "$home/postgres" "$home/postgres.log" "$home/password"
    chmod o+x "$home"
  fi
  as_postgres "$(bin)/initdb" --auth=scram-sha-256 --username=grants_owner --encoding=UTF8 --locale=C --pwfile="$home/password" -D "$home/postgres" >/dev/null
  rm -f "$home/password"
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  printf 'user default off\nuser grants_admin on >%s ~* &* +@all\n' "$redis_password" | write_private "$home/redis/users"
  printf 'POSTGRES_PORT=%s\nREDIS_PORT=%s\n' "$port" "$((port + 1000))" >"$home/servers"
  servers_start
  export GRANTS_OWNER_URL="postgres://grants_owner:$password@127.0.0.1:$port/postgres"
  export GRANTS_REDIS_ADMIN_URL="redis://grants_admin:$redis_password@127.0.0.1:$((port + 1000))/0"
}

# === setup ===

# Settings that may be given to `setup` in the environment.
GIVEN="APP_ENV ALLOWED_ORIGINS ADMIN_EMAIL ADMIN_PASSWORD LOG_LEVEL DRAIN_GRACE_SECONDS FAULTS_ENABLED FAULTS_TOKEN SIGN_INS_PER_MINUTE"

setup() {
  if [ -s "$settings" ]; then
    printf '%s is set up already\n' "$home"
    return
  fi
  [ -n "${GRANTS_OWNER_URL:-}" ] && [ -n "${GRANTS_REDIS_ADMIN_URL:-}" ] || make_servers
  local db=$GRANTS_OWNER_URL redis=$GRANTS_REDIS_ADMIN_URL key redis_key name
  {
    printf 'PGHOST=%s\nPGPORT=%s\nPGUSER=%s\nPGPASSWORD=%s\nPGDATABASE=%s\n' "$(part host "$db")" "$(part port "$db")" "$(part user "$db")" "$(part password "$db")" "$(part database "$db")"
    printf 'REDIS_HOST=%s\nREDIS_PORT=%s\nREDIS_ADMIN_USER=%s\nREDIS_ADMIN_PASSWORD=%s\n' "$(part host "$redis")" "$(part port "$redis")" "$(part user "$redis")" "$(part password "$redis")"
    printf 'GRANTS_OWNER_URL=%s\n' "$db"
  } | write_private "$owner"
  key=$(random) redis_key=$(random)
  # Two roles take turns; what they may do belongs to a third, which nobody signs in as. The schema stays the owner's.
  sql >/dev/null <<SQL
SELECT 'CREATE ROLE grants_app NOLOGIN' WHERE to_regrole('grants_app') IS NULL \gexec
SELECT format('CREATE ROLE %I NOLOGIN IN ROLE grants_app', name) FROM (VALUES ('grants_a'), ('grants_b')) AS roles (name) WHERE to_regrole(name) IS NULL \gexec
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO grants_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO grants_app;
GRANT USAGE ON SCHEMA public TO grants_app;
ALTER ROLE grants_a LOGIN PASSWORD '$key';
SQL
  printf 'ACL SETUSER grants_a reset on >%s ~* &* +@all -@admin -@dangerous +info\n' "$redis_key" | redis_admin
  export ADMIN_EMAIL=${ADMIN_EMAIL:-admin@grants.example} ADMIN_PASSWORD=${ADMIN_PASSWORD:-$(random)}
  [ "${APP_ENV:-staging}" != production ] || unset ADMIN_EMAIL ADMIN_PASSWORD
  export APP_ENV=${APP_ENV:-staging}
  {
    echo '# Settings of the grants service on this machine; docs/guides/fleet-grants.md lists them all. No instance is started anew when they'
    echo '# change: `callsheet restart --service grants` does that.'
    printf 'database_url = "postgres://grants_a@%s:%s/%s"\nsupabase_key = "%s"\n' "$(part host "$db")" "$(part port "$db")" "$(part database "$db")" "$key"
    printf 'redis_url = "redis://grants_a:%s@%s:%s/0"\n' "$redis_key" "$(part host "$redis")" "$(part port "$redis")"
    printf 'session_secret = "%s"\nafm_key = "%s"\nstaging_folder = "%s/staging"\n' "$(random)" "$(random)" "$home"
    for name in $GIVEN; do
      [ -z "${!name:-}" ] || printf '%s = "%s"\n' "${name,,}" "${!name}"
    done
  } | write_private "$settings"
  printf 'set up %s\n' "$home"
}

# === programs ===

# Runs a program of the service with this place's settings and nothing else of our environment.
with_settings() {
  must_be_set_up
  env -i PATH="$PATH" HOME="${HOME:-/}" CONFIG_FILE="$settings" "$@"
}

built() {
  local found=${1:-${CARGO_TARGET_DIR:-target}/release/grants}
  [ -f "$found" ] && [ -x "$found" ] || fail "\`$found\` is no program" "\`cargo build --release -p grants\` makes one"
  printf '%s\n' "$(cd "$(dirname "$found")" && pwd)/$(basename "$found")"
}

runs_here() {
  command -v "$callsheet" >/dev/null && "$callsheet" instances --service grants --format json 2>/dev/null | grep -q '"pid": [0-9]'
}

# With the program that runs, else one that was built.
probe() {
  if [ -z "${1:-}" ] && runs_here; then
    "$callsheet" exec --service grants --yes -- sh -c 'exec "$GRANTS_PROGRAM" probe'
  else
    local program
    program=$(built "${1:-}")
    with_settings "$program" probe
  fi
}

# Moves the schema as its owner: the service's own roles may not.
migrate() {
  with_owner bash -c 'export CALLSHEET_DATABASE_URL=$GRANTS_OWNER_URL && exec "$@"' migrate "$callsheet" migrate "$@" --dir fleet/grants/migrations
}

# === rotation: the new one is made known, then writes, then the old one goes; a restart after each ===

rotate_key() {
  local name=$1 step=$2 current next previous
  must_be_set_up
  current=$(setting "$name") next=$(setting "${name}_next") previous=$(setting "${name}_previous")
  case $step in
    next)
      [ -z "$previous" ] || fail "a rotation of \`$name\` is under way" "\`rotate … retire\` ends it"
      [ -n "$next" ] || put "${name}_next=$(random)"
      echo "the new key is known to whatever starts from now on; the old one still writes"
      ;;
    switch)
      if [ -n "$previous" ]; then
        echo "the new key writes already"
        return
      fi
      [ -n "$next" ] || fail "there is no new key" "\`rotate … next\` makes one, and a restart makes it known"
      put "$name=$next" "${name}_next=" "${name}_previous=$current"
      echo "the new key writes from the next start on; the old one stays good"
      ;;
    retire)
      put "${name}_previous="
      echo "the old key ends with the next start"
      ;;
    *) fail "there is no step \`$step\`" "next, switch, retire" ;;
  esac
}

other_of() {
  case $1 in grants_a) echo grants_b ;; *) echo grants_a ;; esac
}

rotate_database() {
  must_be_set_up
  local url user other key
  url=$(setting database_url)
  user=${url#*://}
  user=${user%%@*}
  other=$(other_of "$user")
  case $1 in
    switch)
      # Not the role of a rotation that nobody ended.
      [ "$(sql -c "SELECT rolcanlogin FROM pg_roles WHERE rolname = '$other'")" = f ] || fail "\`$other\` may sign in still: a rotation is under way" "\`rotate database retire\` ends it"
      key=$(random)
      printf "ALTER ROLE %s LOGIN PASSWORD '%s';\n" "$other" "$key" | sql
      put "database_url=${url/$user@/$other@}" "supabase_key=$key"
      echo "\`$other\` signs in from the next start on; \`$user\` still may"
      ;;
    retire)
      local left
      left=$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE usename = '$other'")
      [ "$left" = 0 ] || fail "\`$other\` has $left connections still" "restart the service first"
      printf 'ALTER ROLE %s NOLOGIN PASSWORD NULL;\n' "$other" | sql
      echo "\`$other\` may not sign in any more"
      ;;
    *) fail "there is no step \`$1\`" "switch, retire" ;;
  esac
}

rotate_redis() {
  must_be_set_up
  local url user other key
  url=$(setting redis_url)
  user=$(part user "$url")
  other=$(other_of "$user")
  case $1 in
    switch)
      key=$(random)
      printf 'ACL SETUSER %s reset on >%s ~* &* +@all -@admin -@dangerous +info\nACL SAVE\n' "$other" "$key" | redis_admin
      put "redis_url=redis://$other:$key@$(part host "$url"):$(part port "$url")/0"
      echo "\`$other\` signs in from the next start on; \`$user\` still may"
      ;;
    retire)
      printf 'ACL SETUSER %s reset off\nACL SAVE\nCLIENT KILL USER %s\n' "$other" "$other" | redis_admin
      echo "\`$other\` may not sign in any more"
      ;;
    *) fail "there is no step \`$1\`" "switch, retire" ;;
  esac
}

rotate() {
  case ${1:-} in
    session) rotate_key session_secret "${2:-}" ;;
    afm) rotate_key afm_key "${2:-}" ;;
    database) rotate_database "${2:-}" ;;
    redis) rotate_redis "${2:-}" ;;
    *) fail "there is no key \`${1:-}\`" "session, afm, database, redis" ;;
  esac
}

under_previous() {
  curl -fsS "${1:?where does the service answer?}/api/health/ready" | sed -n 's/.*"under_previous_keys":\([0-9]*\).*/under the previous key: \1/p'
  echo
}

# === a budget's events, as a browser gets them ===

# Listens for two seconds; TOKEN is the session. Frames of a server are plain, so their texts can be read as they come.
watch() {
  local base=${1:?where does the service answer?} budget=${2:?which budget?} host
  host=${base#*://}
  exec 3<>"/dev/tcp/${host%%:*}/${host##*:}"
  printf 'GET /api/budgets/%s/events?after=0 HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c21va2UtdGVzdC1zb2NrZXQ=\r\n\r\n' \
    "$budget" "$host" "${TOKEN:?}" >&3
  { timeout 2 cat <&3 || true; } | tr -d '\0' | grep -aoE '^HTTP/1.1 [0-9]+|"kind":"[a-z.-]+"'
}

# === backups ===

COUNTS="SELECT string_agg(line, E'\n' ORDER BY line) FROM (
  SELECT 'documents ' || count(*) || ' ' || coalesce(md5(string_agg(id::text || version, ',' ORDER BY id)), '') AS line FROM documents
  UNION ALL SELECT 'beneficiaries ' || count(*) || ' ' || coalesce(md5(string_agg(id::text || version, ',' ORDER BY id)), '') FROM beneficiaries
  UNION ALL SELECT 'payments ' || count(*) || ' ' || coalesce(md5(string_agg(id::text || amount_cents, ',' ORDER BY id)), '') FROM payments
  UNION ALL SELECT 'attachment parts ' || count(*) || ' ' || coalesce(md5(string_agg(attachment_id::text || number, ',' ORDER BY attachment_id, number)), '') FROM attachment_parts) AS counts"

find_backup() {
  local path
  if [ -n "${1:-}" ]; then path="$home/backups/$1.dump"; else path=$(ls -t "$home/backups/"*.dump 2>/dev/null | head -n 1); fi
  [ -n "$path" ] && [ -s "$path" ] && [ -s "$path.sha256" ] || fail "there is no such backup" "\`service.sh backup NAME\` makes one"
  (cd "$home/backups" && sha256sum --check --quiet "$(basename "$path").sha256") || fail "$path is damaged" "take another one"
  printf '%s\n' "$path"
}

# The counts are taken inside the dump's own snapshot, so that a later comparison means something.
backup() {
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,80}$ ]] || fail "backup needs a name" "for example \`service.sh backup before-2.0.0\`"
  local to="$home/backups/$1.dump"
  if [ -s "$to.sha256" ]; then
    printf 'backup %s is there already\n' "$to"
    return
  fi
  coproc SNAPSHOT { sql; }
  local in=${SNAPSHOT[1]} out=${SNAPSHOT[0]} pid=$SNAPSHOT_PID snapshot counts line
  printf 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_export_snapshot();\n' >&"$in"
  IFS= read -r -t 20 snapshot <&"$out" || fail "the database does not answer"
  with_owner pg_dump --format=custom --snapshot="$snapshot" --file="$to"
  printf "%s;\nSELECT 'end';\n" "$COUNTS" >&"$in"
  counts=''
  while IFS= read -r -t 20 line <&"$out" && [ "$line" != end ]; do counts+=$line$'\n'; done
  printf 'COMMIT;\n\\q\n' >&"$in"
  wait "$pid" || true
  printf '%s' "$counts" >"$to.counts"
  (cd "$home/backups" && sha256sum "$1.dump" "$1.dump.counts" >"$1.dump.sha256")
  printf 'backed up to %s (%s bytes)\n' "$to" "$(wc -c <"$to" | tr -d ' ')"
}

drill() {
  local from scratch="grants_drill_$$" began now age
  from=$(find_backup "${1:-}")
  began=$(date +%s)
  sql -c "CREATE DATABASE $scratch" >/dev/null
  # shellcheck disable=SC2064
  trap "sql -c 'DROP DATABASE IF EXISTS $scratch WITH (FORCE)' >/dev/null" EXIT
  with_owner pg_restore --exit-on-error --no-owner --no-acl --dbname="$scratch" "$from"
  if ! diff <(PGOPTIONS='' with_owner env PGDATABASE="$scratch" psql -Xqtc "$COUNTS" -A) "$from.counts"; then
    fail "what was restored is not what was backed up" "keep $from, and call the database owner"
  fi
  now=$(date +%s) age=$(($(date +%s) - $(stat -c %Y "$from")))
  cat "$from.counts"
  printf 'restored and equal: RTO %s s, RPO %s s (age of the backup)\n' "$((now - began))" "$age"
}

restore() {
  local from
  [ -n "${1:-}" ] || fail "restore needs a backup's name" "there are: $(ls "$home/backups" | grep 'dump$' | tr '\n' ' ')"
  from=$(find_backup "$1")
  must_be_set_up
  local user
  user=$(setting database_url)
  user=${user#*://}
  user=${user%%@*}
  # Nobody writes meanwhile: the service is locked out, whatever comes, until this is over.
  # shellcheck disable=SC2064
  trap "sql -c 'ALTER ROLE $user LOGIN'" EXIT
  sql -c "ALTER ROLE $user NOLOGIN"
  sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('grants_a', 'grants_b')" >/dev/null
  backup "before-restore-$(date -u +%Y%m%dT%H%M%S)"
  with_owner pg_restore --exit-on-error --clean --if-exists --single-transaction --no-owner --dbname="$(with_owner bash -c 'echo $PGDATABASE')" "$from"
  echo 'restored'
}

# What a person who runs procedures here has in their environment: `eval "$(service.sh environment)"`.
environment() {
  must_be_set_up
  printf "export ADMIN_PASSWORD='%s'\n" "$(setting admin_password)"
}

# === secrets in places where they must not be ===

leaks() {
  must_be_set_up
  local name value found=''
  for name in session_secret session_secret_next session_secret_previous afm_key afm_key_next afm_key_previous supabase_key admin_password; do
    value=$(setting "$name")
    [ -z "$value" ] || ! grep -rqsF -- "$value" .callsheet "$home"/*.log 2>/dev/null || found="$found $name"
  done
  value=$(setting redis_url)
  ! grep -rqsF -- "$(part password "$value")" .callsheet "$home"/*.log 2>/dev/null || found="$found redis_url"
  [ -z "$found" ] || fail "found in logs or records:$found" "rotate them at once"
  echo 'no secret is in a log or a record'
}

servers() {
  case $1 in
    start) servers_start ;;
    stop) servers_stop ;;
    *) fail "servers start, or servers stop" ;;
  esac
}

case "${1:-}" in
  setup) setup ;;
  servers) servers "${2:-}" ;;
  check) program=$(built "${2:-}") && with_settings "$program" check-config ;;
  probe) probe "${2:-}" ;;
  rotate) rotate "${2:-}" "${3:-}" ;;
  migrate) shift && migrate "$@" ;;
  watch) watch "${2:-}" "${3:-}" ;;
  environment) environment ;;
  under-previous) under_previous "${2:-}" ;;
  backup) backup "${2:-}" ;;
  drill) drill "${2:-}" ;;
  restore) restore "${2:-}" ;;
  leaks) leaks ;;
  password) must_be_set_up && setting admin_password ;;
  *) fail "service.sh knows no \`${1:-}\`" "its first lines list what it knows" ;;
esac
