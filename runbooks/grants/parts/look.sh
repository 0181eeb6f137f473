# Looks at what runs.

built() {
  local found=${1:-${CARGO_TARGET_DIR:-target}/release/grants}
  [ -f "$found" ] && [ -x "$found" ] || fail "\`$found\` is no program" "\`cargo build --release -p grants\` makes one"
  printf '%s\n' "$(cd "$(dirname "$found")" && pwd)/$(basename "$found")"
}

instances() {
  "$callsheet" instances --service grants --env "$CALLSHEET_ENVIRONMENT" --format json
}

# The beginnings of URLs at which instances answer, each by itself.
addresses() {
  instances | sed -n 's/^ *"address": "\(.*\)",*$/http:\/\/\1/p'
}

runs_here() {
  command -v "$callsheet" >/dev/null && instances 2>/dev/null | grep -q '"pid": [0-9]'
}

# With the program that runs and what it was given, else with one that was built.
probe() {
  if [ -z "${1:-}" ] && runs_here; then
    "$callsheet" exec --service grants --env "$CALLSHEET_ENVIRONMENT" --yes -- sh -c 'exec "$GRANTS_PROGRAM" probe'
  else
    local program
    program=$(built "${1:-}")
    with_settings "$program" probe
  fi
}

sign_in() {
  must_be_set_up
  local email password address status seen=0
  email=$(setting admin_email) password=${ADMIN_PASSWORD:-$(setting admin_password)}
  for address in $(addresses); do
    status=$(printf '{"email":"%s","password":"%s"}' "${email:-admin@grants.example}" "$password" |
      curl -sS -o /dev/null --max-time 10 -w '%{http_code}' -H 'content-type: application/json' --data-binary @- "$address/api/auth/login") || true
    [ "$status" = 200 ] || fail "$address answers a sign-in with ${status:-nothing}"
    seen=$((seen + 1))
  done
  [ "$seen" -gt 0 ] || fail "no instance runs in $CALLSHEET_ENVIRONMENT"
  echo "$seen instances let the admin in"
}

resealed() {
  local address left
  for address in $(addresses); do
    # At a hundred numbers in 20 ms, ten minutes are enough for millions.
    for _ in $(seq 1200); do
      left=$(curl -sS --max-time 10 "$address/api/health/ready" | sed -n 's/.*"under_previous_keys":\([0-9]*\).*/\1/p')
      [ "$left" != 0 ] || break
      sleep 0.5
    done
    [ "$left" = 0 ] || fail "$address still sees ${left:-an unknown number of} tax numbers under the previous key"
  done
  echo 'every tax number is under the new key'
}

# A budget's events, as a browser gets them. Listens for two seconds; TOKEN is the session. Frames of a server are plain, so their texts can
# be read as they come.
watch() {
  local base=${1:?where does the service answer?} budget=${2:?which budget?} host
  host=${base#*://}
  exec 3<>"/dev/tcp/${host%%:*}/${host##*:}"
  printf 'GET /api/budgets/%s/events?after=0 HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c21va2UtdGVzdC1zb2NrZXQ=\r\n\r\n' \
    "$budget" "$host" "${TOKEN:?}" >&3
  { timeout 2 cat <&3 || true; } | tr -d '\0' | grep -aoE '^HTTP/1.1 [0-9]+|"kind":"[a-z.-]+"'
}
