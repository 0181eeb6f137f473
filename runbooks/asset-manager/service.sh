#!/usr/bin/env bash
# Runs asset-manager on this machine: releases side by side, one of them current, a pid file, a log.
# Every command may be repeated: done again, it finds its work done and says so.
#
#   service.sh status              is it up, which version, on which port
#   service.sh start|stop|restart  start and restart wait until it is ready
#   service.sh install VERSION     keep a copy of ASSET_MANAGER_BIN as release VERSION
#   service.sh migrate VERSION     move the database's schema forward with that release
#   service.sh switch VERSION      make it the current release (what runs changes at the next restart)
#   service.sh back                make the release before the current one current again
#   service.sh current|previous    print that release's version
#   service.sh backup NAME         copy the database to backups/NAME.db, with an inventory beside it
#   service.sh compare [NAME]      what of that backup (the newest) is gone that nobody deleted
#   service.sh restore [NAME]      stop, put the database back to that backup (the newest), start
#   service.sh prune               keep the newest five backups, the releases in use, and a short log
#   service.sh check VERSION       can that release start here? settings, and its schema beside the database's
#   service.sh rotate-secret       a new signing secret for the next start; the old one stays valid
#   service.sh retire-secret       the old signing secret ends with the next start
#   service.sh log [LINES]         the last lines of the log
#   service.sh password            print the admin's password, made on first use
#
# ASSET_MANAGER_HOME  where all of it lives (default: .asset-manager)
# ASSET_MANAGER_BIN   the program that `install` copies (default: target/release, then target/debug, then PATH)
# PORT                the port; without it the one used last, else 8080; 0 lets the system choose once
set -euo pipefail

home=${ASSET_MANAGER_HOME:-.asset-manager}
mkdir -p "$home/releases" "$home/backups"
home=$(cd "$home" && pwd)

fail() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

# === releases ===

# Prints the version that the link `current` or `previous` names; nothing if there is none.
release() {
  [ ! -L "$home/$1" ] || basename "$(readlink "$home/$1")"
}

# Points a link at a release, in one step that a reader never sees half done.
point() {
  ln -sfn "releases/$2" "$home/$1.new"
  mv -T "$home/$1.new" "$home/$1"
}

must_have() {
  [[ "$1" =~ ^[A-Za-z0-9._+-]{1,64}$ ]] || fail "\`$1\` is no version" "give letters, digits and \`._+-\`"
  [ -x "$home/releases/$1/asset-manager" ] || fail "there is no release \`$1\`" "\`service.sh install $1\` makes it; there are: $(ls "$home/releases" | tr '\n' ' ')"
}

find_program() {
  local candidate
  for candidate in "${ASSET_MANAGER_BIN:-}" "${CARGO_TARGET_DIR:-target}/release/asset-manager" "${CARGO_TARGET_DIR:-target}/debug/asset-manager" "$(command -v asset-manager || true)"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      printf '%s\n' "$candidate"
      return
    fi
    [ -z "${ASSET_MANAGER_BIN:-}" ] || fail "ASSET_MANAGER_BIN names \`$ASSET_MANAGER_BIN\`, which is no program"
  done
  fail "the program is not built" "\`cargo build --release -p asset-manager\`, or set ASSET_MANAGER_BIN"
}

install_release() {
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,64}$ ]] || fail "install needs a version" "for example \`service.sh install 1.4.0\`"
  local folder="$home/releases/$1"
  if [ -x "$folder/asset-manager" ]; then
    printf 'release %s is installed already\n' "$1"
    return
  fi
  local program
  program=$(find_program)
  mkdir -p "$folder"
  cp "$program" "$folder/asset-manager.new"
  chmod 755 "$folder/asset-manager.new"
  mv "$folder/asset-manager.new" "$folder/asset-manager"
  printf 'installed release %s\nsha256 %s\n' "$1" "$(sha256sum "$folder/asset-manager" | cut -d' ' -f1)"
}

switch_release() {
  must_have "${1:-}"
  local now
  now=$(release current)
  if [ "$now" = "$1" ]; then
    printf 'release %s is current already\n' "$1"
    return
  fi
  # The way back is kept before the way forward is taken.
  [ -z "$now" ] || point previous "$now"
  point current "$1"
  printf 'current release: %s (before: %s)\n' "$1" "${now:-none}"
}

# `previous` stays as it is, so that going back twice is going back once.
back() {
  local before
  before=$(release previous)
  [ -n "$before" ] || fail "there is no release to go back to" "nothing was deployed before $(release current)"
  must_have "$before"
  point current "$before"
  printf 'current release: %s\n' "$before"
}

