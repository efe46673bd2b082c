"""The mutants: what is changed, that the oracles are content with right solutions, and what becomes of some mutants."""

from __future__ import annotations

import ast
from functools import cache

import numpy as np
import pytest

from .mutants import Judged, chosen, judge, judges, namespace, report, wheats_of
from .mutations import mutants
from .oracles import ORACLES, Violation

PROGRAM = """
def f(M, k=2):
    if k < 3:
        return -M.T @ M.abs().sum(dim=0)
    for j in range(k):
        M += 1.5 * j
    return torch.zeros(k, dtype=M.dtype) if k is None else (M**2 - 1)
"""


@cache
def texts() -> list[str]:
    """Return all mutants of the program."""
    return [mutant.text for mutant in mutants(PROGRAM)]


@pytest.mark.parametrize(
    "part",
    [
        *(
            "-M @ M.abs()",
            "return M.T @",
            "M.sum(dim=0)",
            "M.abs().mean(dim=0)",
            "sum(dim=1)",
            "sum()",
            "-M.T * M.abs()",
        ),
        *(
            "k <= 3",
            "k > 3",
            "if False",
            "if True",
            "k < 4",
            "k=1",
            "range(k + 1)",
            "range(k - 1)",
            "3.0 * j",
            "1.5 / j",
        ),
        *(
            "M -= 1.5",
            "torch.ones(k",
            "torch.zeros(k)",
            "k is not None",
            "else M - 1",
            "M ** 2 + 1",
            "M ** 3",
            "1 - M ** 2",
        ),
    ],
)
def test_each_kind_of_change_is_made(part: str) -> None:
    assert any(part in text for text in texts())


def test_every_mutant_is_another_program_than_the_original_and_the_others() -> None:
    dumps = [ast.dump(ast.parse(text)) for text in texts()]
    assert len(set(dumps)) == len(dumps)
    assert ast.dump(ast.parse(PROGRAM)) not in dumps


def test_the_same_seed_chooses_the_same_mutants_and_all_wheats_take_part() -> None:
    wheats = wheats_of("inverse")
    first = list(chosen(wheats, 90, seed=3))
    assert first == list(chosen(wheats, 90, seed=3))
    assert len(first) == len({text for _, text, _ in first}) == 90
    assert {name for name, _, _ in first} == set(wheats)
    assert first != list(chosen(wheats, 90, seed=4))


@pytest.mark.parametrize(
    ("assignment", "name", "rounds"),
    [
        ("gradients", "formulas_of_the_handout", 30),
        ("indicator", "svd_of_the_library", 30),
        ("inverse", "newton_schulz", 16),
    ],
)
def test_the_oracle_is_content_with_a_right_solution(assignment: str, name: str, rounds: int) -> None:
    (text,) = wheats_of(assignment, [name]).values()
    ORACLES[assignment](namespace(text), np.random.default_rng(1), rounds)


def test_the_oracle_is_not_content_with_a_changed_argument_or_a_wrong_value() -> None:
    (text,) = wheats_of("inverse", ["newton_schulz"]).values()
    for old, new in (("n**2", "n"), ("def calculate_inverse(M,", "def calculate_inverse(M_, *, M=None,")):
        assert old in text
        with pytest.raises((Violation, TypeError)):
            ORACLES["inverse"](namespace(text.replace(old, new)), np.random.default_rng(1), 16)


@pytest.mark.slow
def test_a_mutant_is_caught_survives_is_right_or_ends_its_process() -> None:
    judging = judges("inverse")
    (text,) = wheats_of("inverse", ["newton_schulz"]).values()
    assert judge(judging, "w", f"{text}\nunused = 1\n", "harmless").kind == "equivalent"
    assert judge(judging, "w", text.replace("2 / n**2", "2 / n"), "a factor").kind == "caught"
    assert judge(judging, "w", "import os\nos._exit(0)", "leaves").kind == "unknown"
    assert judge(judging, "w", "raise ValueError", "raises").kind == "caught"


def test_the_report_counts_only_mutants_that_break_a_promise() -> None:
    kinds = [
        Judged("w", "a", "X M = I", ("test_a",)),
        Judged("w", "b", "X M = I"),
        Judged("w", "c"),
        Judged("w", "d", "", ("t",)),
    ]
    text = report([*kinds, Judged("w", "e", unknown="ended")])
    assert "5 mutants: 2 are right solutions for the oracle, 2 break a promise, 1 unknown" in text
    assert "caught: 1 of 2 (50.0 %)" in text
    assert "survived  w, b: X M = I" in text
    assert "strict    w, d: t" in text
