# Making the place. The settings are written last: where they are, everything before them is done.

# Settings that may be given to `setup` in the environment.
GIVEN="APP_ENV ALLOWED_ORIGINS ADMIN_EMAIL ADMIN_PASSWORD LOG_LEVEL DRAIN_GRACE_SECONDS FAULTS_ENABLED FAULTS_TOKEN SIGN_INS_PER_MINUTE DATABASE_POOL_SIZE"

setup() {
  if [ -s "$settings" ]; then
    printf '%s is set up already\n' "$home"
    return
  fi
  "$callsheet" secrets init --env "$CALLSHEET_ENVIRONMENT"
  [ -n "${GRANTS_OWNER_URL:-}" ] && [ -n "${GRANTS_REDIS_ADMIN_URL:-}" ] || make_servers
  [ -z "${GRANTS_LOG_FOLDER:-}" ] || printf '%s\n' "$GRANTS_LOG_FOLDER" >"$home/log-folder"
  printf '%s' "$GRANTS_OWNER_URL" | keep GRANTS_OWNER
  printf '%s' "$GRANTS_REDIS_ADMIN_URL" | keep GRANTS_REDIS_OWNER
  make_roles "$GRANTS_OWNER_URL"
  make_users "$GRANTS_REDIS_ADMIN_URL"
  keep SESSION_SECRET --random
  keep AFM_KEY --random
  write_settings
  printf 'set up %s\n' "$home"
}

# Two roles take turns; what they may do belongs to a third, which nobody signs in as. The schema stays the owner's.
make_roles() {
  local key
  key=$(random)
  at_address "$1" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 >/dev/null <<SQL
SELECT 'CREATE ROLE grants_app NOLOGIN' WHERE to_regrole('grants_app') IS NULL \gexec
SELECT format('CREATE ROLE %I NOLOGIN IN ROLE grants_app', name) FROM (VALUES ('grants_a'), ('grants_b')) AS roles (name) WHERE to_regrole(name) IS NULL \gexec
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO grants_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO grants_app;
GRANT USAGE ON SCHEMA public TO grants_app;
ALTER ROLE grants_a LOGIN PASSWORD '$key';
SQL
  printf '%s' "$key" | keep GRANTS_DATABASE --user grants_a
}

make_users() {
  local key host port user password
  key=$(random) host=$(part host "$1") port=$(part port "$1") user=$(part user "$1") password=$(part password "$1")
  printf 'ACL SETUSER grants_a reset on >%s ~* &* +@all -@admin -@dangerous +info\nACL SETUSER grants_b reset off ~* &* +@all -@admin -@dangerous +info\nACL SAVE\n' "$key" |
    REDISCLI_AUTH=$password redis-cli --no-auth-warning -h "$host" -p "$port" --user "$user" >/dev/null
  printf '%s' "$key" | keep GRANTS_REDIS --user grants_a
}

write_settings() {
  local name
  export APP_ENV=${APP_ENV:-staging}
  export ADMIN_EMAIL=${ADMIN_EMAIL:-admin@grants.example} ADMIN_PASSWORD=${ADMIN_PASSWORD:-$(random)}
  [ "$APP_ENV" != production ] || unset ADMIN_EMAIL ADMIN_PASSWORD
  {
    echo '# Settings of the grants service on this machine; docs/guides/fleet-grants.md lists them all. No instance is started anew when they'
    echo '# change: `callsheet restart --service grants` does that. Secrets are not here: `callsheet secrets list` names them.'
    printf 'database_url = "postgres://%s:%s/%s"\n' "$(part host "$GRANTS_OWNER_URL")" "$(part port "$GRANTS_OWNER_URL")" "$(part database "$GRANTS_OWNER_URL")"
    printf 'redis_url = "redis://%s:%s/0"\n' "$(part host "$GRANTS_REDIS_ADMIN_URL")" "$(part port "$GRANTS_REDIS_ADMIN_URL")"
    printf 'staging_folder = "%s/staging"\n' "$home"
    for name in $GIVEN; do
      [ -z "${!name:-}" ] || printf '%s = "%s"\n' "${name,,}" "${!name}"
    done
  } | write_private "$settings"
}
