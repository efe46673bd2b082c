"""Families of matrices with prescribed singular values: explored by Hypothesis, drawn for exams, small when they fail.

There is one module an assignment. A property names its matrices in the plural, ``@given(M=diagonal_matrices())``;
each function returns the family's one strategy object, by which `family_of` recognises it.
"""

from __future__ import annotations

from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.strategies import gradients, indicator, inverse, pinverse, svd
from steepest.strategies.family import Family, Registry, UnknownFamilyError

__all__ = ["FAMILIES", "Family", "UnknownFamilyError", "families", "family_of"]

_REGISTRY = Registry(family for module in (gradients, inverse, pinverse, svd, indicator) for family in module.FAMILIES)

FAMILIES: dict[str, Family] = _REGISTRY.by_name
"""Every family, by name."""


def families() -> tuple[Family, ...]:
    """Return every family, in the order of definition."""
    return tuple(FAMILIES.values())


def family_of(strategy: SearchStrategy[Array]) -> Family:
    """Return the family that ``strategy`` explores.

    Raises:
        UnknownFamilyError: The strategy is not one that this package returns.
    """
    return _REGISTRY.family_of(strategy)
