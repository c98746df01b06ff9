# Installs what a verb lacks. The list, with the reasons, is .dev/packages.

# packages_for build|bench|soak|test|package -> lines "PACKAGE PROGRAM"
packages_for() {
  local verb package program
  while read -r verb package program _; do
    if [[ $verb == build || $verb == "$1" ]]; then
      echo "$package $program"
    fi
  done < <(grep -v '^#' "$root/.dev/packages")
}

# missing_packages build|bench|soak|test|package -> names; one call of dpkg-query, so that asking costs nothing.
missing_packages() {
  local -A programs=() installed=()
  local package program status
  while read -r package program; do
    programs[$package]=$program
  done < <(packages_for "$1")
  while read -r status package; do
    if [[ $status == installed ]]; then
      installed[$package]=1
    fi
  done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${!programs[@]}" 2>/dev/null)
  for package in "${!programs[@]}"; do
    program=${programs[$package]}
    # A program that came another way serves as well.
    if [[ -z ${installed[$package]:-} ]] && { [[ $program == - ]] || ! command -v "$program" >/dev/null; }; then
      echo "$package"
    fi
  done
}

# Of PostgreSQL the programs are wanted, not a server of the system's own: while this is there, none is made.
no_cluster=/etc/postgresql-common/createcluster.d/forager.conf

apt_install() {
  local as_root=() status=0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "run as root: apt-get install $*"
    as_root=(sudo)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  local install=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@")
  "${as_root[@]}" install -D -m 644 /dev/stdin "$no_cluster" <<<'create_main_cluster = false'
  # The package lists may be missing or old; then one update helps.
  "${as_root[@]}" "${install[@]}" >/dev/null 2>&1 ||
    { quietly "$root/build/apt.log" "${as_root[@]}" apt-get update &&
      quietly "$root/build/apt.log" "${as_root[@]}" "${install[@]}"; } || status=$?
  "${as_root[@]}" rm "$no_cluster"
  "${as_root[@]}" rmdir -p --ignore-fail-on-non-empty "${no_cluster%/*}"
  return $status
}

# need build|bench|soak|test|package
need() {
  local missing=()
  if ! command -v dpkg-query >/dev/null; then
    need_elsewhere "$1"
    return
  fi
  mapfile -t missing < <(missing_packages "$1" | sort)
  ((${#missing[@]} == 0)) && return
  say "installing ${missing[*]}"
  apt_install "${missing[@]}" || die "could not install: ${missing[*]}"
}

# Not Debian: name what is missing, and go on with what is there.
need_elsewhere() {
  local package program
  while read -r package program; do
    if [[ $program != - ]] && ! command -v "$program" >/dev/null; then
      say "missing: $program (Debian's package $package)"
    fi
  done < <(packages_for "$1")
}
