"""Reports to show: an ordinary one, a perfect one, one that the kit failed on, and one from a hostile student."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from steepest.linalg import predicted_losses
from steepest.model import (
    CellNote,
    Counterexample,
    Curve,
    GradeReport,
    HeatMap,
    Measurement,
    PropertyResult,
    Provenance,
    Tensor,
    Verdict,
)

PROVENANCE = Provenance(
    notebook_sha256="9f" * 32,
    properties_sha256="3c" * 32,
    judging_sha256="e4" * 32,
    exam_sha256="71" * 32,
    limits=(("call_cpu_s", 20), ("submission_cpu_s", 180), ("memory_mib", 2048)),
    walls=("landlock 7", "seccomp", "rlimits"),
    device="cpu",
    versions=(("steepest", "0.1.0"), ("numpy", "2.4.6"), ("torch", "2.13.0")),
)

TITLES = {
    "diagonal_matrices": "X M = I and M X = I for diagonal matrices.",
    "orthogonal_matrices": "X M = I and M X = I for orthogonal matrices.",
    "symmetric_positive_definite_matrices": "X M = I and M X = I for symmetric positive definite matrices.",
    "well_conditioned_matrices": "X M = I and M X = I for well-conditioned random matrices.",
    "large_matrices": "X M = I and M X = I for matrices scaled by 10000.",
    "small_matrices": "X M = I and M X = I for matrices scaled by 1/10000.",
    "one_by_one_matrices": "X M = I and M X = I for 1 x 1 matrices.",
    "float64_matrices": "X M = I and M X = I in float64.",
    "large_sides": "X M = I and M X = I for sides from 8 to 12.",
    "negative_determinants": "X M = I and M X = I for matrices with a negative determinant.",
    "identity": "The inverse of the identity is the identity.",
    "permutations": "X M = I and M X = I for permutation matrices.",
}


def passed(name: str, title: str, exercise: str, points: int) -> PropertyResult:
    """Return a property that holds."""
    return PropertyResult(f"test_{name}", title, exercise, Verdict.PASSED, points, points)


def matrix(*rows: tuple[float, ...], dtype: str = "float32") -> Tensor:
    """Return a matrix as a counterexample keeps it."""
    return Tensor((len(rows), len(rows[0])), dtype, tuple(entry for row in rows for entry in row))


def transposed_example() -> Counterexample:
    """Return the smallest matrix on which an inverse that was returned transposed shows."""
    return Counterexample(
        call="calculate_inverse(M)",
        arguments=(("M", matrix((1.0, 1.0), (0.0, 2.0))),),
        dtype="float32",
        condition_number=2.618034,
        returned="a float32 tensor of shape (2, 2), a list of 2000 numbers:\n[[ 1.   0. ]\n [-0.5  0.5]]",
        heat_map=HeatMap("X M - I", ((0.0, 1.0), (-0.5, -0.5))),
        measurement=Measurement("max |X M - I|", 1.0, 0.001),
    )


def slow_example() -> Counterexample:
    """Return a call whose losses fall more slowly than predicted."""
    spectrum = np.array([2.0, 1.0])
    predicted = predicted_losses(spectrum, 2, learning_rate=0.05, momentum=0.9, steps=400)
    measured = predicted_losses(spectrum, 2, learning_rate=0.05, momentum=0.0, steps=400)
    return Counterexample(
        call="calculate_inverse(M, learning_rate=0.05, momentum=0.9, steps=400, start=start)",
        arguments=(
            ("M", matrix((2.0, 0.0), (0.0, 1.0))),
            ("learning_rate", 0.05),
            ("momentum", 0.9),
            ("steps", 400.0),
            ("start", matrix((0.0, 0.0), (0.0, 0.0))),
        ),
        dtype="float32",
        condition_number=2.0,
        returned="a float32 tensor of shape (2, 2), a list of 400 numbers",
        curves=(
            Curve("losses that came back", tuple(map(float, measured))),
            Curve("predicted by theory", tuple(map(float, predicted))),
        ),
        measurement=Measurement("|rate - predicted rate|", 0.0871, 0.02),
    )


def rate_results() -> tuple[PropertyResult, ...]:
    """Return the results of safe_learning_rate: one that raised, one that passed."""
    raised = PropertyResult(
        "test_learning_rate_below_limit",
        "The learning rate is below the stability limit.",
        "safe_learning_rate",
        Verdict.ERRORED,
        0,
        250,
        message="safe_learning_rate raised ZeroDivisionError: float division by zero",
        help="Call it in the notebook with the matrix below.",
        counterexample=Counterexample(
            "safe_learning_rate(M, momentum=0)",
            (("M", matrix((1.0,))), ("momentum", 0.0)),
            "float32",
            1.0,
            "ZeroDivisionError: float division by zero",
        ),
    )
    positive = passed("not_too_small", "The learning rate is not absurdly small.", "safe_learning_rate", 150)
    return raised, positive


def inverse_results() -> tuple[PropertyResult, ...]:
    """Return the results of calculate_inverse: two failures among what passed."""
    ordinary = tuple(passed(name, title, "calculate_inverse", 200) for name, title in TITLES.items())
    failing = {
        "orthogonal_matrices": replace(
            ordinary[1],
            verdict=Verdict.FAILED,
            points=0,
            message="max |X M - I| = 1, allowed: at most 0.001",
            help="Check the order of the product: X M and M X differ unless X is the inverse on both sides.",
            measurement=Measurement("max |X M - I|", 1.31, 0.00214),
            exam_facts="orthogonal matrices: 7 x 7, float32, condition number 1",
            counterexample=transposed_example(),
        ),
        "large_sides": replace(
            ordinary[8],
            verdict=Verdict.FAILED,
            points=0,
            message="max |X M - I| = 0.0312, allowed: at most 0.00214",
            help="Take more steps, or a learning rate nearer to the stability limit.",
            measurement=Measurement("max |X M - I|", 0.0312, 0.00214),
            exam_facts="matrices with sides from 8 to 12: 11 x 11, float32, condition number 9.8",
            nondeterministic=True,
        ),
    }
    return tuple(failing.get(result.name.removeprefix("test_"), result) for result in ordinary)


def convergence_results() -> tuple[PropertyResult, ...]:
    """Return the results of the convergence: one that passed, one that failed, one that could not be asked."""
    return (
        passed("same_spectrum", "Matrices with the same spectrum converge alike.", "convergence", 400),
        PropertyResult(
            "test_tail_rate",
            "The measured rate of convergence matches the predicted one.",
            "convergence",
            Verdict.FAILED,
            150,
            300,
            message="|rate - predicted rate| = 0.0871, allowed: at most 0.02",
            help="Use the momentum that you are given: multiply the old velocity by it before adding the gradient.",
            measurement=Measurement("|rate - predicted rate|", 0.0871, 0.02),
            counterexample=slow_example(),
        ),
        PropertyResult(
            "test_budget",
            "Three steps are three steps.",
            "convergence",
            Verdict.SKIPPED,
            0,
            100,
            message="calculate_inverse has no parameter 'steps'",
            help="Add a parameter steps=2000 and do that many updates.",
        ),
    )


def ordinary_report() -> GradeReport:
    """Return a report with one of everything."""
    return GradeReport(
        assignment="inverse",
        student="noether",
        properties=(*rate_results(), *inverse_results(), *convergence_results()),
        notes=("calculate_inverse is defined twice, in cells 6 and 14; the last one is graded.",),
        cells=(CellNote(9, "!ls is not run here; use Python instead."), CellNote(12, "raised NameError: x")),
        provenance=PROVENANCE,
    )


def perfect_report() -> GradeReport:
    """Return a report without a lost point."""
    report = ordinary_report()
    results = tuple(passed(r.name.removeprefix("test_"), r.title, r.exercise, r.max_points) for r in report.properties)
    return replace(report, student="emmy", properties=results, notes=(), cells=())


def fault_report() -> GradeReport:
    """Return the report of a grading in which the kit failed."""
    return replace(
        ordinary_report(), student="hilbert", fault="property test_budget broke: KeyError: 'M'", cells=(), notes=()
    )


def hostile_report() -> GradeReport:
    """Return a report whose every text attacks the page, the terminal or the file."""
    attack = (
        '<script>alert(1)</script><img src=x onerror="alert(2)">" onload="alert(3)"'
        "</style></title></svg>{{ 7*7 }}{% raw %}[red]markup[/red][link=file:///x]:smile:"
        "\x1b[31mred\x1b]52;c;cm0=\x07\x9b2J\u202egpj.exe\u2066\ud800\x00&lt;&#39;'javascript:alert(4)"
    )
    wild = ((math.nan, math.inf), (-math.inf, 1e308))
    example = Counterexample(
        call=attack,
        arguments=((attack, matrix(*wild, dtype=attack)), ("__class__", 1e400), ("M", Tensor((0, 3, 2), attack, ()))),
        dtype=attack,
        condition_number=math.inf,
        returned=attack * 2000,
        heat_map=HeatMap(attack, wild),
        curves=(Curve(attack, (math.nan, 0.0, -1.0, math.inf, 1e-300, 1e300)), Curve("", ())),
        measurement=Measurement(attack, math.nan, 0.001),
    )
    result = PropertyResult(
        name=attack,
        title=attack,
        exercise=attack,
        verdict=Verdict.FAILED,
        points=0,
        max_points=100,
        message=attack,
        help=attack,
        measurement=Measurement(attack, math.inf, math.nan, at_least=True),
        exam_facts=attack,
        counterexample=example,
        nondeterministic=True,
    )
    quiet = replace(result, counterexample=None, measurement=None)
    return replace(
        ordinary_report(),
        assignment=attack,
        student=attack,
        properties=(result, quiet, replace(quiet, verdict=Verdict.TIMED_OUT), replace(quiet, verdict=Verdict.SKIPPED)),
        notes=(attack, "x" * 100_000),
        cells=(CellNote(1, attack),),
        provenance=replace(PROVENANCE, device=attack, walls=(attack,), versions=((attack, attack),)),
    )
