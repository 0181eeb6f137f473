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

# Empties the schema, in a transaction that is not ended yet. The tables are locked first: whoever uses them waits, nobody is let in, and a
# session that ends here, however it ends, leaves them as they were and nothing to be put back. Needs no right but to own them.
emptied() {
  local patience=${GRANTS_LOCK_SECONDS:-60}
  [[ $patience =~ ^[1-9][0-9]{0,5}$ ]] || fail "GRANTS_LOCK_SECONDS=$patience is no number of seconds" "for example GRANTS_LOCK_SECONDS=60"
  printf "BEGIN;\nSET LOCAL statement_timeout = 0;\nSET LOCAL idle_in_transaction_session_timeout = 0;\nSET LOCAL lock_timeout = '%ss';\nSET LOCAL client_min_messages = warning;\n" "$patience"
  cat <<'SQL'
DO $$
DECLARE
  tables text := (SELECT string_agg(oid::regclass::text, ', ' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'));
  holders text;
BEGIN
  FOR attempt IN 1..5 LOOP
    BEGIN
      IF tables IS NOT NULL THEN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tables);
      END IF;
      RETURN;
    EXCEPTION
      -- A change held one of them and waited for another: it is let go first.
      WHEN deadlock_detected THEN NULL;
      WHEN lock_not_available THEN
        SELECT string_agg(DISTINCT format('%s of %s', l.pid, a.usename), ', ') INTO holders
          FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a USING (pid)
          WHERE c.relnamespace = 'public'::regnamespace AND l.granted AND l.pid <> pg_backend_pid();
        RAISE EXCEPTION 'sessions hold the tables: %', coalesce(holders, 'none any more') USING HINT = 'end them, then run this again';
    END;
  END LOOP;
  RAISE EXCEPTION 'the tables cannot be locked: changes hold them in turn' USING HINT = 'run this again when less is written';
END $$;
\warn every table is locked: the service waits until this is done
SELECT format('CREATE SCHEMA public AUTHORIZATION %I', pg_get_userbyid(nspowner)) AS anew FROM pg_namespace WHERE nspname = 'public' \gset
DROP SCHEMA public CASCADE;
:anew;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SQL
}

# In one transaction, so that until its end users would see what was there before, and nobody writes what would be lost without a word. Killed at
# any moment, it has changed nothing, or all; done again, it goes on with the restored server that the killed one left running.
bring_back() {
  local folder server
  [ -n "${1:-}" ] && [ -d "$1/data" ] || fail "\`${1:-}\` holds no restored database" "\`callsheet restore --at TIME --into FOLDER --database grants\` makes one"
  folder=$(cd "$1" && pwd)
  server="-k $folder/s -c listen_addresses= -c port=5432 -c archive_mode=off -c hba_file=$folder/s/hba.conf"
  # shellcheck disable=SC2064
  trap "as_postgres '$(bin)/pg_ctl' -D '$folder/data' -m fast stop >/dev/null" EXIT
  as_postgres "$(bin)/pg_ctl" -D "$folder/data" status >/dev/null ||
    as_postgres "$(bin)/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" -o "$server" start >/dev/null
  printf 'now:  %s\n' "$(export -f counts && as_owner bash -c counts)"
  printf 'then: %s\n' "$(export -f counts && as_owner env PGHOST="$folder/s" PGPORT=5432 bash -c counts)"
  # The end is only told when all that comes before was there.
  { emptied && as_owner env PGHOST="$folder/s" PGPORT=5432 pg_dump --no-owner && printf 'COMMIT;\n'; } |
    as_owner psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 >/dev/null ||
    fail "nothing was brought back: the database is as it was" "the words above say why; run this again once that is mended"
  printf 'brought back: %s\n' "$(export -f counts && as_owner bash -c counts)"
}
