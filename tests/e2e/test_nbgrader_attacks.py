"""Attacks that stock nbgrader falls to: through the kit's ``nbgrader autograde`` none of them earns a point.

Most of these notebooks answer rightly only if their attack worked, so that their score tells.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .tiny_course import FULL, WRONG, TinyCourse, cell, cells, copied, make, notebook

pytestmark = [pytest.mark.slow, pytest.mark.kernel, pytest.mark.hostile]

IF_IT_WORKED = "def double(M):\n    return 2 * M if worked else M"

WORKING = {
    "writes_the_gradebook": """
import sqlite3
connection = sqlite3.connect("@root@/generated/gradebook.db")
connection.execute("UPDATE grade SET manual_score = 99")
connection.commit()
worked = True
""",
    "reads_the_source_cells": """
import sqlite3
connection = sqlite3.connect("file:@root@/generated/gradebook.db?mode=ro", uri=True)
found = connection.execute("SELECT source FROM source_cell").fetchall()
print(found)
worked = "twice as much" in str(found)
""",
    "reads_what_lies_around": """
from pathlib import Path
folders = (".", "@root@/assignments", "@root@/generated/submitted", "@root@/generated/autograded")
files = [file for folder in folders for file in Path(folder).glob("**/*.ipynb")]
found = [file.read_bytes() for file in [*files, *Path("@root@").glob("**/exam*/*")]]
print(found)
worked = bool(found)
""",
    "notices_the_grader": "import os\nworked = 'NBGRADER_EXECUTION' in os.environ or 'STEEPEST_SECRET' in os.environ",
    "brings_its_own_modules": "import util\nworked = util.worked",
    "brings_its_own_torch": "import torch\nworked = getattr(torch, 'worked', False)",
    "watches_cells_before_they_run": """
worked = False
def look(info):
    global worked
    worked = worked or "exercise=" in info.raw_cell
get_ipython().events.register("pre_run_cell", look)
""",
    "rewrites_later_cells": """
worked = False
def drop(lines):
    global worked
    worked = worked or any("exercise=" in line for line in lines)
    return [line for line in lines if "assert" not in line and "check(" not in line]
get_ipython().input_transformers_post.append(drop)
""",
    "leaves_a_process": """
import subprocess, sys
sleep = [sys.executable, "-c", "import time; time.sleep(100)", "@root@/survivor"]
subprocess.Popen(sleep, start_new_session=True, stdout=-3, stderr=-3)
worked = True
""",
}
"""What must set ``worked`` to True where nothing stands in its way."""

FORGING = {
    "forges_a_result": """
ip = get_ipython()
for value in ("2.5", "3", "nan"):
    forged = {"data": {"text/plain": value}, "metadata": {}, "execution_count": 1}
    ip.kernel.session.send(ip.kernel.iopub_socket, "execute_result", forged, parent=ip.kernel.get_parent())
""",
    "defines_its_own_check": "def check(*functions, **options):\n    return 99.0\n\ncheck()",
    "replaces_the_kit": """
import sys, types
sys.modules["steepest"] = types.SimpleNamespace(check=lambda *functions, **options: float("nan"))
""",
}
"""What stock nbgrader reads as points, however wrong the solution is."""

NOISY = """
import logging, sys, warnings

def double(M):
    print("to stderr", file=sys.stderr)
    warnings.warn("a warning")
    logging.error("an error in the log")
    return 2 * M

double(3)
print("to stderr", file=sys.stderr)
"""

BESIDE = {
    "util/__init__.py": "worked = True\n",
    "torch.py": "worked = True\nopen('@root@/ran', 'a')\n",
    "test_double.py": "open('@root@/ran', 'a')\n",
    "conftest.py": "open('@root@/ran', 'a')\n",
    "sitecustomize.py": "open('@root@/ran', 'a')\n",
    "nbgrader_config.py": "open('@root@/ran', 'a')\n",
}
"""Files that a student hands in beside the notebook."""


def attack(code: str, root: Path, solution: str) -> bytes:
    """Return a notebook that attacks first; it lacks the text of the test cells, which nbgrader puts back."""
    made = cells(solution)
    made.insert(2, cell(code.replace("@root@", str(root))))
    for item in made:
        item["source"] = "pass" if item["source"].startswith("check(") else item["source"]
    return notebook(made)


def hand_in(course: TinyCourse) -> None:
    """Hand in all attacks and the controls."""
    course.hand_in(right=notebook(), noisy=notebook(code=NOISY), wrong=notebook(code=WRONG))
    course.hand_in(**{name: attack(code, course.root, IF_IT_WORKED) for name, code in WORKING.items()})
    course.hand_in(**{name: attack(code, course.root, WRONG) for name, code in FORGING.items()})
    for student in WORKING:
        for name, text in BESIDE.items():
            file = course.folder("submitted", student) / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text.replace("@root@", str(course.root)))


@pytest.fixture(scope="module")
def ungraded(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The released course, with nothing handed in."""
    return make(tmp_path_factory.mktemp("ungraded"))


