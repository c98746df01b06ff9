# The house style: clang-format for C++, StyLua for Lua.

# sources FOLDER… -- NAME… : files below the folders that exist, by name pattern, each ended by NUL.
sources() {
  local folders=() names=()
  while [[ $1 != -- ]]; do
    [[ -e $root/$1 ]] && folders+=("$1")
    shift
  done
  shift
  for name in "$@"; do
    names+=(-o -name "$name")
  done
  ((${#folders[@]} == 0)) || (cd "$root" && find "${folders[@]}" -type f \( "${names[@]:1}" \) -print0)
}

cpp_sources() { sources agent packaging tests -- '*.cpp' '*.hpp'; }
lua_sources() { sources lua scripts tests -- '*.lua'; }

format_verb() {
  case ${1:-} in
    '' | --check) ;;
    *) die "usage: ./dev format [--check]" ;;
  esac
  need test
  format "$@"
}

format() {
  local failed=0
  format_cpp "$@" || failed=1
  format_lua "$@" || failed=1
  return $failed
}

format_cpp() {
  local mode=(-i)
  [[ ${1:-} == --check ]] && mode=(--dry-run -Werror)
  cpp_sources | (cd "$root" && xargs -0 -r -P "$jobs" -n 16 clang-format-19 "${mode[@]}")
}

# Pinned by content, kept in the user's cache: offline from the second time on.
stylua_version=2.5.2
stylua_sha512=89872fe43bd893ed83668ee6b36b18e8d350212354fe0960406254f13fca466fdcb0c8eaa2504a657c9a9268984a02bbf94fde083c33a03b86d13a8b587d9322

fetch_stylua() {
  local folder=$cache/stylua-$stylua_version
  [[ -d $folder ]] && return
  local fetched archive=johnnymorganz-stylua-$stylua_version.tgz
  mkdir -p "$cache" && fetched=$(mktemp -d "$cache/fetch.XXXXXX") || return
  (
    cd "$fetched" &&
      npm pack --silent "@johnnymorganz/stylua@$stylua_version" >/dev/null &&
      echo "$stylua_sha512  $archive" | sha512sum --check --quiet &&
      tar xzf "$archive" &&
      mv package "$folder"
  )
  local status=$?
  rm -rf "$fetched"
  return $status
}

format_lua() {
  fetch_stylua || return
  lua_sources | (cd "$root" && xargs -0 -r node .dev/stylua.cjs "$cache/stylua-$stylua_version" "$@")
}
