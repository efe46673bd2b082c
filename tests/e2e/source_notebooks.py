"""What every source notebook of the course is asked, whatever its assignment is."""

from __future__ import annotations

import ast
import shutil
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SourceNotebook:
    """A source notebook and what its assignment promises.

    Args:
        assignment: The id.
        signatures: The parameters of each graded function, as they are written.
        points: The points of each test cell, by exercise.
        written: The points of each written question, by grade_id.
        charts: How many charts the solved notebook shows.
    """

    assignment: str
    signatures: dict[str, str]
    points: dict[str, int]
    written: dict[str, int]
    charts: int

    @property
    def path(self) -> Path:
        """Where the notebook lies."""
        return ROOT / "assignments" / self.assignment / f"{self.assignment}.ipynb"

    def read(self) -> NotebookNode:
        """Return the notebook with the solution in it."""
        found: NotebookNode = nbformat.read(self.path, as_version=nbformat.NO_CONVERT)
        return found

    def cell(self, grade_id: str) -> NotebookNode:
        """Return the only cell with a grade_id."""
        cells: list[NotebookNode] = [cell for cell in self.read().cells if labels(cell).get("grade_id") == grade_id]
        (found,) = cells
        return found


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


def is_chart(output: NotebookNode) -> bool:
    """Return whether an output is a plotly figure."""
    return "application/vnd.plotly.v1+json" in output.get("data", {})


class SourceNotebookTests:
    """The tests of a source notebook; a test module derives from it and sets ``book``."""

    book: SourceNotebook

    def test_the_source_is_what_nbformat_and_nbgrader_ask_for(self) -> None:
        from nbgrader.nbgraderformat import MetadataValidator

        source = self.book.read()
        assert (source.nbformat, source.nbformat_minor) == (4, 5)
        nbformat.validate(source)
        MetadataValidator().validate_nb(source)

    def test_the_file_is_written_as_jupyter_writes_it(self) -> None:
        written: str = nbformat.writes(self.book.read())
        assert self.book.path.read_text(encoding="utf-8") == written + "\n"

    def test_the_source_holds_no_outputs(self) -> None:
        code = [cell for cell in self.book.read().cells if cell.cell_type == "code"]
        assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []

    def test_the_test_cells_carry_the_points_of_the_course(self) -> None:
        tests = [cell for cell in self.book.read().cells if labels(cell).get("grade")]
        assert {labels(cell)["grade_id"]: labels(cell)["points"] for cell in tests} == self.book.points
        course = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
        (entry,) = [item for item in course["assignments"] if item["id"] == self.book.assignment]
        assert sum(self.book.points.values()) == entry["points"]
        assert entry["functions"] == list(self.book.signatures)

    def test_a_test_cell_is_locked_and_only_calls_check(self) -> None:
        for exercise in self.book.points:
            cell = self.book.cell(exercise)
            assert labels(cell)["locked"] is True
            assert labels(cell)["solution"] is False
            assert cell.metadata["steepest"] == {"exercise": exercise}
            assert cell.source.startswith("check(")
            assert "\n" not in cell.source

    def test_a_written_question_has_a_mark_scheme_that_students_do_not_get(self) -> None:
        for grade_id, points in self.book.written.items():
            question = self.book.cell(grade_id)
            assert labels(question)["task"] is True
            assert labels(question)["points"] == points
            assert "One point for each" in question.source
            assert f"({points} points)" in question.source.splitlines()[0]
        shown = "\n".join(cell.source for cell in released(self.book.read()).cells)
        assert "MARK SCHEME" not in shown
        assert "One point for each" not in shown

    def test_the_release_keeps_the_promised_signatures_and_none_of_the_solution(self) -> None:
        templates = definitions(released(self.book.read()))
        for function, parameters in self.book.signatures.items():
            assert ast.unparse(templates[function].args) == parameters
            docstring, stub = templates[function].body
            assert ast.unparse(stub) == "raise NotImplementedError()"
            assert isinstance(docstring, ast.Expr)

    def test_every_exercise_is_short(self) -> None:
        exercises = [cell for cell in self.book.read().cells if labels(cell).get("solution")]
        assert len(exercises) >= 4
        assert max(len(cell.source.splitlines()) for cell in exercises) <= 20

    def test_predictions_come_before_results(self) -> None:
        cells = self.book.read().cells
        asking = [place for place, cell in enumerate(cells) if "**What do you expect" in cell.source][1:]
        assert len(asking) >= 8
        assert {cells[place + 1].cell_type for place in asking} == {"code"}

    @pytest.mark.slow
    @pytest.mark.kernel
    @pytest.mark.timeout(300)
    def test_the_solved_notebook_runs_in_a_real_kernel_and_all_its_checks_hold(self, tmp_path: Path) -> None:
        from nbclient import NotebookClient

        source = self.book.read()
        shutil.copy(self.book.path.with_name(f"test_{self.book.assignment}.py"), tmp_path)
        NotebookClient(
            source, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
        cells = {labels(cell).get("grade_id"): cell for cell in source.cells}
        for exercise in self.book.points:
            outputs = cells[exercise].outputs
            shown = "\n".join(output.get("text", "") or output["data"]["text/plain"] for output in outputs)
            assert "properties hold on the practice matrices" in shown
            assert "✗" not in shown
        charts = [output for cell in source.cells for output in cell.get("outputs", []) if is_chart(output)]
        assert len(charts) == self.book.charts
        assert sum(len(str(chart)) for chart in charts) < 400_000
