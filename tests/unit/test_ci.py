"""The parts of ``steepest ci``: what is found, what is written and when, and that no secret stays behind."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from steepest._secret import forget
from steepest.ci import NOT_YET, not_graded
from steepest.ci_inputs import find_notebook, open_place
from steepest.ci_order import Order, student_of, take_secret
from steepest.course import Course
from steepest.errors import CourseError, NotebookError, SteepestError
from steepest.outputs.target import Mode, OutputFile, Target
from steepest.outputs.writers import WRITERS
from steepest.publication import BEGIN, Publication, put

ROOT = Path(__file__).parents[2]
PROPERTIES = ROOT / "assignments" / "inverse" / "test_inverse.py"


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A released folder without its notebook."""
    (tmp_path / "test_inverse.py").write_bytes(PROPERTIES.read_bytes())
    return tmp_path


def notebook_of(folder: Path, **order: object) -> Path | NotebookError:
    """Return what is found in a released folder."""
    asked = replace(Order("inverse", folder), **order)  # type: ignore[arg-type]
    return find_notebook(asked, open_place(asked))[0]


# ----------------------------------------------------------------------------------------------- finding


def test_a_released_folder_alone_gives_assignment_functions_and_points(released: Path) -> None:
    assignment = open_place(Order("inverse", released)).assignment
    assert assignment.id == "inverse"
    assert set(assignment.functions) == {"calculate_inverse", "safe_learning_rate"}
    assert assignment.points == 36


def test_a_released_folder_below_the_checkout_is_found_by_its_name(released: Path) -> None:
    (released / "inverse").mkdir()
    (released / "test_inverse.py").rename(released / "inverse" / "test_inverse.py")
    (released / "inverse" / "inverse.ipynb").touch()
    assert notebook_of(released) == released / "inverse" / "inverse.ipynb"


def test_another_assignment_than_the_released_one_is_refused_by_name(released: Path) -> None:
    with pytest.raises(CourseError, match=r"holds test_inverse\.py, and no test_svd\.py"):
        open_place(Order("svd", released))


def test_a_folder_without_properties_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SteepestError, match=r"test_<assignment>\.py"):
        open_place(Order("inverse", tmp_path))


def test_an_assignment_that_is_no_file_name_leads_nowhere(released: Path) -> None:
    with pytest.raises(SteepestError, match="unknown"):
        open_place(Order("../inverse", released))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["inverse.ipynb"], "inverse.ipynb"),
        (["Inverse.ipynb"], "Inverse.ipynb"),
        (["inverse.ipynb", "draft.ipynb"], "inverse.ipynb"),
        (["solution (1).ipynb"], "solution (1).ipynb"),
    ],
)
def test_the_notebook_that_counts_is_found(released: Path, names: list[str], found: str) -> None:
    for name in names:
        (released / name).touch()
    assert notebook_of(released) == released / found


def test_a_notebook_of_another_name_is_remarked(released: Path) -> None:
    (released / "solution.ipynb").touch()
    order = Order("inverse", released)
    _, (note,) = find_notebook(order, open_place(order))
    assert "solution.ipynb and not inverse.ipynb" in note


@pytest.mark.parametrize(("names", "reason"), [([], "there is no notebook"), (["a", "b"], "there are 2 notebooks")])
def test_none_or_several_notebooks_are_the_students_business(released: Path, names: list[str], reason: str) -> None:
    for name in names:
        (released / f"{name}.ipynb").touch()
    found = notebook_of(released)
    assert isinstance(found, NotebookError)
    assert reason in str(found)
    assert "inverse.ipynb" in found.way_out


def test_a_named_notebook_is_taken_as_it_is(released: Path) -> None:
    (released / "x").mkdir()
    (released / "x" / "y.ipynb").touch()
    assert notebook_of(released, notebook=Path("x/y.ipynb")) == released / "x" / "y.ipynb"


def test_a_named_notebook_that_is_not_there_is_no_zero(released: Path) -> None:
    (released / "inverse.ipynb").touch()
    with pytest.raises(CourseError, match=r"NOTEBOOK = invers.ipynb: there is no such file; here is inverse.ipynb"):
        notebook_of(released, notebook=Path("invers.ipynb"))


def test_a_course_that_lies_elsewhere_lends_no_notebook_of_its_own(tmp_path: Path) -> None:
    order = Order("inverse", tmp_path, course=ROOT / "course.yml")
    assert isinstance(find_notebook(order, open_place(order))[0], NotebookError)
    (tmp_path / "inverse.ipynb").touch()
    assert find_notebook(order, open_place(order))[0] == tmp_path / "inverse.ipynb"


