#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image. What is here was packed by `steepest package gradescope`.
#
# ROOT     where the platform unpacks                       (default /autograder)
# VENV     where the kit is installed                       (default /opt/steepest; submissions must be able to read it)
set -euo pipefail

ROOT="${STEEPEST_ROOT:-/autograder}"
VENV="${STEEPEST_VENV:-/opt/steepest}"
SOURCE="$ROOT/source"

find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -I -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! PYTHON="$(find_python)"; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3.11 python3.11-venv
    PYTHON=python3.11
fi

cd /
"$PYTHON" -I -m venv "$VENV"
WHEEL="$(echo "$SOURCE"/steepest-*.whl)"
# shellcheck disable=SC2046  # each option is a word of its own
"$VENV/bin/python" -I -m pip install --no-cache-dir $(cat "$SOURCE/pip-flags") \
    -c "$SOURCE/constraints.txt" "$WHEEL[worker]"

# Submissions run as a user of their own, which must not read the exam.
chmod -R go-rwx "$SOURCE"
"$VENV/bin/steepest" --version
