# The builds: build/release is the program, build/test the same code under sanitizers, build/coverage counts lines.

export CXX="${CXX:-ccache clang++-19}" CXX_LD="${CXX_LD:-lld-19}"
export CCACHE_DIR="${CCACHE_DIR:-$cache/ccache}"
# Another checkout of the same text finds what this one compiled.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

configure_release() {
  configure release -Doptimization=2 -Ddebug=false -Db_ndebug=true
}

# -g1 keeps line numbers in reports at a third of the size; -O1 makes the sanitizers bearable.
configure_test() {
  configure test -Doptimization=1 -Ddebug=true -Db_ndebug=false -Dcpp_args=-g1 -Dwerror=true \
    -Db_sanitize=address,undefined -Db_lundef=false
}

configure_coverage() {
  configure coverage -Doptimization=0 -Ddebug=true -Db_ndebug=false -Db_lundef=false \
    -Dcpp_args='-fprofile-instr-generate -fcoverage-mapping' -Dcpp_link_args=-fprofile-instr-generate
}

# configure NAME OPTION… : once; afterwards ninja does it again when a build file changed.
configure() {
  local folder=$root/build/$1
  shift
  if [[ -f $folder/build.ninja ]]; then
    quietly "$folder.log" ninja --quiet -C "$folder" build.ninja
    return
  fi
  # A first try that failed leaves a folder that Meson will not touch again.
  rm -rf "$folder"
  quietly "$folder.log" meson setup "$folder" "$root" "$@"
}

program=$root/build/release/agent/forager

# build_release loud|quiet [TARGET…]
build_release() {
  local how=$1
  shift
  configure_release
  if [[ -t 2 && $how == loud ]]; then
    ninja -C "$root/build/release" agent/forager "$@" >&2
  else
    quietly "$root/build/release.log" ninja --quiet -C "$root/build/release" agent/forager "$@"
  fi
}

build_verb() {
  need build
  local start
  start=$(now)
  say "building build/release"
  build_release loud
  say "built in $(seconds_since "$start")"
  echo "$program"
}

run_verb() {
  need build
  [[ -x $program ]] || say "building Forager: the first time takes a few minutes"
  build_release quiet
  (($# > 0)) || set -- run "$root/scripts/hello.lua"
  exec "$program" "$@"
}

bench_verb() {
  need bench
  need_bed_for bench "$@"
  build_release loud bench_peers
  [[ $("$root/tests/bench/run" --needs "$@") != bed ]] || need_go_peers
  FORAGER=$program GO_EXECUTOR=$(bed_executor)/executor GO_KUBERNETES=$(bed_client)/client exec "$root/tests/bench/run" "$@"
}

soak_verb() {
  need soak
  need_bed_for soak "$@"
  build_release loud tests/unit/unit_store tests/unit/unit_sources_queue \
    tests/unit/unit_simulation tests/scenarios/libclock_shift.so
  FORAGER=$program exec "$root/tests/soak/run" "$@"
}
