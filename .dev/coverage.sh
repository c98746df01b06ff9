# Lines that the tests reach, for each folder of agent/: clang's own counters, read by llvm-profdata and llvm-cov.

coverage_verb() {
  need test
  need_bed
  local folder=$root/build/coverage
  # %m-%p: one file for each program and process, so that tests that run at once do not overwrite each other.
  export LLVM_PROFILE_FILE=$folder/counters/%m-%p.profraw
  configure_coverage
  say "building build/coverage"
  quietly "$folder.log" ninja --quiet -C "$folder"
  rm -rf "$folder/counters"
  quietly "$folder/tests.log" meson test -C "$folder" --timeout-multiplier 4 || die "the tests failed"
  find "$folder/counters" -name '*.profraw' >"$folder/counters/list"
  llvm-profdata-19 merge --sparse -o "$folder/counters/all" --input-files="$folder/counters/list"
  coverage_report "$folder" | python3 "$root/.dev/coverage.py" "$root"
}

# Every program that was linked for the tests, as llvm-cov's JSON summary.
coverage_report() {
  local objects=()
  while IFS= read -r -d '' object; do
    objects+=(-object "$object")
  done < <(find "$1/agent" "$1/tests" -type f -executable -not -name '*.so*' -not -name '*.p' -print0)
  llvm-cov-19 export --summary-only -instr-profile "$1/counters/all" "${objects[@]}"
}