# === settings ===

# A secret of this machine, made once.
kept_secret() {
  if [ ! -s "$home/$1" ]; then
    (umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$home/$1.new" && mv "$home/$1.new" "$home/$1")
  fi
  cat "$home/$1"
}

settings() {
  export ASSET_MANAGER_HOME=$home ASSET_MANAGER_VERSION=$1
  export DATABASE_URL=${DATABASE_URL:-sqlite:$home/asset-manager.db}
  export JWT_SECRET=${JWT_SECRET:-$(kept_secret jwt-secret)}
  if [ -z "${JWT_SECRET_PREVIOUS:-}" ] && [ -s "$home/jwt-secret-previous" ]; then
    JWT_SECRET_PREVIOUS=$(cat "$home/jwt-secret-previous")
    export JWT_SECRET_PREVIOUS
  fi
  export PID_FILE=$home/pid PORT_FILE=$home/port
  if [ "${APP_ENV:-dev}" != production ]; then
    export ADMIN_EMAIL=${ADMIN_EMAIL:-admin@studio.example}
    export ADMIN_PASSWORD=${ADMIN_PASSWORD:-$(kept_secret admin-password)}
  fi
  if [ "${PORT:-0}" = 0 ] && [ -s "$home/port" ]; then
    PORT=$(cat "$home/port")
  fi
  export PORT=${PORT:-8080}
}

# === the process ===

# Prints the process's id if it runs and is ours: a pid file may outlive its process, and ids are used again.
running() {
  local pid
  pid=$(cat "$home/pid" 2>/dev/null) || return 1
  [ -n "$pid" ] && [[ "$(readlink "/proc/$pid/exe" 2>/dev/null)" == "$home/releases/"* ]] && printf '%s\n' "$pid"
}

health() {
  curl -sS --max-time 3 "http://127.0.0.1:$(cat "$home/port")/health/$1" 2>/dev/null
}

running_version() {
  health live | sed -n 's/.*"version":"\([^"]*\)".*/\1/p'
}

status() {
  local pid
  pid=$(running) || fail "asset-manager is not running" "\`service.sh start\` starts it; \`service.sh log\` shows how it ended"
  health ready | grep -q '"status":"ready"' || fail "asset-manager runs (pid $pid) but is not ready: $(health ready || true)" "\`service.sh log\` says why"
  printf 'asset-manager %s is ready on port %s (pid %s)\n' "$(running_version)" "$(cat "$home/port")" "$pid"
}

start() {
  local wanted
  wanted=$(release current)
  if [ -z "$wanted" ]; then
    wanted=$("$(find_program)" --version | cut -d' ' -f2)
    install_release "$wanted"
    switch_release "$wanted"
  fi
  if running >/dev/null; then
    [ "$(running_version)" = "$wanted" ] || fail "version $(running_version) is running, but $wanted is current" "\`service.sh restart\` changes it"
    status
    return
  fi
  (
    settings "$wanted"
    rm -f "$home/pid"
    # A session of its own without our files: it must outlive whoever started it, and hold nobody's pipe open.
    exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    cd "$home"
    exec setsid "$home/releases/$wanted/asset-manager" serve </dev/null >>"$home/log" 2>&1
  ) &
  local child=$! attempt
  for attempt in $(seq 300); do
    if running >/dev/null && health ready | grep -q '"status":"ready"'; then
      status
      return
    fi
    if ! kill -0 "$child" 2>/dev/null; then
      tail -n 20 "$home/log" >&2
      fail "asset-manager $wanted ended at once" "the lines above are its own; \`service.sh log\` shows more"
    fi
    sleep 0.1
  done
  tail -n 20 "$home/log" >&2
  fail "asset-manager $wanted was not ready within 30 s" "\`service.sh log\` shows more"
}

# Asks it to drain and waits: readiness says no, running requests finish, then it ends.
stop() {
  local pid attempt
  if ! pid=$(running); then
    echo 'asset-manager is not running'
    return
  fi
  kill -TERM "$pid"
  for attempt in $(seq 450); do
    if ! running >/dev/null; then
      echo 'asset-manager has stopped'
      return
    fi
    sleep 0.1
  done
  fail "asset-manager (pid $pid) did not stop within 45 s" "a second signal ends it at once: \`kill -TERM $pid\`"
}

migrate() {
  must_have "${1:-}"
  (settings "$1" && "$home/releases/$1/asset-manager" migrate up)
}

backup() {
  [[ "${1:-}" =~ ^[A-Za-z0-9._+-]{1,80}$ ]] || fail "backup needs a name" "for example \`service.sh backup before-1.4.0\`"
  local to="$home/backups/$1.db" now
  if [ -e "$to" ]; then
    printf 'backup %s is there already\n' "$to"
    return
  fi
  now=$(release current)
  [ -n "$now" ] || fail "no release is installed, so there is nothing to back up"
  (settings "$now" && "$home/releases/$now/asset-manager" backup "$to")
}

# Prints the path of a backup: the one named, else the newest that is complete.
find_backup() {
  local path
  if [ -n "${1:-}" ]; then
    path="$home/backups/$1.db"
  else
    path=$(ls -t "$home/backups/"*.db.inventory 2>/dev/null | head -n 1)
    path=${path%.inventory}
  fi
  [ -n "$path" ] && [ -e "$path.inventory" ] || fail "there is no such backup" "\`service.sh backup NAME\` makes one; there are: $(ls "$home/backups" | tr '\n' ' ')"
  printf '%s\n' "$path"
}

# Runs the current release's program with the service's settings.
program() {
  local now
  now=$(release current)
  [ -n "$now" ] || fail "no release is installed" "\`service.sh start\` installs the one that was built"
  (settings "$now" && "$home/releases/$now/asset-manager" "$@")
}

compare() {
  local from
  from=$(find_backup "${1:-}")
  printf 'compared with %s\n' "$(basename "$from" .db)"
  program compare "$from"
}

restore() {
  local from
  from=$(find_backup "${1:-}")
  stop
  program restore "$from"
  start
}

prune() {
  local keep old
  ls -t "$home/backups/"*.db 2>/dev/null | tail -n +6 | while read -r old; do
    rm -f "$old" "$old.inventory"
    printf 'removed backup %s\n' "$(basename "$old")"
  done
  for old in "$home/releases/"*/; do
    keep=$(basename "$old")
    if [ "$keep" != "$(release current)" ] && [ "$keep" != "$(release previous)" ]; then
      rm -rf "$old"
      printf 'removed release %s\n' "$keep"
    fi
  done
  # The service appends to the log, so it is cut in place.
  if [ "$(wc -l <"$home/log")" -gt 20000 ]; then
    tail -n 20000 "$home/log" >"$home/log.new" && cat "$home/log.new" >"$home/log" && rm "$home/log.new"
    echo 'shortened the log'
  fi
  df -h --output=avail,pcent "$home" | tail -n 1 | awk '{ printf "free now: %s (%s used)\n", $1, $2 }'
}

check() {
  must_have "${1:-}"
  (settings "$1" && "$home/releases/$1/asset-manager" check-config && "$home/releases/$1/asset-manager" migrate status)
}

# Once more before the next start would drop a secret that tokens are still signed with: so it is refused.
rotate_secret() {
  [ -z "${JWT_SECRET:-}" ] || fail "JWT_SECRET is set in the environment" "rotate it there: set JWT_SECRET_PREVIOUS to the old one"
  [ ! -s "$home/jwt-secret-previous" ] || fail "a rotation is under way" "\`service.sh retire-secret\` ends it, once its tokens have ended"
  kept_secret jwt-secret >/dev/null
  mv "$home/jwt-secret" "$home/jwt-secret-previous"
  kept_secret jwt-secret >/dev/null
  echo 'a new signing secret is in place for the next start; the old one stays valid'
}

retire_secret() {
  rm -f "$home/jwt-secret-previous"
  echo 'the old signing secret ends with the next start'
}

case "${1:-}" in
  status) status ;;
  start) start ;;
  stop) stop ;;
  restart) stop && start ;;
  install) install_release "${2:-}" ;;
  migrate) migrate "${2:-}" ;;
  switch) switch_release "${2:-}" ;;
  back) back ;;
  current | previous) release "$1" ;;
  backup) backup "${2:-}" ;;
  compare) compare "${2:-}" ;;
  restore) restore "${2:-}" ;;
  prune) prune ;;
  check) check "${2:-}" ;;
  rotate-secret) rotate_secret ;;
  retire-secret) retire_secret ;;
  log) tail -n "${2:-50}" "$home/log" ;;
  password) kept_secret admin-password && echo ;;
  *) fail "service.sh knows no \`${1:-}\`" "status, start, stop, restart, install, migrate, switch, back, current, previous, backup, compare, restore, prune, check, rotate-secret, retire-secret, log, password" ;;
esac
