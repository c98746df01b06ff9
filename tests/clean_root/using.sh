# How the checks of packages use what is installed in $root: sourced by `packages`.

forager=(forager)     # how the program is called inside
as_agent=()           # what makes a process inside the agent's user

FIRST_SCRIPT='
local forager = require "forager"
forager.func {
  name = "first.hello",
  durable = true,
  run = function(ctx, whom)
    local greeting = ctx:step("greet", function() return "hello " .. whom end)
    ctx:wait "go"
    return greeting
  end,
}
local nightly = forager.workflow "nightly"
nightly:task { "report", call = "echo.echo", args = { "all is well" } }
nightly:cron("0 3 * * *", { zone = "Europe/Berlin" })
'

# Touches each library that may be inside of the program. HOST is a server whose authority the root trusts.
EVERYTHING='
local forager = require "forager"
local files, folder = forager.files, forager.files.temp_folder()
files.make_folder(folder .. "/in")
files.write(folder .. "/in/text", ("some text "):rep(1000))
for _, kind in ipairs { "zip", "tar", "tar.gz", "tar.zst" } do
  files.archive { folder .. "/in", to = folder .. "/a." .. kind }
  assert(files.extract(folder .. "/a." .. kind, folder .. "/" .. kind).bytes == 10000, kind)
end
files.remove(folder, { tree = true })
assert(files.digest "" == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
assert(forager.yaml.decode("a: [1, 2]").a[2] == 2)
assert(forager.toml.decode("[t]\nx = 2026-01-01").t.x == "2026-01-01")
assert(forager.sh("echo shell").stdout == "shell\n")
local host = ...
assert(forager.http.get("https://" .. host .. "/").status == 200)
return "all is well"
'

until_true() {
  local tries
  for ((tries = 0; tries < 300; ++tries)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  fail "waited in vain for: $*; the agent says: $(tail -n 20 "$root.log")"
}

ask() { inside "${forager[@]}" "$@"; }

use_as_a_newcomer() {
  ask version >/dev/null
  inside sh -c 'cd /tmp && forager run /usr/share/forager/scripts/hello.lua && rm report.html' 2>"$root.log" |
    grep -q 'report.html has the whole picture' || fail "hello.lua did not do its work"
}

start_agent() {
  mkdir -p "$root/run/forager"
  ((${#as_agent[@]} == 0)) || inside chown forager: /run/forager
  inside "${as_agent[@]}" /bin/sh -c 'echo $$ >/run/forager/pid; exec "$@"' agent "${forager[@]}" agent >"$root.log" 2>&1 &
  agent=$!
  until_true ask status
}

# The agent's number is of this namespace, as we are.
kill_agent() {
  kill -9 "$(cat "$root/run/forager/pid")"
  wait "$agent" || true
}

knows() { ask functions | grep -q "$1"; }
state_is() { ask show "$1" | grep -q "$2"; }

# A script is dropped in under the running agent; what it was asked for outlives a kill.
use_through_a_reboot() {
  start_agent
  mkdir -p "$root/etc/forager/scripts"
  echo "$FIRST_SCRIPT" >"$root/etc/forager/scripts/first.lua"
  until_true knows first.hello
  first=$(ask submit first.hello world)
  until_true state_is "$first" go
  kill_agent
  start_agent
  ask signal "$first" go
  until_true state_is "$first" 'hello world'
  kill_agent
}

# What an upgrade must keep.
expect_edited_configuration() {
  grep -q '^concurrency = 7' "$root/etc/forager/forager.toml" || fail "the edited configuration is lost"
  ask config explain | grep -q '^concurrency = 7 ' || fail "the edited configuration does not count"
}

expect_result_of_before() {
  start_agent
  state_is "$first" 'hello world' || fail "the result of before is lost"
  kill_agent
}

# A root with the C library, a shell, time zones and authorities where Fedora has them: nothing else.
lay_c_library() {
  local file
  rm -rf --one-file-system "${root:?}"/*
  for file in /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/lib{c,m}.so.6; do
    install -D "$file" "$root$file"
  done
  mkdir -p "$root/tmp" "$root/usr/bin" "$root/usr/share" "$root/root"
  cp -rL /usr/share/zoneinfo "$root/usr/share/zoneinfo"
  install -D /bin/busybox "$root/bin/busybox"
  chroot "$root" /bin/busybox --install -s /bin
  ln -s /bin/env "$root/usr/bin/env"
  mkdir -p "$root/etc/pki/tls/certs"
  echo root:x:0:0::/root:/bin/sh >"$root/etc/passwd"
  echo 127.0.0.1 localhost >"$root/etc/hosts"
  echo hosts: files >"$root/etc/nsswitch.conf"
}

# A server with a certificate that the root trusts; leaves its address in $server.
serve_tls() {
  local folder=$root.tls
  mkdir -p "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$folder/key" -out "$root/etc/pki/tls/certs/ca-bundle.crt" 2>/dev/null
  openssl s_server -accept 127.0.0.1:0 -www -key "$folder/key" -cert "$root/etc/pki/tls/certs/ca-bundle.crt" \
    >"$folder/log" 2>&1 &
  until_true grep -q ACCEPT "$folder/log"
  server=localhost:$(sed -n 's/^ACCEPT .*:\([0-9]*\).*/\1/p' "$folder/log")
}

# use_bundled PROGRAM: in a root that has nothing but the C library.
use_bundled() {
  forager=("$1")
  as_agent=()
  ask version >/dev/null || fail "the program does not start on the C library alone"
  serve_tls
  echo "$EVERYTHING" >"$root/srv/everything.lua"
  [[ $(ask run /srv/everything.lua "$server") == 'all is well' ]] || fail "a library inside of the program does not work"
  use_through_a_reboot
}
