#!/usr/bin/env bash
# A course from release to feedback: releases the assignment, draws an exam, collects and grades the sample class, makes
# the pages that students read and a table of grades, and says how to open the course in formgrader.
# It works on a copy of the course below generated/demo, so that it never meets the exam or the scores of a real
# class, and makes a secret of its own. A second run grades only what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p generated/demo
rm -rf generated/demo/assignments generated/demo/examples
cp -r course.yml nbgrader_config.py assignments examples generated/demo/
cd generated/demo

if [ ! -s secret ]; then
    (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(32))' > secret)
fi
STEEPEST_SECRET="$(cat secret)"
export STEEPEST_SECRET

say() { printf '\n$ %s\n' "$*"; "$@"; }

say steepest release inverse
say steepest exam draw inverse --force
say steepest collect inverse examples/submitted
say steepest grade inverse generated/submitted
say steepest feedback inverse
say steepest export --to generated/grades.csv

cat <<'END'

Look at it:
  generated/demo/generated/graded/inverse/index.html      the class on one page
  generated/demo/generated/grades.csv                     every student, exercise and property
Grade the written answers by hand, in formgrader (Nbgrader > Formgrader in the window that opens):
  cd generated/demo && STEEPEST_SECRET="$(cat secret)" ../../.venv/bin/jupyter lab
END
