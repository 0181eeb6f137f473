# PostgreSQL and Redis of this machine's own, for a machine that has none.

bin() {
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

# PostgreSQL refuses to be root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

answers_at() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

servers_start() {
  [ -e "$home/servers" ] || fail "the servers are others'" "their owners start them"
  # shellcheck disable=SC1091
  . "$home/servers"
  if ! as_postgres "$(bin)/pg_ctl" -D "$home/postgres" status >/dev/null; then
    as_postgres "$(bin)/pg_ctl" -D "$home/postgres" -l "$home/postgres.log" -w -o "-c port=$POSTGRES_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null
  fi
  if ! answers_at "$REDIS_PORT"; then
    redis-server --daemonize yes --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$home/redis" --appendonly yes --save '' \
      --aclfile "$home/redis/users" --pidfile "$home/redis/pid" --logfile "$home/redis/log" >/dev/null
  fi
  for _ in $(seq 100); do
    if answers_at "$REDIS_PORT"; then
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

servers() {
  case $1 in
    start) servers_start ;;
    stop) servers_stop ;;
    *) fail "servers start, or servers stop" ;;
  esac
}

make_servers() {
  [ -n "$(bin)" ] && command -v redis-server >/dev/null || fail "PostgreSQL or Redis is not installed" "apt-get install postgresql redis-server, or give GRANTS_OWNER_URL and GRANTS_REDIS_ADMIN_URL"
  local password redis_password port=5483
  password=$(random) redis_password=$(random)
  mkdir -p "$home/postgres" "$home/redis" "$home/log"
  : >"$home/postgres.log"
  printf '%s' "$password" | write_private "$home/password"
  if [ "$(id -u)" = 0 ]; then
    chown -R postgres "$home/postgres" "$home/postgres.log" "$home/log" "$home/password"
    chmod o+x "$home"
  fi
  as_postgres "$(bin)/initdb" --auth=scram-sha-256 --username=grants_owner --encoding=UTF8 --locale=C --pwfile="$home/password" -D "$home/postgres" >/dev/null
  rm -f "$home/password"
  # Each finished segment of the log, and one a minute at least, is left where `service.sh archive` finds it.
  printf "archive_mode = on\narchive_timeout = 60\narchive_command = 'cp \"%%p\" \"%s/%%f.part\" && mv \"%s/%%f.part\" \"%s/%%f\"'\n" "$home/log" "$home/log" "$home/log" |
    as_postgres tee -a "$home/postgres/postgresql.conf" >/dev/null
  while answers_at "$port" || answers_at "$((port + 1000))"; do port=$((port + 1)); done
  printf 'user default off\nuser grants_admin on #%s ~* &* +@all\n' "$(printf '%s' "$redis_password" | sha256sum | cut -d ' ' -f 1)" | write_private "$home/redis/users"
  printf 'POSTGRES_PORT=%s\nREDIS_PORT=%s\n' "$port" "$((port + 1000))" >"$home/servers"
  servers_start
  export GRANTS_OWNER_URL="postgres://grants_owner:$password@127.0.0.1:$port/postgres"
  export GRANTS_REDIS_ADMIN_URL="redis://grants_admin:$redis_password@127.0.0.1:$((port + 1000))/0"
  export GRANTS_LOG_FOLDER=$home/log
}
