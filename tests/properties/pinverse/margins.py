"""How far honest pseudo-inverses stay from each bound: ``python -m tests.properties.pinverse.margins --seeds 20``.

Prints the worst value of all honest styles for each residual, as a share of its bound, and the style that it belongs
to. About 20 CPU seconds a seed; nothing depends on the time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from steepest.answers import Array
from steepest.expect.pinverse import CONDITIONS, GRADIENT_BOUND, expect_answer
from steepest.linalg import max_abs, relative_residual
from steepest.linalg.pinverse import (
    ACCURACY,
    accuracy_bounds,
    penrose_residuals,
    pinverse_gradient,
    pinverse_gradient_terms,
    pseudo_inverse,
    rcond_at_gap,
)
from steepest.strategies import Family
from steepest.strategies.pinverse import (
    FAMILIES,
    GAPPED,
    GAPPED_RESCALED,
    ILL_CONDITIONED,
    LOWER_RANK,
    SHAPES,
    TALL,
    WIDE,
)
from steepest.strategies.pinverse_batches import BATCH, GAPPED_BATCH
from steepest.student import Student

from ..caller import InProcessCaller
from ..exam import exam_matrices
from .honest import STYLES

CUT = (GAPPED, GAPPED_RESCALED, GAPPED_BATCH)
DIFFERENTIATED = (SHAPES, TALL, WIDE, LOWER_RANK, BATCH)
GRADIENT = "max |gradient - expected| / max |largest term|"
ON_THE_WAY = "|X A - I| / |I| after 3 steps, at least"
LEAST = 0.03
"""What `three_steps_are_only_three_steps` asks for."""

Value = tuple[str, float]


def _penrose_values(student: Student, family: Family, seed: int) -> Iterator[Value]:
    for A in exam_matrices(family, seed):
        rcond = rcond_at_gap(A) if family in CUT else None
        options = {} if rcond is None else {"rcond": rcond}
        X = expect_answer(student.calculate_pinverse(A, **options), A, (*A.shape[:-2], *A.shape[:-3:-1]))
        for name, residuals in zip(CONDITIONS, penrose_residuals(X, A, rcond), strict=True):
            suffix = "" if rcond is None else ", rcond given"
            yield name + suffix, float((residuals / accuracy_bounds(A, rcond)).max(initial=0.0))


def _gradient_error(student: Student, A: Array) -> float:
    X = pseudo_inverse(A).astype(A.dtype)
    G = (np.arange(1, A.size + 1) % 5 / 2 + 0.5).reshape(X.shape).astype(A.dtype)
    found = student.pinverse_gradient(A, X, G).tensor(shape=A.shape, dtype=A.dtype)
    sizes = np.max([np.abs(term).max((-2, -1), keepdims=True) for term in pinverse_gradient_terms(A, X, G)], axis=0)
    return max_abs((found - pinverse_gradient(A, X, G)) / sizes)


def values_of(style: str, seed: int) -> Iterator[Value]:
    """Yield each error of a style on the matrices of an exam: as a share of its bound, but for the last one."""
    calculate_pinverse, gradient = STYLES[style]
    student = Student(InProcessCaller(calculate_pinverse=calculate_pinverse, pinverse_gradient=gradient))
    for family in FAMILIES:
        if family is not ILL_CONDITIONED:
            yield from _penrose_values(student, family, seed)
    for family in DIFFERENTIATED:
        for A in exam_matrices(family, seed):
            yield GRADIENT, _gradient_error(student, A) / GRADIENT_BOUND
    for A in (*exam_matrices(ILL_CONDITIONED, seed), *ILL_CONDITIONED.ladder):
        X = student.calculate_pinverse(A, steps=3).tensor(shape=A.shape, dtype=A.dtype)
        yield ON_THE_WAY, relative_residual(X, A)


def worst(styles: Iterable[str], seeds: Iterable[int]) -> dict[str, tuple[float, str]]:
    """Return the value closest to its bound for each error, and whose it is."""
    found: dict[str, tuple[float, str]] = {}
    for seed in seeds:
        for style in styles:
            for name, value in values_of(style, seed):
                nearer: Callable[..., tuple[float, str]] = min if name == ON_THE_WAY else max
                found[name] = nearer(found.get(name, (value, style)), (value, style))
    return found


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many exams")
    parser.add_argument("--style", action="append", help="only these styles")
    options = parser.parse_args()
    rows = worst(options.style or list(STYLES), range(options.seeds))
    lines = ["| error | worst honest value | bound | factor | style |", "|---|---|---|---|---|"]
    for name, (value, style) in rows.items():
        if name == ON_THE_WAY:
            lines.append(f"| {name} | {value:.2g} | {LEAST} | {value / LEAST:.2g} | {style} |")
        else:
            bound = GRADIENT_BOUND if name == GRADIENT else ACCURACY["float32"]
            lines.append(f"| {name} | {value * bound:.2g} | {bound} | {1 / max(value, 1e-9):.2g} | {style} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
