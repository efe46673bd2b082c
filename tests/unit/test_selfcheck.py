"""The self-check: in the student's own process, and by plain pytest in the released folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.model import Verdict
from steepest.released import NoPropertiesError
from steepest.selfcheck import SelfCheckError, check, check_exercise
from tests.e2e.conftest import RIGHT, ROOT, TRANSPOSED, notebook

WORDS = "orthogonal or negative_determinant or well_conditioned_matrices or diagonal"
PROPERTIES = ROOT / "assignments" / "inverse" / "test_inverse.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A released folder without its notebook."""
    shutil.copy(PROPERTIES, tmp_path)
    return tmp_path


def functions(source: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(source, namespace)
    return namespace


def test_a_right_solution_passes_every_property_of_an_exercise(folder: Path) -> None:
    results = check_exercise(functions(RIGHT), "safe_learning_rate", folder)  # type: ignore[arg-type]
    assert results
    assert {result.verdict for result in results} == {Verdict.PASSED}


def test_a_wrong_solution_is_told_apart_with_a_small_counterexample(folder: Path) -> None:
    results = check_exercise(functions(TRANSPOSED), "calculate_inverse", folder)  # type: ignore[arg-type]
    failed = [result for result in results if result.verdict is Verdict.FAILED]
    assert failed
    assert all(result.counterexample is not None for result in failed)


def test_the_exercise_is_named_after_the_first_function(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    check(functions(RIGHT)["safe_learning_rate"])  # type: ignore[arg-type]
    assert "All 5 properties hold" in " ".join(capsys.readouterr().out.split())


def test_an_unknown_exercise_lists_those_that_exist(folder: Path) -> None:
    with pytest.raises(SelfCheckError, match="safe_learning_rate, calculate_inverse, convergence"):
        check_exercise({}, "calculate_invrse", folder)


def test_a_folder_without_properties_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoPropertiesError, match="work in the folder in which you got the notebook"):
        check_exercise({}, "calculate_inverse", tmp_path)


@pytest.mark.slow
def test_a_student_can_run_the_properties_with_plain_pytest(folder: Path) -> None:
    (folder / "inverse.ipynb").write_bytes(notebook(TRANSPOSED))
    command = [sys.executable, "-m", "pytest", "test_inverse.py", "-q", "-p", "no:cacheprovider", "-k", WORDS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110)
    assert done.returncode == 1
    assert re.search(r"FAILED test_inverse.py::test_(orthogonal|negative|well)", done.stdout)
    assert "max |X M - I|" in done.stdout
    assert "Try: " in done.stdout
    assert "DeadlineExceeded" not in done.stdout
    assert "FAILED test_inverse.py::test_diagonal_matrices" not in done.stdout


@pytest.mark.slow
@pytest.mark.kernel
def test_a_failing_check_shows_a_picture_in_a_notebook(folder: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    source = f"from steepest import check\n{TRANSPOSED}\ncheck(calculate_inverse)"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbclient.NotebookClient(book, timeout=200, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = book.cells[0].outputs
    shown = [output.data for output in outputs if output.output_type == "display_data"]
    (picture,) = [data for data in shown if "image/svg+xml" in data]
    assert "Mend this first:" in "".join(data["text/plain"] for data in shown)
    assert picture["image/svg+xml"].startswith("<svg")
    assert picture["text/plain"] == "[picture: X M - I]"
