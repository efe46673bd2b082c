"""Grading a class for real: the command line, judges, zygotes, workers and files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from steepest.course import load_course
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.outputs.report_json import dump_report
from steepest.plugin import all_families, collect_properties
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls
from tests.e2e.conftest import HIDDEN_BUG, RANDOM, RIGHT, ROOT, TRANSPOSED, SmallCourse, notebook

pytestmark = pytest.mark.slow

CLASS = {
    "right": notebook(RIGHT),
    "random": notebook(RANDOM),
    "transposed": notebook(TRANSPOSED),
    "broken": notebook("def calculate_inverse(M):\n    raise ValueError(M)"),
    "unreadable": b"not a notebook",
}
LIGHT = {
    "right": CLASS["right"],
    "also": notebook(RIGHT, "# also"),
    "empty": notebook("1"),
    "unreadable": b"no notebook",
}
"""A class that takes little time: nothing in it has to be explained."""


def graded(course: SmallCourse, *options: str, path: Path | None = None) -> dict[str, bytes]:
    """Grade everything anew and return the reports."""
    done = course.run("grade", "inverse", "submitted", "--force", *options, path=path)
    assert done.returncode == 0, done.stderr
    return course.reports()


def without(data: bytes, words: set[bytes]) -> bytes:
    """Return the bytes with certain words blotted out."""
    for word in words:
        data = data.replace(word, b"*")
    return data


def test_reports_are_the_same_bytes_with_one_job_or_two_and_an_unrelated_constant_changes_the_judging_digest_only(
    course: SmallCourse, tmp_path: Path
) -> None:
    course.hand_in(**CLASS)
    course.root.joinpath("submitted", "absent", "another").mkdir(parents=True)
    course.root.joinpath("submitted", "folder", "inverse", "inverse.ipynb").mkdir(parents=True)
    first = graded(course, "--jobs", "1")
    assert set(first) == {*CLASS, "absent", "folder"}
    assert all(json.loads(first[student])["fault"] is None for student in ("absent", "folder"))
    assert json.loads(first["right"])["points"] == 36
    assert json.loads(first["transposed"])["points"] < 36
    assert graded(course, "--jobs", "2") == first
    edited = tmp_path / "edited"
    shutil.copytree(ROOT / "autograder" / "steepest", edited / "steepest")
    with (edited / "steepest" / "linalg" / "__init__.py").open("a") as module:
        module.write("\nUNRELATED = (0.1234567, 987654321, 'unrelated')\n")
    other = graded(course, path=edited)
    digests = {json.loads(data)["provenance"]["judging_sha256"].encode() for data in (first["right"], other["right"])}
    assert len(digests) == 2
    assert {name: without(data, digests) for name, data in other.items()} == {
        name: without(data, digests) for name, data in first.items()
    }


def test_ten_runs_give_the_same_bytes(course: SmallCourse) -> None:
    opened = load_course(course.root / "course.yml")
    assignment = opened.assignment("inverse")
    exam = practice_exam(assignment.id, all_families(collect_properties(assignment.properties)))
    paper = Paper(assignment, exam, standing_walls())
    with Zygote() as zygote:
        for data in (CLASS["random"], notebook(HIDDEN_BUG)):
            found = {dump_report(grade(paper, "ada", data, zygote)) for _ in range(10)}
            assert len(found) == 1


def test_a_second_run_grades_only_what_changed(course: SmallCourse) -> None:
    course.hand_in(right=CLASS["right"], empty=LIGHT["empty"])
    graded(course)
    again = course.run("grade", "inverse", "submitted")
    assert "2 of 2 were up to date" in again.stdout
    course.hand_in(right=notebook(RIGHT, "# one more cell"))
    changed = course.run("grade", "inverse", "submitted")
    assert "1 of 2 were up to date" in changed.stdout
    properties = course.root / "assignments" / "inverse" / "test_inverse.py"
    properties.write_text(properties.read_text() + "\n# a remark\n")
    assert "up to date" not in course.run("grade", "inverse", "submitted").stdout


def test_a_run_that_was_killed_and_run_again_ends_as_an_undisturbed_one(course: SmallCourse) -> None:
    course.hand_in(**LIGHT)
    expected = graded(course)
    shutil.rmtree(course.root / "generated" / "graded")
    command, environment = course.command("grade", "inverse", "submitted", "--jobs", "2")
    with subprocess.Popen(command, cwd=course.root, env=environment, stdout=subprocess.PIPE, text=True) as process:
        _wait_for_a_result(process)
        process.send_signal(signal.SIGKILL)
    survivors = course.reports()
    assert 0 < len(survivors) < len(expected)
    assert survivors.items() <= expected.items()
    done = course.run("grade", "inverse", "submitted", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert course.reports() == expected
    assert f"{len(survivors)} of {len(expected)} were up to date" in done.stdout


def test_no_process_outlives_a_grader_that_is_killed(course: SmallCourse) -> None:
    course.hand_in(endless=notebook("while True: pass"), other=notebook("while True: pass  # too"))
    command, environment = course.command("grade", "inverse", "submitted", "--jobs", "2")
    marked = environment | {"STEEPEST_TEST_RUN": course.root.name}
    with subprocess.Popen(command, cwd=course.root, env=marked, stdout=subprocess.DEVNULL) as process:
        _wait_for_descendants(process.pid, 5)
        family = _descendants(process.pid)
        process.send_signal(signal.SIGKILL)
    _wait_until_gone(family)


def test_a_judge_that_dies_takes_no_submission_along(course: SmallCourse) -> None:
    course.hand_in(**LIGHT)
    command, environment = course.command("grade", "inverse", "submitted", "--jobs", "2")
    with subprocess.Popen(command, cwd=course.root, env=environment, stdout=subprocess.PIPE, text=True) as process:
        _wait_for_a_result(process)
        judges = [
            pid for pid in _descendants(process.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        os.kill(judges[0], signal.SIGKILL)
        process.communicate()
    assert process.returncode == 0
    assert set(course.reports()) == set(LIGHT)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "inverse", "no-such-folder"), "does not exist"),
        (("grade", "no-such-assignment", "submitted"), "course.yml has: gradients, inverse"),
        (("grade", "inverse", "submitted"), "there is no exam yet"),
        (("exam", "show", "inverse"), "there is no exam yet"),
        (("check", "--course", "absent.yml"), "absent.yml"),
        (("check", "inverse", "no-such-assignment"), "course.yml has: gradients, inverse"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_answered_in_one_clear_message(
    course: SmallCourse, arguments: tuple[str, ...], words: str
) -> None:
    course.hand_in(right=CLASS["right"])
    shutil.rmtree(course.root / "generated")
    done = course.run(*arguments)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_check_of_one_assignment_says_nothing_of_the_others(course: SmallCourse) -> None:
    one = course.run("check", "inverse", "--no-grading")
    assert one.returncode == 0, one.stdout
    assert "no error found (assignments: inverse)" in one.stdout
    everything = course.run("check", "--no-grading")
    assert everything.returncode == 1
    assert "error: gradients: notebook: there is no such file" in everything.stdout


def test_what_belongs_to_nobody_is_listed_and_the_others_are_graded(course: SmallCourse) -> None:
    course.hand_in(right=CLASS["right"])
    (course.root / "submitted" / "not an id.ipynb").write_bytes(CLASS["right"])
    done = course.run("grade", "inverse", "submitted")
    assert done.returncode == 3
    assert "not graded:" in done.stderr
    assert set(course.reports()) == {"right"}


def test_an_exam_is_not_replaced_by_accident(course: SmallCourse) -> None:
    path = course.root / "generated" / "exams" / "inverse.safetensors"
    before = path.read_bytes()
    assert course.run("exam", "draw", "inverse").returncode == 0
    assert course.run("exam", "verify", "inverse").returncode == 0
    command, environment = course.command("exam", "draw", "inverse")
    other = environment | {"STEEPEST_SECRET": "another secret, long enough"}
    done = subprocess.run(command, cwd=course.root, env=other, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert path.read_bytes() == before


def _wait_for_a_result(process: subprocess.Popen[str]) -> None:
    """Return when a submission was graded: its line follows that of the plan."""
    assert process.stdout is not None
    plan, result = process.stdout.readline(), process.stdout.readline()
    assert "to be graded" in plan
    assert result


def _descendants(pid: int) -> set[int]:
    found, waiting = set(), [pid]
    parents = _parents()
    while waiting:
        parent = waiting.pop()
        children = [child for child, its_parent in parents.items() if its_parent == parent]
        found.update(children)
        waiting += children
    return found


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            except OSError:
                continue
    return found


def _wait_for_descendants(pid: int, count: int) -> None:
    while len(_descendants(pid)) < count:
        subprocess.run(["true"], check=True)


def _wait_until_gone(pids: set[int]) -> None:
    """Return when none of these processes runs any more; the time limit of the test ends a wait in vain."""
    while any(_alive(pid) for pid in pids):
        subprocess.run(["true"], check=True)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
