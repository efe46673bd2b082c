"""Killed graders, two graders at once, databases that refuse: no grade is lost, doubled, half-written or made up."""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from steepest.errors import GradebookError
from steepest.gradebook.database import check_schema, is_in_gradebook, one_transaction, opened
from steepest.history import History

from .postgres import Server, running_server
from .tiny_course import FULL, HALF, PARTIAL, WRONG, TinyCourse, copied, make, notebook

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

log = logging.getLogger(__name__)

KILLS = int(os.environ.get("STEEPEST_KILLS", "3"))
"""At how many points a grader is killed; `pytest --log-cli-level=INFO` tells how far it is."""

KINDS = {"full": (notebook(), FULL), "half": (notebook(code=HALF), PARTIAL), "none": (notebook(code=WRONG), 0.0)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server of its own."""
    with running_server() as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def released(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The course on each kind of database, with a class of 20 that has handed in."""
    url = request.getfixturevalue("server").new_database() if request.param == "postgresql" else None
    course = make(tmp_path_factory.mktemp(request.param), url)
    course.hand_in(**{student: data for student, (data, _) in class_of(20).items()})
    return course


def class_of(size: int) -> dict[str, tuple[bytes, float]]:
    """Return a class: what each hands in, and what it is worth."""
    kinds = list(KINDS.values())
    return {f"student{number:02}": kinds[number % len(kinds)] for number in range(size)}


def expected(size: int) -> dict[str, float]:
    """Return the scores of such a class."""
    return {student: score for student, (_, score) in class_of(size).items()}


@pytest.mark.timeout(120 + 120 * KILLS)
def test_a_grader_that_is_killed_leaves_whole_grades_and_the_next_one_ends_the_work(released: TinyCourse) -> None:
    chance = random.Random(20)
    command, environment = released.command("steepest", "grade", "double", "generated/submitted", "--anyone")
    done = released.grade()
    assert done.returncode == 0, done.stderr
    right = released.rows()
    assert {student: row["score"] for student, row in right.items()} == expected(20)
    for kill in range(KILLS):
        forget(released, ungraded=range(20) if kill % 10 == 0 else range(2))
        with subprocess.Popen(command, cwd=released.root, env=environment, stdout=-3, stderr=-3) as process:
            if wait_for(released, process, entries=chance.randrange(20)):
                time.sleep(chance.uniform(0, 0.1))  # anywhere within the next entry
            process.send_signal(signal.SIGKILL)
        found = released.rows()
        assert found == {student: right[student] for student in found}  # what is there is whole
        log.info("kill %d of %d: %d of 20 grades were there, each of them whole", kill + 1, KILLS, len(found))
    assert {entry.student for entry in released.enter()} == set(right)
    assert released.rows() == right
    assert {path.parent.parent.name for path in executed(released)} == set(right)
    attempts = list(History(released.course.generated, "double").attempts())
    assert {attempt.student for attempt in attempts} == set(right)


def wait_for(course: TinyCourse, process: subprocess.Popen[bytes], entries: int) -> bool:
    """Return once so many executed notebooks are there; False if the grader ended first."""
    while len(executed(course)) < entries:
        if process.poll() is not None:
            return False
        time.sleep(0.005)
    return True


def forget(course: TinyCourse, ungraded: range) -> None:
    """Take all grades out of the gradebook, with the executed notebooks, and the reports on some students."""
    shutil.rmtree(course.root / "generated" / "autograded", ignore_errors=True)
    for number in ungraded:
        shutil.rmtree(course.root / "generated" / "graded" / "double" / f"student{number:02}", ignore_errors=True)
    with opened(course.course) as gradebook:
        for row in list(gradebook.assignment_submissions("double")):
            gradebook.db.delete(row)
        gradebook.db.commit()


def executed(course: TinyCourse) -> list[Path]:
    """Return the executed notebooks that exist."""
    return sorted((course.root / "generated" / "autograded").glob("*/double/double.ipynb"))


def test_two_graders_at_once_both_end_well_and_nothing_is_overwritten(released: TinyCourse, tmp_path: Path) -> None:
    forget(released, ungraded=range(20))
    commands = [
        ("steepest", "grade", "double", "generated/submitted", "--anyone", "--jobs", "1"),
        ("nbgrader", "autograde", "double"),
    ]
    running = []
    for program, *arguments in commands:
        command, environment = released.command(program, *arguments)
        with (tmp_path / program).open("wb") as sink:  # not a pipe: it would fill up and stop whom nobody reads
            started = subprocess.Popen(command, cwd=released.root, env=environment, stdout=sink, stderr=sink)
        running.append(started)
    codes = [process.wait(timeout=280) for process in running]
    said = "\n".join((tmp_path / program).read_text() for program, *_ in commands)
    assert codes == [0, 0], said
    assert "locked" not in said
    assert "Error" not in said
    assert {student: row["score"] for student, row in released.rows().items()} == expected(20)


# ------------------------------------------------------------------------------------ databases that refuse


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The course on SQLite, with one graded student."""
    course = make(tmp_path_factory.mktemp("small"))
    course.hand_in(ada=notebook())
    course.enter()
    return course


def database(course: TinyCourse) -> Path:
    """Return the file of the gradebook."""
    return course.root / "generated" / "gradebook.db"


def test_an_older_schema_is_told_with_the_way_out_and_left_alone(small: TinyCourse, tmp_path: Path) -> None:
    course = copied(small, tmp_path / "course")
    with sqlite3.connect(database(course)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '50a4d84c131a'")
    before = database(course).read_bytes()
    course.hand_in(bob=notebook())
    with pytest.raises(GradebookError, match=r"another version of nbgrader.*nbgrader db upgrade"):
        course.enter()
    assert database(course).read_bytes() == before


def test_a_damaged_database_is_told_and_left_alone(small: TinyCourse, tmp_path: Path) -> None:
    course = copied(small, tmp_path / "course")
    database(course).write_bytes(b"this is no database" * 100)
    with pytest.raises(GradebookError, match=r"no SQLite database, or is damaged.*backup"):
        is_in_gradebook(course.course, course.assignment)
    with pytest.raises(GradebookError, match=r"no SQLite database, or is damaged.*backup"):
        course.enter()
    assert database(course).read_bytes().startswith(b"this is no database")


def test_a_database_that_stays_locked_is_told_and_nothing_changes(
    small: TinyCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = copied(small, tmp_path / "course")
    course.hand_in(bob=notebook())
    monkeypatch.setattr("steepest._nbgrader.WAIT_S", 0)
    before = course.rows()
    with sqlite3.connect(database(course)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradebookError, match=r"another program has been writing.*run the same again"):
            course.enter()
        other.rollback()
    assert course.rows() == before
    course.enter()
    assert course.scores() == {"ada": FULL, "bob": FULL}


HALF_DONE = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA cache_size = 1")
connection.execute("UPDATE grade SET auto_score = 99")
connection.executemany("INSERT INTO student (id) VALUES (?)", [(f"s{n}" * 20,) for n in range(2000)])
os._exit(9)  # as kill -9: the journal stays
"""


def test_what_a_killed_writer_left_half_done_is_rolled_back(small: TinyCourse, tmp_path: Path) -> None:
    course = copied(small, tmp_path / "course")
    before = course.rows()
    subprocess.run([sys.executable, "-c", HALF_DONE, str(database(course))], check=False)
    assert database(course).with_name("gradebook.db-journal").stat().st_size > 0
    assert is_in_gradebook(course.course, course.assignment)
    assert course.rows() == before


def test_a_full_disk_is_told_and_nothing_changes(small: TinyCourse, tmp_path: Path) -> None:
    course = copied(small, tmp_path / "course")
    before = course.rows()

    def fill_the_disk() -> None:
        with opened(course.course) as gradebook, one_transaction(gradebook):
            gradebook.db.connection().exec_driver_sql("PRAGMA max_page_count = 1")
            for number in range(2000):
                gradebook.update_or_create_student(f"student{number}", first_name="x" * 500)

    with pytest.raises(GradebookError, match=r"the disk is full.*make room"):
        fill_the_disk()
    assert course.rows() == before


def test_a_read_only_database_is_told(small: TinyCourse, tmp_path: Path) -> None:
    course = copied(small, tmp_path / "course")
    text = (course.root / "course.yml").read_text()
    (course.root / "course.yml").write_text(text + "gradebook: {url: 'sqlite:///nowhere/gradebook.db'}\n")
    with pytest.raises(GradebookError, match=r"cannot be written.*permissions"):
        course.enter()


def test_a_server_that_does_not_answer_is_told_without_a_traceback(small: TinyCourse, tmp_path: Path) -> None:
    course = copied(small, tmp_path / "course")
    text = (course.root / "course.yml").read_text()
    (course.root / "course.yml").write_text(text + "gradebook: {url: 'postgresql://nobody@127.0.0.1:1/none'}\n")
    with pytest.raises(GradebookError, match=r"postgresql://nobody@127.0.0.1:1/none: the server does not answer"):
        course.enter()


def test_the_newest_schema_is_that_of_a_new_database(small: TinyCourse) -> None:
    check_schema(small.course)
    with sqlite3.connect(database(small)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None


def test_nbgrader_without_a_course_ends_and_never_runs_a_submission_without_a_sandbox(
    small: TinyCourse, tmp_path: Path
) -> None:
    course = copied(small, tmp_path / "course")
    (course.root / "course.yml").write_text("title: broken\n")
    done = course.run("nbgrader", "autograde", "double", "--force")
    assert done.returncode == 2
    assert "timezone" in done.stderr
    assert "Traceback" not in done.stderr
