#!/bin/sh
# Prints the newest Python on this machine that can make an environment for Comptant, or says what is missing.
# Versions the tests run on come first, newer ones after.
set -u
almost=""
for name in python3.13 python3.12 python3.11 python3.15 python3.14 python3; do
  "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
    "$name" -c 'import sys; print(sys.executable)'
    exit 0
  fi
  almost="$name"
done
if [ -n "$almost" ]; then
  echo "$almost cannot make environments: its venv or ensurepip module is missing." >&2
  echo "On Debian or Ubuntu: apt-get install python3-venv. Or name another: make PYTHON=/path/to/python3.11" >&2
else
  echo "Comptant needs Python 3.11 or newer, and none was found on the PATH." >&2
  echo "Name one: make PYTHON=/path/to/python3.11" >&2
fi
exit 1
