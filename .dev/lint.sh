# What no compiler says: clang-tidy, luacheck, shellcheck.

lint_verb() {
  need test
  local failed=0
  lint_cpp || failed=1
  lint_lua || failed=1
  lint_shell || failed=1
  ((failed == 0)) || die "lint found something"
  say "lint: nothing to complain about"
}

lint_cpp() {
  configure_test &&
    python3 "$root/.dev/tidy.py" "$root" "$root/build/test" "$cache/tidy" "$jobs"
}

lint_lua() {
  lua_sources | (cd "$root" && xargs -0 -r luacheck --quiet --no-color)
}

# ./dev with its parts, and every file below these folders whose first line names a shell.
lint_shell() {
  (
    cd "$root" &&
      shellcheck -x dev &&
      grep -rlZ -E '^#!.*\b(ba)?sh$' .ci tests | xargs -0 -r shellcheck -x
  )
}