def test_the_students_id_is_the_given_one_or_the_platforms_or_nobodys(tmp_path: Path) -> None:
    said = Order("inverse", tmp_path, environment={"GITHUB_ACTOR": "noether"})
    assert student_of(said) == "noether"
    assert student_of(replace(said, student="emmy")) == "emmy"
    assert student_of(replace(said, environment={"GITHUB_ACTOR": "a[bot]/.."})) == "you"


# ----------------------------------------------------------------------------------------------- the secret


def course_with_secret(folder: Path) -> Order:
    """Return an order in a course whose secret has a name of its own."""
    text = (ROOT / "course.yml").read_text().replace("STEEPEST_SECRET", "MY_COURSE_SECRET")
    kept = [line for line in text.splitlines() if not line.startswith("roster")]
    (folder / "course.yml").write_text("\n".join(kept))
    return Order("inverse", folder, exam="secret")


def test_the_secret_is_read_once_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_COURSE_SECRET", "a secret of at least 16 letters")
    order = course_with_secret(tmp_path)
    assert take_secret(order) == b"a secret of at least 16 letters"
    assert "MY_COURSE_SECRET" not in os.environ
    with pytest.raises(CourseError, match="not set"):
        take_secret(order)


def test_a_practice_run_forgets_a_secret_that_it_does_not_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_COURSE_SECRET", "a secret of at least 16 letters")
    monkeypatch.setenv("STEEPEST_SECRET", "another one, of the default name")
    assert take_secret(replace(course_with_secret(tmp_path), exam="practice")) is None
    assert not {"MY_COURSE_SECRET", "STEEPEST_SECRET"} & set(os.environ)


def test_a_course_file_with_mistakes_does_not_keep_the_secret_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEEPEST_SECRET", "a secret of at least 16 letters")
    (tmp_path / "course.yml").write_text("title: [")
    with pytest.raises(CourseError):
        take_secret(Order("inverse", tmp_path, exam="secret"))
    assert "STEEPEST_SECRET" not in os.environ


def test_a_forgotten_variable_is_not_in_proc_either() -> None:
    code = (
        "import os; from steepest._secret import forget; forget('STEEPEST_SECRET'); "
        "print('STEEPEST_SECRET' in os.environ, open('/proc/self/environ').read().count('hush'), os.environ['OTHER'], "
        "'OTHER=kept' in open('/proc/self/environ').read())"
    )
    environment = {"OTHER": "kept", "STEEPEST_SECRET": "hush " * 8, "LAST": "one"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["False", "0", "kept", "True"], done.stderr


def test_forgetting_what_is_not_there_does_nothing() -> None:
    forget("NO_SUCH_VARIABLE_OF_ANYBODY")


# ----------------------------------------------------------------------------------------------- publishing


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file of this process grow above 1000 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def target_in(folder: Path) -> Target:
    """Return a target in which every file lies below one folder."""
    environment = {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_OUTPUT": str(folder / "outputs")}
    return Target(folder, folder, environment)


def test_the_first_files_of_every_output_say_that_nothing_is_graded_yet(tmp_path: Path) -> None:
    publication = Publication(tuple(WRITERS), target_in(tmp_path))
    publication.show(not_graded(Order("inverse", tmp_path), NOT_YET))
    assert publication.problems == []
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(made) == {
        *("badge.json", "badge.svg", "junit.xml", "outputs", "report.html", "report.json", "result.json"),
        *("results.json", "summary", "summary.md"),
    }
    assert all("not graded" in text.lower() for text in made.values())


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_leaves_what_stood_there_and_no_half_file(tmp_path: Path) -> None:
    first = OutputFile(tmp_path / "a.json", b"{}")
    assert put([first]) == []
    (problem,) = put([replace(first, data=b"x" * 5000)])
    assert "File too large" in problem
    assert str(tmp_path / "a.json") in problem
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"{}"}


def test_a_section_is_replaced_and_the_words_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("before\n")
    for words in (b"first", b"second"):
        assert put([OutputFile(path, words, Mode.SECTION)]) == []
        with path.open("a") as stream:
            stream.write("after\n")
    text = path.read_text()
    assert text.startswith("before\n")
    assert "first" not in text
    assert text.count("second") == text.count(BEGIN.decode()) == 1
    assert text.count("after") == 2


def test_one_output_that_cannot_be_written_does_not_take_the_others_along(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    target = replace(target_in(tmp_path), checkout=tmp_path / "file")
    publication = Publication(("classroom50", "json"), target)
    publication.show(not_graded(Order("inverse", tmp_path), NOT_YET))
    (problem,) = publication.problems
    assert "result.json" in problem
    assert json.loads((tmp_path / "report.json").read_bytes())["fault"]


def test_every_output_of_course_yml_has_a_writer_or_is_the_terminals() -> None:
    from steepest._course_file import CourseEntry

    names = repr(CourseEntry.model_fields["outputs"].annotation)
    assert [name for name in WRITERS if f"'{name}'" not in names] == []
    assert isinstance(Course, type)
