# How the checks of the service boot $root under its own systemd, and judge what they see: sourced, after common.sh.
# All of it happens in the namespaces of in_namespaces, and in a control group of its own.

base=$cache/boot-root-$suite.tar
included=systemd,systemd-sysv,python3,procps,tzdata,ca-certificates
passed=0
failed=0

need_root_and_container() {
  need_root_and_debootstrap
  command -v systemd-nspawn >/dev/null || { say "needs systemd-container: apt-get install systemd-container"; exit 1; }
}

# new_root : an empty folder in $root, which is gone in the end, unless $keep.
new_root() {
  root=$(mktemp -d /var/tmp/forager-boot.XXXXXX)
  chmod 755 "$root"
  trap '$keep || rm -rf --one-file-system "$root" "$root".{log,console,before,after}' EXIT
}

# The container's systemd needs a tree of control groups, and what it leaves there is taken away in the end.
enter_group() {
  mount --make-rprivate /
  if [[ $(stat -f -c %T /sys/fs/cgroup) != cgroup2fs ]]; then
    umount --recursive /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
  fi
  group=/sys/fs/cgroup/${root##*/}
  mkdir -p "$group"
  echo $$ >"$group/cgroup.procs"
  trap leave_group EXIT
}

leave_group() {
  echo $$ >/sys/fs/cgroup/cgroup.procs
  find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

boot() {
  systemd-nspawn --quiet --register=no --keep-unit --boot --directory="$root" --console=pipe </dev/null >>"$root.console" 2>&1 &
  nspawn=$!
  leader=
  await "the first process" find_leader
  await "the end of booting" booted
}

find_leader() { leader=$(pgrep --parent "$nspawn" --exact systemd); }
booted() { [[ $(inside systemctl is-system-running) == @(running|degraded) ]]; }

power_off() {
  inside systemctl poweroff >/dev/null
  wait "$nspawn" || true
}

# From here on "inside" is the machine that runs, not a folder.
inside() {
  nsenter --target "$leader" --all --wdns=/ /usr/bin/env -i LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" 2>&1
}
forager() { inside forager "$@" || true; } # what it says is what is judged
property() { inside systemctl show --value --property "$1" forager; }
agent_runs() { inside systemctl --quiet is-active forager; }

# await WHAT COMMAND… : for up to two minutes.
await() {
  local what=$1 end=$((SECONDS + 120))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { say "waited in vain for $what"; inside journalctl --no-pager -n 50 >&2 || tail "$root.console" >&2; exit 1; }
    sleep 0.1
  done
}

# claim WHAT EXPRESSION… : an expression of [[ ]] as test(1) has it.
claim() {
  local what=$1
  shift
  if test "$@"; then
    passed=$((passed + 1))
    say "ok: $what"
  else
    failed=$((failed + 1))
    say "FAILED: $what: $*"
  fi
}

contains() { [[ $1 == *"$2"* ]] && echo yes || echo no; }

# The check's last word, and its status.
sum_up() {
  echo "$passed passed, $failed failed"
  ((failed == 0))
}
