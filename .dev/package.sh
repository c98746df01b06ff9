# ./dev package: the .deb, the .rpm and the tarball, in build/packages. All are made of the last commit in a folder of
# their own, and hold the same bytes wherever and whenever they are made.

package_verb() {
  local check=false kinds=()
  while (($# > 0)); do
    case $1 in
      --check) check=true ;;
      deb | rpm | tar) kinds+=("$1") ;;
      *) die "usage: ./dev package [--check] [deb] [rpm] [tar]" ;;
    esac
    shift
  done
  ((${#kinds[@]} > 0)) || kinds=(deb rpm tar)
  need package
  umask 022
  local made=$root/build/packages
  rm -rf "$made"
  package_from "$made" "${kinds[@]}"
  ! $check || packages_again "$made" "${kinds[@]}"
  show_packages "$made"
}

# package_from FOLDER KIND… : lays the sources below FOLDER, builds there, and puts the packages into FOLDER.
package_from() {
  local made=$1 kind
  shift
  version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$root/meson.build")
  lay_sources "$made/work/forager-$version"
  for kind in "$@"; do
    say "making the $kind"
    "package_$kind" "$made" "$made/work/forager-$version"
  done
}

lay_sources() {
  mkdir -p "$1"
  [[ -z $(git -C "$root" status --porcelain) ]] || say "what is not committed is left out"
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
  export SOURCE_DATE_EPOCH CCACHE_BASEDIR=$1
  git -C "$root" archive HEAD | tar -x -C "$1"
}

# Made by debhelper, with Debian's libraries.
package_deb() {
  local made=$1 sources=$2 file=forager_$version-1_$(dpkg --print-architecture).deb
  ln -s packaging/deb "$sources/debian"
  debian_changelog >"$sources/debian/changelog"
  (cd "$sources" && DEB_BUILD_OPTIONS="noautodbgsym parallel=$jobs" \
    quietly "$made/work/deb.log" dpkg-buildpackage --build=binary --no-sign)
  mv "$made/work/$file" "$made"
  quietly "$made/work/lintian.log" lintian --pedantic --fail-on error,warning,info,pedantic \
    --display-info --display-experimental --tag-display-limit 0 --allow-root "$made/$file"
}

debian_changelog() {
  cat <<TEXT
forager ($version-1) unstable; urgency=medium

  * Version $version; CHANGELOG.md says what is new.

 -- $(sed -n 's/^Maintainer: //p' "$root/packaging/deb/control")  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT
}

# build_bundled FOLDER SOURCES: the program of the .rpm and the tarball: all but the C library is inside of it. It lies
# where that of the .deb does, seen from the sources, so that ccache has most of its objects.
build_bundled() {
  local log=$1/work/bundled.log flags=()
  [[ ! -d $2/bundled ]] || return 0
  mapfile -t flags < <(make --silent -f "$2/packaging/deb/rules" flags | xargs -n 1)
  quietly "$log" env "${flags[@]}" meson setup "$2/bundled" "$2" --buildtype=plain \
    --prefix=/usr --sysconfdir=/etc --localstatedir=/var -Db_ndebug=true -Dbundled=true -Dtests=false \
    -Dsystemd_units=/usr/lib/systemd/system
  # debhelper's locale, which ccache takes for a reason to compile anew.
  quietly "$log" env LC_ALL=C.UTF-8 ninja --quiet -C "$2/bundled"
  quietly "$log" python3 "$2/tests/packaging/glibc_test.py" "$2/bundled/agent/forager"
}

package_rpm() {
  local made=$1
  build_bundled "$@"
  quietly "$made/work/rpm.log" rpmbuild -bb --define "_topdir $made/work/rpm" --define "_rpmdir $made" \
    --define '_rpmfilename %{name}-%{version}-%{release}.%{_arch}.rpm' --define "version $version" \
    --define "program $2/bundled" --define '_buildhost localhost' --define '_binary_payload w19.zstdio' \
    --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
    "$2/packaging/rpm/forager.spec"
  quietly "$made/work/rpmlint.log" rpmlint --strict --config "$2/packaging/rpm/rpmlint.toml" "$made"/*.rpm
}

package_tar() {
  local made=$1 tree=$1/work/tar name=forager-$version-linux-$(uname -m)
  build_bundled "$@"
  DESTDIR=$tree quietly "$made/work/tar.log" meson install -C "$2/bundled" --no-rebuild --strip
  mv "$tree/usr" "$tree/$name"
  mv "$tree/etc" "$tree/$name/etc"
  tar -C "$tree" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -c "$name" |
    gzip -9n >"$made/$name.tar.gz"
}

# The same in another folder: the bytes must be those of the first time.
packages_again() {
  local made=$1 other file
  shift
  other=$(mktemp -d /var/tmp/forager-package.XXXXXX)
  # shellcheck disable=SC2064 # the folder's name is known now, not at the end
  trap "rm -rf '$other'" EXIT
  say "making all again, in another folder"
  package_from "$other" "$@"
  for file in "$made"/forager*; do
    cmp "$file" "$other/${file##*/}" || die "${file##*/} is not the same when it is made again"
  done
  say "the same bytes both times"
}

show_packages() {
  local file
  for file in "$1"/forager*; do
    echo "$file  $(numfmt --to=si --suffix=B --format=%.1f "$(stat -c %s "$file")")"
  done
}
