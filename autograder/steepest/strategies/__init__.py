"""Families of matrices with prescribed singular values: explored by Hypothesis, drawn for exams, small when they fail.

A property names its matrices in the plural, ``@given(M=diagonal_matrices())``; each function returns the family's one
strategy object, by which `family_of` recognises it.
"""

from __future__ import annotations

from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.strategies import inverse
from steepest.strategies.family import Family, Registry, UnknownFamilyError

__all__ = [
    "FAMILIES",
    "Family",
    "UnknownFamilyError",
    "diagonal_matrices",
    "families",
    "family_of",
    "float64_matrices",
    "ill_conditioned_matrices",
    "large_matrices",
    "negative_determinant_matrices",
    "one_by_one_matrices",
    "orthogonal_matrices",
    "permutation_matrices",
    "positive_definite_matrices",
    "scaled_matrices",
    "well_conditioned_matrices",
]

_REGISTRY = Registry(inverse.FAMILIES)

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


def diagonal_matrices() -> SearchStrategy[Array]:
    """Return float32 diagonal matrices, n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return inverse.DIAGONAL.strategy


def orthogonal_matrices() -> SearchStrategy[Array]:
    """Return float32 orthogonal matrices, n = 1 to 4; shrinks to [[1]]."""
    return inverse.ORTHOGONAL.strategy


def positive_definite_matrices() -> SearchStrategy[Array]:
    """Return float32 symmetric positive definite matrices, n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return inverse.POSITIVE_DEFINITE.strategy


def well_conditioned_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices ``U diag(S) V'``, n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return inverse.WELL_CONDITIONED.strategy


def negative_determinant_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with a negative determinant, n = 1 to 4, condition at most 6; shrinks to [[-1]]."""
    return inverse.NEGATIVE_DETERMINANT.strategy


def permutation_matrices() -> SearchStrategy[Array]:
    """Return float32 permutation matrices, n = 1 to 5, the identity among them; shrinks to [[1]]."""
    return inverse.PERMUTATION.strategy


def one_by_one_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices [[m]] with 1/4 <= |m| <= 4; shrinks to [[1]]."""
    return inverse.ONE_BY_ONE.strategy


def scaled_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with entries near 1e4 or 1e-4, n = 1 to 4, condition at most 4; shrinks to [[10000]]."""
    return inverse.SCALED.strategy


def float64_matrices() -> SearchStrategy[Array]:
    """Return float64 matrices ``U diag(S) V'``, n = 1 to 4, condition number at most 4; shrinks to [[1]]."""
    return inverse.FLOAT64.strategy


def large_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with n = 8 to 12, condition number at most 4; shrinks to the 8 x 8 identity."""
    return inverse.LARGE.strategy


def ill_conditioned_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices, n = 8 to 10, with condition number 8192, or 10000 in an exam.

    No descent inverts them in 3 steps: four singular values lie between 1/8 and 1, the others below 1/200. Shrinks
    to n = 8 and entries that are multiples of a quarter of a power of two.
    """
    return inverse.ILL_CONDITIONED.strategy
