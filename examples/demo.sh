#!/usr/bin/env bash
# A course from release to scores: releases the assignment, draws an exam, grades the sample class.
# It works on a copy of the course below generated/demo, so that it never meets the exam or the scores of a real
# class, and makes a secret of its own. A second run grades only what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p generated/demo
rm -rf generated/demo/assignments generated/demo/examples
cp -r course.yml assignments examples generated/demo/
cd generated/demo

if [ ! -s secret ]; then
    (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(32))' > secret)
fi
STEEPEST_SECRET="$(cat secret)"
export STEEPEST_SECRET

say() { printf '\n$ %s\n' "$*"; "$@"; }

say steepest release inverse
say steepest exam draw inverse --force
say steepest grade inverse examples/submitted
