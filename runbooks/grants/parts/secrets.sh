# The service's secrets: Callsheet keeps and rotates them; here they get their first values, and programs beside the instances read them.
# No value is ever on a command line.

random() {
  head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n'
}

# The value in use; `NAME.user` is whose password it is.
secret() {
  "$callsheet" secrets get "$1" --env "$CALLSHEET_ENVIRONMENT" --reveal --why 'runbooks/grants/service.sh'
}

# Keeps standard input; more words go to `callsheet secrets set`.
keep() {
  "$callsheet" secrets set "$@" --env "$CALLSHEET_ENVIRONMENT"
}

# Runs a command as whoever owns the database.
as_owner() {
  local url
  url=$(secret GRANTS_OWNER) || return 1
  at_address "$url" "$@"
}

# Runs a command that finds a PostgreSQL in its environment.
at_address() {
  local url=$1
  shift
  (
    PGHOST=$(part host "$url") PGPORT=$(part port "$url") PGUSER=$(part user "$url") PGPASSWORD=$(part password "$url") PGDATABASE=$(part database "$url")
    export PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE
    exec "$@"
  )
}

# Runs a program of the service with this place's settings and secrets, and nothing else of our environment.
with_settings() {
  must_be_set_up
  local user key redis_user redis_key session afm
  user=$(secret GRANTS_DATABASE.user) key=$(secret GRANTS_DATABASE.password)
  redis_user=$(secret GRANTS_REDIS.user) redis_key=$(secret GRANTS_REDIS.password)
  session=$(secret SESSION_SECRET) afm=$(secret AFM_KEY)
  (
    local name
    for name in $(compgen -e); do
      case $name in PATH | HOME) ;; *) unset "$name" ;; esac
    done
    export CONFIG_FILE=$settings DATABASE_USER=$user SUPABASE_KEY=$key REDIS_USER=$redis_user REDIS_PASSWORD=$redis_key
    export SESSION_SECRET=$session AFM_KEY=$afm
    exec "$@"
  )
}
