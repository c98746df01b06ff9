# What the checks in clean roots share: sourced, not run.
# A root is a folder with a bare Debian 12. The bare system is kept as a tar file in the user's cache, so that a second
# run starts at once. Mounts live in a namespace of their own: however a check ends, they are gone, and so is every process.

suite=bookworm
project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/forager
base=$cache/clean-root-$suite.tar # where the bare system is kept
included=ca-certificates,git      # what it has beside the least

say() { echo "clean root: $*" >&2; }

# What the host needs to reach its package mirrors, the clean system needs as well.
take_network_settings() {
  local root=$1
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  rm -f "$root/etc/apt/sources.list"
  cp -r /etc/apt/sources.list* /etc/apt/trusted.gpg.d "$root/etc/apt/"
  grep -rlE '^Acquire::' /etc/apt/apt.conf.d | xargs -r cp -t "$root/etc/apt/apt.conf.d"
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
}

# lay_system ROOT
lay_system() {
  local root=$1
  if [[ ! -f $base ]]; then
    say "debootstrap, the first time"
    debootstrap --variant=minbase --include="$included" "$suite" "$root" >"$root.log"
    mkdir -p "$cache"
    tar -C "$root" --exclude=./var/cache/apt/archives/* -cf "$base.part" .
    mv "$base.part" "$base"
  else
    tar -C "$root" -xf "$base"
  fi
  take_network_settings "$root"
}

# The root is a mount of its own, as tests with mounts of their own need it.
mount_kernel_folders() {
  mount --bind "$1" "$1"
  mkdir -p "$1/proc" "$1/sys" "$1/dev"
  mount -t proc proc "$1/proc"
  mount -t sysfs -o ro sysfs "$1/sys"
  mount --rbind /dev "$1/dev"
}

# inside COMMAND… : in the system of $root, with its own environment, as $user, if that is set.
inside() {
  local kept=() home=${home:-/root} user=${user:-root}
  mapfile -t kept < <(env | grep -E '^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)=' || true)
  env -i "${kept[@]}" HOME="$home" USER="$user" LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"
}

# in_namespaces ARG… : this very check again, with mounts and processes of its own; it gets "--inside" and the ARGs.
in_namespaces() {
  unshare --mount --pid --fork --kill-child --mount-proc "$0" --inside "$@"
}

need_root_and_debootstrap() {
  ((EUID == 0)) || { say "needs root: sudo $0"; exit 1; }
  command -v debootstrap >/dev/null || { say "needs debootstrap: apt-get install debootstrap"; exit 1; }
}
