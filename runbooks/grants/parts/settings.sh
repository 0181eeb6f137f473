# The place's settings, which hold no secret but a first admin's password; parts of addresses.

setting() {
  sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" "$settings" 2>/dev/null
}

# Replaces a file by standard input, in one step; nobody else may read it.
write_private() {
  (umask 077 && cat >"$1.new")
  mv "$1.new" "$1"
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

# What a person who runs procedures here has in their environment: `eval "$(service.sh environment)"`.
environment() {
  must_be_set_up
  printf "export ADMIN_PASSWORD='%s'\n" "$(setting admin_password)"
}
