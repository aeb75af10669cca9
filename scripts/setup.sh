#!/usr/bin/env bash
# Makes .venv beside this folder with the package and all it needs; quick where that is done.
#   bash scripts/setup.sh          the first suitable Python found is taken
#   PYTHON=python3.12 bash scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

if [ -z "${PYTHON:-}" ]; then
  for candidate in python3 python3.13 python3.12 python3.11; do
    if suits "$candidate"; then PYTHON=$candidate; break; fi
  done
fi
if ! suits "${PYTHON:-none}"; then
  echo "setup.sh: error: no Python 3.11, 3.12 or 3.13 found${PYTHON:+ ($PYTHON is none)};" \
    "install one, or name it: PYTHON=/path/to/python bash scripts/setup.sh" >&2
  exit 2
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  # Debian ships Python without the means to make environments; the package is python3-venv.
  if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
    package=$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "Installing $package, which this Python lacks."
    root=$([ "$(id -u)" = 0 ] || echo sudo)
    $root apt-get update -qq && $root apt-get install -y -qq "$package"
  fi
  "$PYTHON" -m venv .venv
fi

stamp=.venv/installed
if [ ! -e "$stamp" ] || [ setup.cfg -nt "$stamp" ]; then
  echo "Installing posenet3d and what it needs (TensorFlow is about 600 MB) ..."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[viz,test]'
  touch "$stamp"
fi
