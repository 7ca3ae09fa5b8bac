#!/bin/sh
# The way into every check and test, from a fresh clone on: installs what is missing, then
#   tools/test.sh install        nothing more
#   tools/test.sh checks [name]  tools/ok.ts: types, layers, lint, format, unit tests
#   tools/test.sh all            the checks, then everything under test/, one file at a time
# POSIX sh, since the machine's own Node.js may be too old for the rest.
set -eu
root=$(CDPATH='' cd -P "$(dirname "$0")/.." && pwd)
cd "$root"
. tools/launch.sh

install_debian_packages() {
  missing=
  while read -r package brings; do
    case $package in '' | '#'*) continue ;; esac
    case $brings in
      /*) [ -e "$brings" ] || missing="$missing $package" ;;
      *) command -v "$brings" >/dev/null 2>&1 || missing="$missing $package" ;;
    esac
  done <tools/test-packages.txt
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null 2>&1 ||
    launch_fail "the tests need$missing, and there is no apt-get here to install them."
  [ "$(id -u)" = 0 ] || launch_fail "the tests need$missing. Install them, or run this as root."
  echo "installing$missing"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp "${TMPDIR:-/tmp}/gantry-apt.XXXXXX")
  # shellcheck disable=SC2086 # a list of words
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } \
    >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    launch_fail "apt-get could not install$missing; all of its words are in $log."
  }
  rm -f "$log"
}

# Programs in sbin are not on every user's path.
PATH=$PATH:/usr/sbin:/sbin
export PATH
command=${1:-all}
[ $# -eq 0 ] || shift
launch_prepare all yes
: "${NODE_COMPILE_CACHE:=$launch_state/compile-cache}"
export NODE_COMPILE_CACHE

case $command in
  install) install_debian_packages ;;
  checks) exec "$node" tools/ok.ts "$@" ;;
  all)
    install_debian_packages
    "$node" tools/ok.ts
    exec "$node" tools/test-files.ts --serial --list 'test/**/*.test.ts'
    ;;
  *) launch_fail "tools/test.sh does not know \"$command\"; it knows install, checks and all." ;;
esac
