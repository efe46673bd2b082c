"""The source notebook of the assignment ``inverse``: fit for nbgrader, true in what it says, and it runs."""

from __future__ import annotations

import ast
import shutil
import sys
import types
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assignments" / "inverse"
SIGNATURES = {
    "safe_learning_rate": "M, momentum",
    "calculate_inverse": "M, learning_rate=None, momentum=0.9, steps=2000, start=None",
}
POINTS = {"safe_learning_rate": 4, "calculate_inverse": 24, "convergence": 8}


@pytest.fixture
def source() -> NotebookNode:
    """The notebook with the solution in it."""
    notebook: NotebookNode = nbformat.read(FOLDER / "inverse.ipynb", as_version=nbformat.NO_CONVERT)
    return notebook


def labels(cell: NotebookNode) -> dict[str, Any]:
    """Return what nbgrader knows of a cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def released(source: NotebookNode) -> NotebookNode:
    """Return the notebook with solutions and mark schemes taken out by nbgrader."""
    from nbgrader.preprocessors import ClearMarkScheme, ClearSolutions

    for step in (ClearSolutions, ClearMarkScheme):
        source, _ = step().preprocess(source, {})
    return source


def definitions(notebook: NotebookNode) -> dict[str, ast.FunctionDef]:
    """Return the functions that the code cells define."""
    bodies = [ast.parse(cell.source).body for cell in notebook.cells if cell.cell_type == "code"]
    return {node.name: node for body in bodies for node in body if isinstance(node, ast.FunctionDef)}


def test_the_source_is_what_nbformat_and_nbgrader_ask_for(source: NotebookNode) -> None:
    from nbgrader.nbgraderformat import MetadataValidator

    assert (source.nbformat, source.nbformat_minor) == (4, 5)
    nbformat.validate(source)
    MetadataValidator().validate_nb(source)


def test_the_file_is_written_as_jupyter_writes_it(source: NotebookNode) -> None:
    written: str = nbformat.writes(source)
    assert (FOLDER / "inverse.ipynb").read_text(encoding="utf-8") == written + "\n"


def test_the_source_holds_no_outputs(source: NotebookNode) -> None:
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


def test_the_test_cells_carry_the_points_of_the_course(source: NotebookNode) -> None:
    tests = [cell for cell in source.cells if labels(cell).get("grade")]
    assert {labels(cell)["grade_id"]: labels(cell)["points"] for cell in tests} == POINTS
    course = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
    assert sum(POINTS.values()) == next(item for item in course["assignments"] if item["id"] == "inverse")["points"]


@pytest.mark.parametrize("exercise", POINTS)
def test_a_test_cell_is_locked_and_only_calls_check(source: NotebookNode, exercise: str) -> None:
    (cell,) = [cell for cell in source.cells if labels(cell).get("grade_id") == exercise]
    assert labels(cell)["locked"] is True
    assert labels(cell)["solution"] is False
    assert cell.metadata["steepest"] == {"exercise": exercise}
    assert cell.source.startswith("check(")
    assert "\n" not in cell.source


def test_the_written_question_has_a_mark_scheme_that_students_do_not_get(source: NotebookNode) -> None:
    (question,) = [cell for cell in source.cells if labels(cell).get("grade_id") == "why_faster"]
    assert labels(question)["task"] is True
    assert labels(question)["points"] == 4
    assert "One point for each" in question.source
    (given,) = [cell for cell in released(source).cells if cell.id == question.id]
    assert "MARK SCHEME" not in given.source
    assert "One point for each" not in given.source
    assert given.source.startswith("## 10. In your own words (4 points)")


@pytest.mark.parametrize("function", SIGNATURES)
def test_the_release_keeps_the_promised_signature_and_none_of_the_solution(source: NotebookNode, function: str) -> None:
    template = definitions(released(source))[function]
    assert ast.unparse(template.args) == SIGNATURES[function]
    docstring, stub = template.body
    assert ast.unparse(stub) == "raise NotImplementedError()"
    assert isinstance(docstring, ast.Expr)


def test_every_exercise_is_short(source: NotebookNode) -> None:
    exercises = [cell for cell in source.cells if labels(cell).get("solution")]
    assert len(exercises) >= 6
    assert max(len(cell.source.splitlines()) for cell in exercises) <= 20


def test_predictions_come_before_results(source: NotebookNode) -> None:
    asking = [cell for cell in source.cells if "**What do you expect" in cell.source]
    assert len(asking) >= 10
    after = [source.cells[source.cells.index(cell) + 1].cell_type for cell in asking[1:]]
    assert set(after) == {"code"}


def run_cells(source: NotebookNode, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the namespace after all code cells have run in this process, without checks and charts."""
    import plotly.graph_objects as go

    silent = types.ModuleType("steepest")
    silent.check = lambda *functions, **options: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "steepest", silent)
    monkeypatch.setattr(go.Figure, "show", lambda figure: None)
    namespace: dict[str, Any] = {}
    for cell in source.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, cell.id, "exec"), namespace)
    return namespace


