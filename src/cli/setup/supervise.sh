#!/bin/sh
# Starts a program again when it dies, where there is no systemd to do so.
# 0: it was asked to end. 78: starting again cannot help. Waits longer while it keeps failing at once.
wait=0
while :; do
  began=$(date +%s)
  "$@"
  code=$?
  [ "$code" -eq 0 ] && exit 0
  [ "$code" -eq 78 ] && exit 78
  [ $(($(date +%s) - began)) -ge 30 ] && wait=0
  sleep "$wait"
  wait=$((wait < 2 ? wait + 1 : 2))
done
