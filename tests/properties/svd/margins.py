"""How far honest decompositions stay from each bound: ``python -m tests.properties.svd.margins --seeds 20``.

Prints the worst value of all honest styles for each error, and the style that it belongs to. About 12 CPU seconds a
seed; nothing depends on the time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator

from steepest.answers import Array
from steepest.expect.svd import IN_THE_END, ON_ITS_WAY, expect_factors
from steepest.linalg.svd import (
    SVD_ACCURACY,
    largest_value_error,
    order_error,
    orthogonality_error,
    reconstruction_error,
    singular_value_error,
    svd_error,
)
from steepest.strategies import Family
from steepest.strategies.svd import FAMILIES, SLOW
from steepest.student import Student

from ..caller import InProcessCaller
from ..exam import exam_matrices
from .honest import STYLES

ERRORS: dict[str, Callable[[Array, Array, Array, Array], float]] = {
    "max |U'U - I|": lambda U, S, V, M: orthogonality_error(U),
    "max |V'V - I|": lambda U, S, V, M: orthogonality_error(V),
    "max |M - U diag(S) V'| / max |M|": reconstruction_error,
    "max |S - true S| / max |M|": lambda U, S, V, M: singular_value_error(S, M),
    "max(S[i + 1] - S[i], -S[i]) / max |M|": lambda U, S, V, M: order_error(S, M),
}
SLOW_FOUND = "error of S[0] / true S[0], 10 x 10"
ON_THE_WAY = "largest error after 3 steps, at least"
BOUNDS = dict.fromkeys(ERRORS, SVD_ACCURACY) | {SLOW_FOUND: IN_THE_END, ON_THE_WAY: ON_ITS_WAY}

ASKED_TO_THE_END = tuple(family for family in FAMILIES if family is not SLOW)


def values_of(style: str, seed: int, families: Iterable[Family] = ASKED_TO_THE_END) -> Iterator[tuple[str, float]]:
    """Yield each error that a style leaves on the matrices of an exam."""
    caller = InProcessCaller(calculate_svd=STYLES[style])
    student = Student(caller)
    for family in families:
        for M in exam_matrices(family, seed):
            U, S, V = expect_factors(student.calculate_svd(M), M)
            yield from ((name, error(U, S, V, M)) for name, error in ERRORS.items())
    for M in (*exam_matrices(SLOW, seed), *SLOW.ladder):
        _, S, V = expect_factors(student.calculate_svd(M), M)
        yield SLOW_FOUND, largest_value_error(S, V, M)
        if student.calculate_svd.has("steps"):
            U, S, V = expect_factors(student.calculate_svd(M, steps=3), M)
            yield ON_THE_WAY, svd_error(U, S, V, M)


def worst(styles: Iterable[str], seeds: Iterable[int]) -> dict[str, tuple[float, str]]:
    """Return the value closest to its bound for each error, and whose it is."""
    found: dict[str, tuple[float, str]] = {}
    for seed in seeds:
        for style in styles:
            for name, value in values_of(style, seed):
                better = min if name == ON_THE_WAY else max
                found[name] = better(found.get(name, (value, style)), (value, style))
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
        factor = value / BOUNDS[name] if name == ON_THE_WAY else BOUNDS[name] / max(value, 1e-300)
        lines.append(f"| {name} | {value:.2g} | {BOUNDS[name]:g} | {min(factor, 1e9):.3g} | {style} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
