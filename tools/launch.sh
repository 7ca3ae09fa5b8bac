# Finds gantry's own Node.js and installs its packages when they are missing or stale.
# POSIX sh, sourced by ./gantry and tools/test.sh with `root` set to the checkout. It must work on
# a machine that has nothing but npm: no Node 26, no node_modules.
#
# After `launch_prepare <production|all> <yes|no>` the variable `node` holds the program to run.
# Every failure is one sentence with its cure on stderr, and exit code 3 ("this machine").

launch_state="$root/node_modules/.gantry"

launch_fail() {
  printf 'gantry: %s\n' "$1" >&2
  exit 3
}

launch_find_node() {
  [ "$(uname -s)" = Linux ] ||
    launch_fail "gantry runs on Linux, this is $(uname -s). Use a Linux machine or a virtual one."
  case $(uname -m) in
    x86_64 | amd64) launch_arch=x64 ;;
    aarch64 | arm64) launch_arch=arm64 ;;
    *) launch_fail "gantry runs on x86-64 and arm64, this machine is $(uname -m)." ;;
  esac
  node="$root/node_modules/node-linux-$launch_arch/bin/node"
}

# What the installation must match: the lock file.
launch_wanted() {
  cksum <"$root/package-lock.json"
}

# launch_is_current <production|all>: whether node_modules is what the lock file says.
launch_is_current() {
  [ -x "$node" ] || return 1
  [ "$1" = production ] || [ -d "$root/node_modules/typescript" ] || return 1
  if [ -f "$launch_state/lock-stamp" ]; then
    launch_stamp=
    read -r launch_stamp <"$launch_state/lock-stamp" || :
    [ "$launch_stamp" != "$(launch_wanted)" ] || return 0
  fi
  # No stamp, or another one: npm was used by hand. Its own record decides.
  "$node" "$root/tools/launch-check.ts" "$root" "$1" || return 1
  launch_finish
}

# What is made from the packages, then the stamp. Who may not write here (another user than the
# owner of the checkout) goes without, and checks anew each time.
launch_finish() {
  if [ -f "$root/tools/generate-docs.ts" ]; then
    # Descriptions of fields for `explain`; everything else works without them.
    (cd "$root" && "$node" tools/generate-docs.ts) >>"${launch_log:-/dev/null}" 2>&1 || :
  fi
  { mkdir -p "$launch_state" && launch_wanted >"$launch_state/lock-stamp"; } 2>/dev/null || :
}

launch_need_npm() {
  launch_cure='Install it with "apt-get install npm" (Debian, Ubuntu), then run this again.'
  command -v npm >/dev/null 2>&1 ||
    launch_fail "npm is missing; gantry needs it once, to install its packages. $launch_cure"
  launch_version=$(node --version 2>/dev/null) || launch_version=v0
  launch_major=${launch_version#v}
  launch_major=${launch_major%%.*}
  [ "$launch_major" -ge 18 ] ||
    launch_fail "npm here runs on Node.js $launch_version; gantry's installation needs 18 or newer. $launch_cure"
}

# launch_install <production|all>
launch_install() {
  launch_need_npm
  launch_log=$(mktemp "${TMPDIR:-/tmp}/gantry-install.XXXXXX")
  launch_omit=
  [ "$1" = all ] || launch_omit=--omit=dev
  printf 'gantry: installing packages, once; this takes about half a minute ...' >&2
  launch_code=0
  # shellcheck disable=SC2086 # empty when nothing is left out
  (cd "$root" && npm ci $launch_omit --no-audit --no-fund --loglevel=warn </dev/null) \
    >"$launch_log" 2>&1 || launch_code=$?
  if [ "$launch_code" -ne 0 ]; then
    printf ' failed\n' >&2
    launch_explain
  fi
  "$node" --version >>"$launch_log" 2>&1 ||
    { printf ' failed\n' >&2 && launch_explain; }
  launch_finish
  rm -f "$launch_log"
  printf ' done\n' >&2
}

launch_explain() {
  if grep -Eq 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT' "$launch_log"; then
    launch_fail "the packages could not be fetched, as npm's registry cannot be reached. Check the network (or npm's proxy and registry settings) and run this again; npm's words are in $launch_log."
  fi
  if grep -Eq 'EACCES|EROFS|EPERM' "$launch_log"; then
    launch_fail "the packages could not be written to $root/node_modules. Run this as the owner of that folder; npm's words are in $launch_log."
  fi
  if grep -q 'ENOSPC' "$launch_log"; then
    launch_fail "the disk is full. Make 500 MB free and run this again."
  fi
  tail -n 20 "$launch_log" >&2
  launch_fail "the installation of the packages failed, see above; all of it is in $launch_log."
}

# launch_prepare <production|all> <yes|no: may install>
launch_prepare() {
  launch_find_node
  launch_is_current "$1" && return 0
  [ "$2" = yes ] ||
    launch_fail "the packages of gantry are not installed. Run \"npm ci\" in $root, or leave out --no-install."
  # Two starts at once must not install over each other; the second waits, and finds the work done.
  if command -v flock >/dev/null 2>&1; then
    exec 9<"$root/package-lock.json"
    flock 9
    launch_is_current "$1" || launch_install "$1"
    exec 9<&-
  else
    launch_install "$1"
  fi
}

# launch_program: sets `program` to the file to run. The source is put together into one file, once per
# state of the source: 600 modules cost a start 0.2 s and 20 MB more, and an `import` of Node's own
# http loads undici, which a `require` does not. Where that cannot be done (the folder belongs to
# another user, the disk is full), the source itself runs.
launch_program() {
  program="$root/src/main/gantry.ts"
  launch_bundler="$root/node_modules/@esbuild/linux-$launch_arch/bin/esbuild"
  [ -x "$launch_bundler" ] || return 0
  launch_id=$(cd "$root" && find src package-lock.json -type f -printf '%p %s %T@\n' | sort | cksum)
  launch_built="$launch_state/program/$(printf '%s' "$launch_id" | tr ' ' -)"
  if [ ! -f "$launch_built/gantry.cjs" ]; then
    launch_build || return 0
  fi
  program="$launch_built/gantry.cjs"
}

# Beside the program lies the one worker, which it finds by its name.
launch_build() {
  mkdir -p "$launch_state/program" 2>/dev/null || return 1
  launch_new=$(mktemp -d "$launch_state/program/new.XXXXXX" 2>/dev/null) || return 1
  if (cd "$root" && "$launch_bundler" gantry=src/main/gantry.ts record-worker=src/sys/sqlite/record-worker.ts \
    --bundle --platform=node --format=cjs --target=node26 --outdir="$launch_new" \
    --out-extension:.js=.cjs --log-level=error --external:@peculiar/x509 --external:reflect-metadata \
    --define:import.meta.url=importMetaUrl --define:import.meta.dirname=__dirname \
    --banner:js='const importMetaUrl = require("node:url").pathToFileURL(__filename).href;') \
    >/dev/null 2>&1 && mv -T "$launch_new" "$launch_built" 2>/dev/null; then
    # The one before is kept: a program that runs from it may be asked to start its worker again.
    find "$launch_state/program" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn |
      tail -n +3 | cut -d ' ' -f 2- | while read -r launch_old; do rm -rf "$launch_old"; done
    return 0
  fi
  rm -rf "$launch_new"
  # Another start may have made the same one meanwhile.
  [ -f "$launch_built/gantry.cjs" ]
}
