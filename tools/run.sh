#!/bin/sh
# Runs one of the project's TypeScript tools with gantry's own Node.js: tools/run.sh FILE [WORDS].
set -eu
root=$(CDPATH='' cd -P "$(dirname "$0")/.." && pwd)
. "$root/tools/launch.sh"
launch_prepare production yes
exec "$node" "$@"