@pytest.mark.slow
def test_the_figures_in_the_text_are_those_of_the_cells(
    source: NotebookNode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_cells(source, monkeypatch)
    printed = capsys.readouterr().out
    assert "diag(1, 2, 3, 4) needs 195 steps" in printed
    assert "level or faster in 28%" in printed, "the mark scheme says three in ten"

    spectrum = names["torch"].tensor([4.0, 3.0, 2.0, 1.0], dtype=names["torch"].float64)
    plain = names["predicted_losses"](spectrum, learning_rate=0.9, momentum=0.0, steps=100)
    assert next(step for step, loss in enumerate(plain) if loss < 1e-10) == 85
    factor = names["tail_factor"]
    assert float(factor(spectrum, 0.9, 0.0, n=4).max()) < 0.9, "plain descent wins at s = 1, 2, 3, 4"
    assert float(factor(0.1 * spectrum, 0.9, 0.0, n=4)[0]) > 0.95, "and loses at s = 0.4"


@pytest.mark.slow
def test_same_singular_values_give_the_same_curve_and_the_predicted_one(
    source: NotebookNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run_cells(source, monkeypatch)
    options = {"learning_rate": 0.9, "momentum": 0.9, "steps": 300}
    spectrum = names["torch"].tensor([4.0, 3.0, 2.0, 1.0], dtype=names["torch"].float64)
    diagonal = names["calculate_inverse"](names["diagonal"], start=names["zero"], **options)[1]
    dense = names["calculate_inverse"](names["dense"], start=names["zero"], **options)[1]
    assert dense == pytest.approx(diagonal, rel=1e-6)
    assert names["predicted_losses"](spectrum, **options) == pytest.approx(diagonal, rel=1e-6)


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.timeout(300)
def test_the_solved_notebook_runs_in_a_real_kernel_and_all_its_checks_hold(
    source: NotebookNode, tmp_path: Path
) -> None:
    from nbclient import NotebookClient

    shutil.copy(FOLDER / "test_inverse.py", tmp_path)
    NotebookClient(
        source, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    for exercise in POINTS:
        (cell,) = [cell for cell in source.cells if labels(cell).get("grade_id") == exercise]
        shown = "\n".join(output.get("text", "") or output["data"]["text/plain"] for output in cell.outputs)
        assert "properties hold on the practice matrices" in shown
        assert "✗" not in shown
    charts = [output for cell in source.cells for output in cell.get("outputs", []) if is_chart(output)]
    assert len(charts) == 6
    assert sum(len(str(chart)) for chart in charts) < 300_000


def is_chart(output: NotebookNode) -> bool:
    """Return whether an output is a plotly figure."""
    return "application/vnd.plotly.v1+json" in output.get("data", {})
