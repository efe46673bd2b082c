"""The corpus of the inverse: every file is what it says, and a sample of it is judged as it says.

The corpus was written from the hand-out alone, by somebody who had not read the properties.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from steepest.exam import practice_exam
from steepest.model import Verdict
from steepest.plugin import all_families, collect_properties, replay
from steepest.sandbox.inprocess import NamespaceCaller
from steepest.student import Student

ROOT = Path(__file__).parent.parent.parent
PROPERTIES = ROOT / "assignments" / "inverse" / "test_inverse.py"
CORPUS = Path(__file__).parent / "inverse"
WHEATS = sorted(CORPUS.glob("wheats/*.py"))
CHAFFS = sorted(CORPUS.glob("chaffs/*.py"))
SAMPLE = (
    *("double_inside", "exact_line_search", "gram_matrix_once", "named_tuple"),
    *("answer_transposed", "float32_for_float64", "gradient_without_transpose", "losses_after_the_update"),
    *("momentum_ignored", "rate_from_largest_entry"),
)


def lost_by(path: Path) -> set[str]:
    """Return the properties that a solution does not have, on the practice exam."""
    namespace: dict[str, object] = {"__name__": path.stem}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    exam = practice_exam("inverse", all_families(collect_properties(PROPERTIES)))
    tried = replay(PROPERTIES, Student(NamespaceCaller(namespace)), exam)
    return {each.trial.info.name for each in tried if any(o.verdict is not Verdict.PASSED for _, o in each.outcomes)}


@pytest.mark.parametrize("path", [*WHEATS, *CHAFFS], ids=lambda path: path.stem)
def test_a_file_says_what_it_is_and_defines_both_functions(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# wheat: " if path in WHEATS else "# chaff: ")
    assert path in WHEATS or " | breaks: " in text.splitlines()[0]
    names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert {"safe_learning_rate", "calculate_inverse"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in WHEATS if path.stem in SAMPLE], ids=lambda path: path.stem)
def test_a_right_solution_loses_nothing(path: Path) -> None:
    assert lost_by(path) == set()


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in CHAFFS if path.stem in SAMPLE], ids=lambda path: path.stem)
def test_a_wrong_solution_loses_something(path: Path) -> None:
    assert lost_by(path)
