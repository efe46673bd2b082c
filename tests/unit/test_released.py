"""A released folder tells which assignment it holds, without a course.yml."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from steepest.errors import NotebookError
from steepest.released import NoPropertiesError, asked_functions, notebook_in, released_assignment
from tests.e2e.conftest import ROOT, notebook

PROPERTIES = ROOT / "assignments" / "inverse" / "test_inverse.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A released folder without its notebook."""
    shutil.copy(PROPERTIES, tmp_path)
    return tmp_path


def test_the_assignment_is_what_course_yml_says_of_it(folder: Path) -> None:
    found = released_assignment(folder)
    assert found.id == "inverse"
    assert set(found.functions) == {"safe_learning_rate", "calculate_inverse"}
    assert found.max_points == 3600
    assert found.properties == (folder / "test_inverse.py").resolve()


def test_a_function_that_is_only_named_in_a_text_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text('"""student.f"""\ndef test_a(student):\n    student.b(1)\n    teacher.c(2)\n    student.a(1)\n')
    assert asked_functions(path) == ("b", "a")


@pytest.mark.parametrize("names", [["inverse.ipynb"], ["mine.ipynb"], ["copy.ipynb", "inverse.ipynb"]])
def test_the_notebook_is_the_only_one_or_the_one_with_the_right_name(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).write_bytes(notebook(""))
    assert notebook_in(folder).name == names[-1]


@pytest.mark.parametrize(("names", "said"), [([], "no notebook"), (["a.ipynb", "b.ipynb"], r"a\.ipynb, b\.ipynb")])
def test_a_folder_without_a_clear_notebook_says_which_to_keep(folder: Path, names: list[str], said: str) -> None:
    for name in names:
        (folder / name).write_bytes(notebook(""))
    with pytest.raises(NotebookError, match=rf"holds {said}.*Try: keep one, named inverse\.ipynb"):
        notebook_in(folder)


def test_a_folder_with_two_files_of_properties_names_both(folder: Path) -> None:
    shutil.copy(PROPERTIES, folder / "test_svd.py")
    with pytest.raises(NoPropertiesError, match=r"test_inverse\.py, test_svd\.py"):
        released_assignment(folder)
