"""The corpus: every file is what it says, and a sample of it is graded as it says, on the path of submissions.

Most of the corpus was written from the hand-outs alone, by people who had not read the properties (docs/validity.md).
All of it, on many exams, is graded by ``make corpus EXAMS=20``.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from steepest._definitions import defined_names
from steepest.confusion import Kind, Run, regressions
from steepest.corpus import run as corpus_run
from steepest.corpus.files import CorpusSource, choose, find_sources, path_of, read_sample
from steepest.corpus.kept import Kept
from steepest.corpus.run import Sitting, Subject, confusion_of, prepare, run, sittings
from steepest.course import Assignment, load_course
from steepest.grade_class import confining_walls
from steepest.notebook import graded_sources, parse_notebook
from steepest.outputs.corpus_json import dump_confusions
from steepest.outputs.corpus_terminal import regression_text
from steepest.plugin import collect_properties

from .mutants import namespace

CORPUS = Path(__file__).parent
ASSIGNMENTS = load_course(CORPUS.parents[1] / "course.yml").assignments
VERDICTS_ONLY = 2
"""An exam on which failures are not explained."""

AGAIN = ("inverse/wheats/newton_schulz", "inverse/chaffs/answer_transposed", "inverse/chaffs/rate_from_largest_entry")


def sources_of(assignment: Assignment) -> tuple[CorpusSource, ...]:
    """Return the corpus of an assignment."""
    return find_sources(CORPUS, [assignment.id])


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda assignment: assignment.id)
def test_every_file_has_a_first_line_and_defines_what_the_assignment_asks(assignment: Assignment) -> None:
    for source in sources_of(assignment):
        (cell,) = graded_sources(parse_notebook(source.notebook))
        assert set(assignment.functions) <= set(defined_names(cell.source)), path_of(source.file)


def parameters(function: Callable[..., object]) -> set[str]:
    """Return the parameters that a function can be given by name, ``**`` for any."""
    found = inspect.signature(function).parameters.values()
    return {"**" if each.kind is each.VAR_KEYWORD else each.name for each in found}


def promised(assignment: Assignment) -> dict[str, set[str]]:
    """Return the parameters that the hand-out gives each function of an assignment."""
    cells = [cell.source for cell in graded_sources(parse_notebook(assignment.notebook.read_bytes()))]
    nodes = (node for cell in cells for node in ast.parse(cell).body)
    functions = {node.name: node.args for node in nodes if isinstance(node, ast.FunctionDef)}
    return {name: {each.arg for each in functions[name].args} for name in assignment.functions}


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda assignment: assignment.id)
def test_every_right_solution_says_which_parameters_of_the_hand_out_it_lacks(assignment: Assignment) -> None:
    for source in (source for source in sources_of(assignment) if source.file.kind is Kind.WHEAT):
        functions = namespace((CORPUS / f"{path_of(source.file)}.py").read_text("utf-8"))
        options = {name: parameters(functions[name]) for name in assignment.functions}
        lacking = [promised(assignment)[name] - found for name, found in options.items() if "**" not in found]
        assert set().union(*lacking) == set(source.file.lacks), path_of(source.file)


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda assignment: assignment.id)
def test_every_wrong_solution_names_properties_that_exist(assignment: Assignment) -> None:
    names = {info.name for info in collect_properties(assignment.properties)}
    known = names | {name.partition("[")[0] for name in names}
    wrong = [source.file for source in sources_of(assignment) if source.file.breaks]
    assert {file.name for file in wrong if not file.fires or not set(file.fires) <= known} == set()


def test_the_sample_holds_right_and_wrong_solutions_of_every_assignment() -> None:
    kinds = {tuple(name.split("/")[:2]) for name in read_sample(CORPUS)}
    assert kinds >= {(assignment.id, kind) for assignment in ASSIGNMENTS for kind in ("wheats", "chaffs")}


def chosen_sittings(names: Sequence[str]) -> tuple[tuple[Subject, ...], tuple[Sitting, ...]]:
    """Return the assignments of some files, and these files on an exam without explanations."""
    sources = choose([source for assignment in ASSIGNMENTS for source in sources_of(assignment)], names)
    asked = {source.file.assignment for source in sources}
    subjects = tuple(prepare(each, [VERDICTS_ONLY]) for each in ASSIGNMENTS if each.id in asked)
    return subjects, sittings(subjects, sources, confining_walls())


def matrix(subjects: Sequence[Subject], results: Sequence[tuple[Sitting, Run]], names: Sequence[str]) -> bytes:
    """Return the confusion matrix of those results that belong to some files."""
    mine = [(sitting, each) for sitting, each in results if path_of(sitting.source.file) in names]
    return dump_confusions([confusion_of(subject, mine) for subject in subjects])


@pytest.mark.slow
def test_the_sample_is_judged_as_its_first_lines_say_on_any_number_of_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects, wanted = chosen_sittings(read_sample(CORPUS))
    results = list(run(wanted, Kept(tmp_path / "two"), jobs=2))
    confusions = [confusion_of(subject, results) for subject in subjects]
    assert [regression_text(found) for confusion in confusions for found in regressions(confusion)] == []

    some, again = chosen_sittings(AGAIN)
    alone = list(run(again, Kept(tmp_path / "one"), jobs=1))
    assert matrix(some, alone, AGAIN) == matrix(some, results, AGAIN)

    def nothing_left(work: Sequence[object], jobs: int) -> Sequence[object]:
        assert not work
        return ()

    monkeypatch.setattr(corpus_run, "grade_each", nothing_left)
    kept = list(run(wanted, Kept(tmp_path / "two"), jobs=2))
    assert dump_confusions([confusion_of(each, kept) for each in subjects]) == dump_confusions(confusions)
