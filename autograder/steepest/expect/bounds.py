"""A measured number against the number that is allowed, written so that NaN fails."""

from __future__ import annotations

from collections.abc import Mapping

from steepest.answers import Array
from steepest.errors import PropertyFailed

HeatMapData = tuple[str, Array]
CurveData = Mapping[str, Array]


def expect_at_most(
    quantity: str,
    value: float,
    bound: float,
    *,
    help: str = "",
    heat_map: HeatMapData | None = None,
    curves: CurveData | None = None,
) -> None:
    """Return if ``value <= bound``.

    Args:
        quantity: What was measured, as a formula a student can read.
        value: The measured number; NaN is never at most anything.
        bound: The largest number that is allowed.
        help: What to try, one or two sentences.
        heat_map: A title and a matrix to draw.
        curves: Named curves to draw over the steps.

    Raises:
        PropertyFailed: The value is larger, or NaN.
    """
    if not value <= bound:
        raise PropertyFailed(
            quantity, value, bound, help=help, heat_map=heat_map, curves=dict(curves) if curves else None
        )


def expect_at_least(
    quantity: str,
    value: float,
    bound: float,
    *,
    help: str = "",
    heat_map: HeatMapData | None = None,
    curves: CurveData | None = None,
) -> None:
    """Return if ``value >= bound``; the arguments are those of `expect_at_most`.

    Raises:
        PropertyFailed: The value is smaller, or NaN.
    """
    if not value >= bound:
        raise PropertyFailed(
            quantity,
            value,
            bound,
            help=help,
            at_least=True,
            heat_map=heat_map,
            curves=dict(curves) if curves else None,
        )