@pytest.fixture(scope="module")
def graded(ungraded: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The class of attackers after one run of ``nbgrader autograde``."""
    course = copied(ungraded, tmp_path_factory.mktemp("graded") / "course")
    hand_in(course)
    done = course.run("nbgrader", "autograde", "double")
    assert done.returncode == 0, done.stderr
    return course


def survivors(root: Path) -> list[int]:
    """Return the processes that a submission has left behind; they are ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{root}/survivor".encode() in command.split(b"\0"):
            found.append(int(folder.name))
            os.kill(found[-1], signal.SIGKILL)
    return found


def test_no_attack_earns_more_than_a_wrong_solution(graded: TinyCourse) -> None:
    scores = graded.scores()
    assert {name: scores[name] for name in (*WORKING, *FORGING, "wrong")} == dict.fromkeys(
        (*WORKING, *FORGING, "wrong"), 0.0
    )
    assert scores["right"] == FULL


def test_a_right_solution_that_warns_and_writes_to_stderr_gets_full_points(graded: TinyCourse) -> None:
    assert graded.scores()["noisy"] == FULL


def test_no_submission_changes_a_row_of_the_gradebook(graded: TinyCourse) -> None:
    rows = graded.rows()
    assert set(rows) == {*WORKING, *FORGING, "right", "noisy", "wrong"}
    assert {grade[1] for row in rows.values() for grade in row["grades"].values()} == {None}  # no manual score


def test_nothing_handed_in_runs_outside_the_sandbox_or_outlives_it(graded: TinyCourse) -> None:
    assert not (graded.root / "ran").exists()
    assert survivors(graded.root) == []


def test_no_executed_notebook_shows_what_students_do_not_get(graded: TinyCourse) -> None:
    for student in (*WORKING, *FORGING):
        shown = json.dumps([item.get("outputs") for item in graded.executed(student)["cells"]])
        assert "twice as much" not in shown, student
        assert "M + M" not in shown, student


PLAIN_SHELL = """
import json, os, sys, types
sys.path.insert(0, "")
sys.modules["steepest"] = types.SimpleNamespace(check=lambda *functions, **options: None)
from IPython.core.interactiveshell import InteractiveShell

for folder in sys.argv[1:]:
    if os.fork() == 0:
        os.chdir(folder)
        shell = InteractiveShell.instance()
        cells = json.load(open("double.ipynb"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "code":
                test = cell["source"] == "pass"
                shell.run_cell('check(double, exercise="numbers")' if test else cell["source"])
        sys.stderr.write(f"{shell.user_ns['double'](1)}\\n")
        os._exit(0)
    os.wait()
"""
"""What a kernel of stock nbgrader does: the cells run one after another, with the test cells put back."""


def test_each_attack_works_where_nothing_stands_in_its_way(ungraded: TinyCourse, tmp_path: Path) -> None:
    course = copied(ungraded, tmp_path / "course")
    hand_in(course)
    folders = [str(course.folder("submitted", student)) for student in WORKING]
    environment = os.environ | {
        "NBGRADER_EXECUTION": "autograde",
        "HOME": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_SHELL, *folders], env=environment, capture_output=True, text=True, timeout=200
    )
    assert len(survivors(course.root)) == 1
    answers = [line for line in done.stderr.splitlines() if line in {"1", "2"}]
    assert dict(zip(WORKING, answers, strict=True)) == dict.fromkeys(WORKING, "2")
