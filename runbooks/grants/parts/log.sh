# The database's log, and the way back to an instant.

sql() {
  as_owner psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"
}

# Where the database leaves finished segments, `callsheet backup archive-wal` takes them over: it needs no right of the database's user, and
# that user needs no key of ours.
archive() {
  [ -s "$home/log-folder" ] || fail "nobody told where the database leaves its log" "GRANTS_LOG_FOLDER at setup; or archive_command = 'callsheet backup archive-wal --database grants …', docs/guides/backups.md"
  local folder data last archived=f segment count=0 root=$PWD
  folder=$(cat "$home/log-folder")
  data=$(sql -c 'SHOW data_directory')
  [ -r "$data/global/pg_control" ] || fail "\`$data/global/pg_control\` cannot be read by $(id -un) on this machine, and the backup's identity is checked against it" \
    "archive where the database runs, as its user or root: archive_command = 'callsheet backup archive-wal --database grants …', docs/guides/backups.md"
  last=$(sql -c 'SELECT pg_walfile_name(pg_switch_wal())')
  for _ in $(seq 300); do
    archived=$(sql -c "SELECT coalesce(left(last_archived_wal, 24) >= '$last', false) FROM pg_stat_archiver")
    [ "$archived" != t ] || break
    sleep 0.1
  done
  [ "$archived" = t ] || fail "the database did not hand over $last within 30 s" "its log tells why archive_command fails"
  for segment in "$folder"/*; do
    case $segment in *.part | *'*') continue ;; esac
    (cd "$data" && "$callsheet" --config "$root/callsheet.toml" backup archive-wal --database grants "$segment")
    rm -f "$segment"
    count=$((count + 1))
  done
  echo "archived $count segments of the log, up to $last"
}

counts() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 -c "
    SELECT string_agg(format('%s %s', name, rows), ', ' ORDER BY name) FROM (
      SELECT 'documents' AS name, count(*) AS rows FROM documents UNION ALL SELECT 'beneficiaries', count(*) FROM beneficiaries
      UNION ALL SELECT 'budgets', count(*) FROM budgets UNION ALL SELECT 'payments', count(*) FROM payments) AS counts"
}

# The roles that the service may sign in as now, whichever instance and whichever side of a rotation uses them; the given one is among them.
roles_let_in() {
  sql -c "SELECT quote_ident(r.rolname) FROM pg_roles r WHERE r.rolname = '$1' OR r.rolcanlogin AND EXISTS (
    SELECT FROM pg_auth_members m WHERE m.member = r.oid AND m.roleid = 'grants_app'::regrole) ORDER BY 1"
}

# Lets roles in again, or no more: `LOGIN` or `NOLOGIN`, then their names.
let_in() {
  local how=$1 role
  shift
  for role in "$@"; do sql -c "ALTER ROLE $role $how"; done
}

# In one transaction, so that until its end users would see what was there before; the service is locked out meanwhile, as what it wrote in
# between would be lost without a word.
bring_back() {
  local folder user server roles
  [ -n "${1:-}" ] && [ -d "$1/data" ] || fail "\`${1:-}\` holds no restored database" "\`callsheet restore --at TIME --into FOLDER --database grants\` makes one"
  folder=$(cd "$1" && pwd)
  user=$(secret GRANTS_DATABASE.user)
  server="-k $folder/s -c listen_addresses= -c port=5432 -c archive_mode=off -c hba_file=$folder/s/hba.conf"
  as_postgres "$(bin)/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" -o "$server" start >/dev/null
  # shellcheck disable=SC2064
  trap "as_postgres '$(bin)/pg_ctl' -D '$folder/data' -m fast stop >/dev/null" EXIT
  printf 'now:  %s\n' "$(export -f counts && as_owner bash -c counts)"
  printf 'then: %s\n' "$(export -f counts && as_owner env PGHOST="$folder/s" PGPORT=5432 bash -c counts)"
  roles=$(roles_let_in "$user" | tr '\n' ' ')
  # Whatever comes, they are let in again.
  # shellcheck disable=SC2064
  trap "let_in LOGIN $roles; as_postgres '$(bin)/pg_ctl' -D '$folder/data' -m fast stop >/dev/null" EXIT
  # shellcheck disable=SC2086
  let_in NOLOGIN $roles
  sql -c "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_auth_members m ON m.member = a.usesysid AND m.roleid = 'grants_app'::regrole" >/dev/null
  printf 'locked out meanwhile: %s\n' "${roles% }"
  {
    printf 'BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n'
    as_owner env PGHOST="$folder/s" PGPORT=5432 pg_dump --no-owner
    printf 'COMMIT;\n'
  } | as_owner psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 >/dev/null
  printf 'brought back: %s\n' "$(export -f counts && as_owner bash -c counts)"
}
