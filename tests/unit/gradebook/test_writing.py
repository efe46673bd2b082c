"""Writers take turns: threads and processes wait for each other, and a turn within a turn is the same one."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from steepest.course import Course, load_course
from steepest.gradebook.writing import take_turns, writers_turn

COURSE = """
title: Turns
timezone: UTC
assignments:
  - {id: a, title: A, notebook: a.ipynb, properties: test_a.py, functions: [f], points: 1}
"""
TRY_LOCK = "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'rb+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def course_in(folder: Path) -> Course:
    folder.mkdir(exist_ok=True)
    (folder / "course.yml").write_text(COURSE)
    return load_course(folder / "course.yml")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return course_in(tmp_path)


def is_free(course: Course) -> bool:
    """Return whether another process could write now."""
    lock = str(course.generated / "gradebook.lock")
    return subprocess.run([sys.executable, "-c", TRY_LOCK, lock], stderr=subprocess.DEVNULL).returncode == 0


def test_a_turn_keeps_other_processes_out_until_its_end(course: Course) -> None:
    with writers_turn(course):
        assert not is_free(course)
        with writers_turn(course):
            pass
        assert not is_free(course), "the end of an inner turn is not the end of the turn"
    assert is_free(course)


def test_a_turn_at_one_course_is_none_at_another(course: Course, tmp_path: Path) -> None:
    other = course_in(tmp_path / "other")
    with writers_turn(course), writers_turn(other):
        assert not is_free(course)
        assert not is_free(other)
    assert is_free(course)


def test_a_turn_that_breaks_off_is_over(course: Course) -> None:
    with pytest.raises(ValueError, match="broken off"), writers_turn(course):
        raise ValueError("broken off")
    assert is_free(course)
    with writers_turn(course):
        assert not is_free(course)


def test_two_threads_that_look_and_then_add_add_once(course: Course) -> None:
    class Gradebook:
        """Looks, lets the other one look as well, and adds: without turns, both add."""

        rows: list[str] = []  # noqa: RUF012  # shared on purpose, as a database is
        both_looked = threading.Barrier(2)

        def update_or_create_student(self, name: str) -> str:
            if name not in self.rows:
                with suppress(threading.BrokenBarrierError):
                    self.both_looked.wait(timeout=0.2)
                self.rows.append(name)
            return name

        update_or_create_submission = update_or_create_student

    take_turns(Gradebook, course)
    take_turns(Gradebook, course)
    graders = [threading.Thread(target=Gradebook().update_or_create_student, args=("ada",)) for _ in range(2)]
    for grader in graders:
        grader.start()
    for grader in graders:
        grader.join(timeout=60)
    assert Gradebook.rows == ["ada"]
