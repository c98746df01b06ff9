# ./dev test: what CI does, one line for each step, and at the end the counts.
# Steps run where bash ignores `set -e` (conditions), so what they call chains with && itself.

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:check_initialization_order=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-/usr/bin/llvm-symbolizer-19}

passed=0
failed=0

test_verb() {
  need test
  local begun
  begun=$(now)
  test_steps "$@" || true
  say "took $(seconds_since "$begun")"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

test_steps() {
  case ${1:-all} in
    all) all_steps ;;
    format) step format format --check ;;
    lint) step configure configure_test && lint_steps ;;
    architecture) step configure configure_test && suite architecture --no-rebuild ;;
    bench | integration) bed_step && step configure configure_test && step build build_test && suite "$@" ;;
    *) step configure configure_test && step build build_test && suite "$@" ;;
  esac
}

all_steps() {
  local name
  step format format --check
  step configure configure_test || return
  lint_steps
  suite architecture --no-rebuild
  step build build_test || return
  bed_step || return
  for name in $(suite_names); do
    [[ $name == architecture ]] || suite "$name"
  done
}

lint_steps() {
  step 'lint C++' lint_cpp
  step 'lint Lua' lint_lua
  step 'lint shell' lint_shell
}

bed_step() {
  announce_bed
  step 'test bed' make_bed
}

build_test() {
  ninja --quiet -C "$root/build/test"
}

# In the order in which the build description names them.
suite_names() {
  meson introspect --tests "$root/build/test" | python3 -c '
import json, sys
names = (suite.split(":")[-1] for test in json.load(sys.stdin) for suite in test["suite"])
print(*dict.fromkeys(names))'
}

# step NAME COMMAND… : runs it, says how it went, and shows the end of its output when it failed.
step() {
  local name=$1 log=$root/build/logs/${1// /-}.log start
  shift
  start=$(now)
  mkdir -p "${log%/*}"
  if ("$@") >"$log" 2>&1; then
    passed=$((passed + 1))
    report ok "$name" "$start"
    return
  fi
  failed=$((failed + 1))
  report FAILED "$name" "$start"
  tail -n 200 "$log" >&2
  return 1
}

# suite NAME OPTION… : one suite of Meson's tests; each case counts.
suite() {
  local name=$1 results=$root/build/test/meson-logs/testlog.json log=$root/build/logs/suite-$1.log start good bad
  local at_once=$jobs
  # These wait for servers most of the time.
  [[ $name != integration ]] || at_once=$((jobs + 1))
  start=$(now)
  mkdir -p "${log%/*}"
  rm -f "$results"
  meson test -C "$root/build/test" --timeout-multiplier 4 --num-processes "$at_once" --suite "$@" >"$log" 2>&1
  if [[ ! -s $results ]]; then
    failed=$((failed + 1))
    report FAILED "$name" "$start"
    tail -n 20 "$log" >&2
    return
  fi
  read -r good bad < <(python3 "$root/.dev/count.py" "$results")
  passed=$((passed + good))
  failed=$((failed + bad))
  report "$( ((bad == 0)) && echo ok || echo FAILED)" "$name ($((good + bad)) cases)" "$start"
}

# report STATE NAME START
report() {
  printf '%-7s %-28s %9s\n' "$1" "$2" "$(seconds_since "$3")"
}
