"""How far honest solutions stay from each bound: ``python -m tests.properties.margins --seeds 20``.

Prints a table of the worst value of all honest styles for each property, and every failure. Takes about two CPU
minutes a seed; nothing depends on the time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from steepest.expect import bounds, inverse
from steepest.student import Student

from .exam import Failure, Property, load_properties, student_with, take_exam
from .honest import STYLES

Expect = Callable[..., None]


@dataclass
class Margins:
    """The value closest to its bound, for each property and bound, and whose it is."""

    worst: dict[tuple[str, str, float], tuple[float, str]] = field(default_factory=dict)
    style: str = ""
    asked: str = ""
    judged: int = 0

    def note(self, expect: Expect, relation: str, quantity: str, value: float, bound: float, **facts: object) -> None:
        """Keep the value if it is the closest so far, then judge it."""
        key = (self.asked, relation, bound)
        nearer = key not in self.worst or (
            value > self.worst[key][0] if relation == "<=" else value < self.worst[key][0]
        )
        if nearer and quantity != "the number of losses":
            self.worst[key] = (value, self.style)
        self.judged += 1
        expect(quantity, value, bound, **facts)

    @contextmanager
    def watching(self, properties: Sequence[Property]) -> Iterator[None]:
        """Watch every comparison with a bound while the block runs."""
        at_most, at_least = bounds.expect_at_most, bounds.expect_at_least
        module = properties[0].test.hypothesis.inner_test.__globals__  # type: ignore[attr-defined]
        places = [vars(inverse), module]
        for place in places:
            place.update(
                expect_at_most=partial(self.note, at_most, "<="), expect_at_least=partial(self.note, at_least, ">=")
            )
        try:
            yield
        finally:
            for place in places:
                place.update(expect_at_most=at_most, expect_at_least=at_least)


def measure(seeds: Sequence[int], styles: Sequence[str], margins: Margins) -> Iterator[tuple[str, int, str, Failure]]:
    """Yield every failure of an honest style, other than what it cannot be asked."""
    properties = load_properties()
    with margins.watching(properties):
        for seed in seeds:
            for margins.style in styles:
                calculate_inverse, rate = STYLES[margins.style]
                caller = student_with(calculate_inverse=calculate_inverse, safe_learning_rate=rate)
                for one in properties:
                    margins.asked = one.name
                    if all(Student(caller).calculate_inverse.has(name) for name in _needs(one)):
                        for name, failure in take_exam((one,), caller, seed).items():
                            yield margins.style, seed, name, failure
            print(f"seed {seed} done", file=sys.stderr, flush=True)  # noqa: T201  # a script's progress


def _needs(asked: Property) -> tuple[str, ...]:
    """Return the parameters of calculate_inverse without which a property is skipped."""
    if asked.exercise == "convergence" or asked.name in ("one_update", "three_updates_with_momentum", "losses"):
        return ("steps", "start")
    return ("steps",) if asked.name == "three_steps_are_only_three_steps" else ()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many exams")
    parser.add_argument("--first", type=int, default=0, help="the first exam's seed")
    parser.add_argument("--style", action="append", help="only these styles")
    options = parser.parse_args()
    margins, styles = Margins(), options.style or list(STYLES)
    failures = list(measure(range(options.first, options.first + options.seeds), styles, margins))
    lines = [f"{len(styles)} styles, {options.seeds} exams, {margins.judged} comparisons, {len(failures)} failures", ""]
    lines += ["| property | worst honest value | bound | style |", "|---|---|---|---|"]
    for (name, relation, bound), (value, style) in margins.worst.items():
        lines.append(f"| {name} | {value:.3g} | {relation} {bound:.3g} | {style} |")
    lines += [f"FAILED {style}, seed {seed}, {name}: {failure}" for style, seed, name, failure in failures]
    print("\n".join(lines))  # noqa: T201  # the table is what the script is for


if __name__ == "__main__":
    main()
