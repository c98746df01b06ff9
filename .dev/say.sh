# How ./dev talks: everything but results goes to stderr.

say() { echo "$*" >&2; }

die() {
  say "./dev: $*"
  exit 1
}

# now -> milliseconds
now() { echo "$((${EPOCHREALTIME/./} / 1000))"; }

# seconds_since MILLISECONDS -> "12.3 s"
seconds_since() {
  local spent=$(($(now) - $1))
  echo "$((spent / 1000)).$((spent % 1000 / 100)) s"
}

# quietly LOG COMMAND… : the command's output is shown only when it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 && return
  local status=$?
  cat "$log" >&2
  return $status
}
