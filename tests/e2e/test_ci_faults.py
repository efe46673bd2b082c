"""Every way in which a submission can be wrong ends in valid results of every format, with the cause in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from steepest.ci import Done, Run
from steepest.ci_order import Order
from steepest.errors import SandboxUnavailableError
from steepest.grade_class import confining_walls
from steepest.outputs.report_json import load_report
from steepest.outputs.writers import WRITERS
from steepest.sandbox.client import Zygote
from tests.e2e.ci_folder import clone_in
from tests.e2e.conftest import RIGHT, notebook

pytestmark = pytest.mark.slow

ENOUGH = "def safe_learning_rate(M, momentum=0.9):\n    return 0.1\n"
JULIA = {"kernelspec": {"language": "julia"}, "language_info": {"name": "julia"}}


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One zygote for all faults: each would import torch anew."""
    with Zygote() as running:
        yield running


@pytest.fixture
def graded(zygote: Zygote, tmp_path: Path) -> Callable[..., Done]:
    """Return the grading of a clone with these files, with every output there is."""

    def grade(files: dict[str, bytes], **order: object) -> Done:
        clone = clone_in(tmp_path / "clone")
        for name, data in files.items():
            (clone.root / name).write_bytes(data)
        asked = Order("inverse", clone.root, write=tuple(WRITERS), **order)  # type: ignore[arg-type]
        return Run(asked, confining_walls, start=lambda _: nullcontext(zygote)).finish()

    return grade


def check_results(done: Done, cause: str) -> None:
    """Assert that every file is valid, and that the cause is told in each that holds text."""
    assert done.problems == ()
    folder = done.folder
    report = load_report((folder / "report.json").read_bytes())
    told = {
        "report.json": (folder / "report.json").read_text(),
        # A page for students says that it was the grader's fault, not what broke.
        **({} if report.needs_human else {"report.html": unescape((folder / "report.html").read_text())}),
        "junit.xml": "".join(ElementTree.parse(folder / "junit.xml").getroot().itertext())
        + str([element.attrib for element in ElementTree.parse(folder / "junit.xml").iter()]),
        "results.json": json.dumps(json.loads((folder / "results.json").read_bytes())),
        "result.json": json.dumps(json.loads((folder.parents[2] / "result.json").read_bytes())),
        "summary.md": (folder / "summary.md").read_text().replace("&#95;", "_").replace("&#39;", "'"),
    }
    assert [name for name, text in told.items() if cause not in text] == []
    assert all("not graded yet" not in text for text in told.values())


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        pytest.param({}, "there is no notebook", id="no notebook"),
        pytest.param(
            {"a.ipynb": b"1", "b.ipynb": b"2"}, "there are 2 notebooks (a.ipynb, b.ipynb)", id="two notebooks"
        ),
        pytest.param({"inverse.ipynb": b""}, "the file is empty", id="empty file"),
        pytest.param({"inverse.ipynb": b"[1, 2"}, "not valid JSON", id="not JSON"),
        pytest.param({"inverse.ipynb": b"\n" * 100_000_000}, "more than the 20971520 allowed", id="100 MB"),
        pytest.param({"inverse.ipynb": notebook("1").replace(b"{}", json.dumps(JULIA).encode())}, "julia", id="julia"),
    ],
)
def test_a_notebook_that_cannot_be_read_earns_nothing_and_is_told_why(
    graded: Callable[..., Done], files: dict[str, bytes], cause: str
) -> None:
    done = graded(files)
    assert done.report.fault is None
    assert (done.report.points, done.report.max_points) == (0, 3600)
    check_results(done, cause)


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        pytest.param(ENOUGH, "calculate_inverse was not found in the notebook", id="function missing"),
        pytest.param(
            ENOUGH + "def calculate_inverse():\n    return 1", "takes 0 positional arguments", id="wrong signature"
        ),
        pytest.param("import no_such_package\n" + RIGHT, "No module named 'no_such_package'", id="missing dependency"),
    ],
)
def test_a_notebook_that_does_not_work_is_told_why(graded: Callable[..., Done], source: str, cause: str) -> None:
    done = graded({"inverse.ipynb": notebook(source)})
    assert done.report.fault is None
    assert done.report.points < done.report.max_points
    check_results(done, cause)


def test_a_notebook_of_another_name_is_graded_and_remarked(graded: Callable[..., Done]) -> None:
    done = graded({"solution.ipynb": notebook(RIGHT)})
    assert done.report.points == 3600
    assert "solution.ipynb and not inverse.ipynb" in (done.folder / "summary.md").read_text().replace("&#46;", ".")
    assert any("file=solution.ipynb" in line for line in done.log)


@pytest.mark.parametrize(
    ("order", "cause"),
    [
        ({"exam": "none.safetensors"}, "there is no exam yet"),
        ({"exam": "secret"}, "needs a course.yml"),
        ({"device": "cuda"}, "device cuda: CUDA_VISIBLE_DEVICES hides every device"),
    ],
)
def test_what_the_runner_lacks_is_no_score(
    graded: Callable[..., Done], order: dict[str, str], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    done = graded({"inverse.ipynb": notebook(RIGHT)}, **order)
    assert done.report.needs_human
    check_results(done, cause)


def test_no_sandbox_is_no_score(zygote: Zygote, tmp_path: Path) -> None:
    def nothing_stands() -> tuple[()]:
        raise SandboxUnavailableError("untrusted code cannot be confined on this machine")

    clone = clone_in(tmp_path / "clone", notebook(RIGHT))
    order = Order("inverse", clone.root, write=tuple(WRITERS))
    done = Run(order, nothing_stands, start=lambda _: nullcontext(zygote)).finish()
    assert done.report.needs_human
    check_results(done, "untrusted code cannot be confined")


def test_a_fault_of_the_kit_itself_is_told_and_is_no_score(tmp_path: Path) -> None:
    def broken(_: object) -> nullcontext[Zygote]:
        raise ZeroDivisionError

    clone = clone_in(tmp_path / "clone", notebook(RIGHT))
    done = Run(Order("inverse", clone.root, write=tuple(WRITERS)), confining_walls, start=broken).finish()
    assert done.report.needs_human
    check_results(done, "the grader broke (ZeroDivisionError)")


def test_no_clock_and_no_random_number_is_in_a_result(
    graded: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    def results() -> dict[str, bytes]:
        done = graded({"inverse.ipynb": notebook(ENOUGH)})
        files = [*done.folder.iterdir(), done.folder.parents[2] / "result.json"]
        return {path.name: path.read_bytes() for path in files}

    first = results()
    monkeypatch.setattr("time.time", lambda: 4e9)  # the clock jumps by decades
    assert results() == first
