"""What the families of the inverse promise: of what Hypothesis explores, of what exams draw, of public matrices."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from steepest.answers import Array
from steepest.linalg import condition_number, singular_values
from steepest.strategies import FAMILIES, Family, family_of, inverse

from .exam import exam_matrices

ALL = pytest.mark.parametrize("family", inverse.FAMILIES, ids=lambda family: family.name)

SEARCH = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)

SIZES = {
    "diagonal": (1, 4),
    "orthogonal": (1, 4),
    "positive_definite": (1, 4),
    "well_conditioned": (1, 4),
    "negative_determinant": (1, 4),
    "permutation": (1, 5),
    "one_by_one": (1, 1),
    "scaled": (1, 4),
    "float64": (1, 4),
    "large": (8, 12),
    "ill_conditioned": (8, 10),
}
CONDITIONS = dict.fromkeys(SIZES, (1.0, 6.0)) | {
    "orthogonal": (1.0, 1.0),
    "permutation": (1.0, 1.0),
    "one_by_one": (1.0, 1.0),
    "scaled": (1.0, 4.0),
    "float64": (1.0, 4.0),
    "large": (1.0, 4.0),
    "ill_conditioned": (8192.0, 10000.0),
}
SHRUNK: dict[str, list[list[float]]] = {name: [[1.0]] for name in SIZES} | {
    "negative_determinant": [[-1.0]],
    "scaled": [[10000.0]],
    "large": np.eye(8).tolist(),
}


def assert_member(M: Array, family: Family) -> None:
    """Assert what every matrix of the family promises."""
    smallest, largest = SIZES[family.name]
    least, most = CONDITIONS[family.name]
    assert M.dtype == (np.float64 if family.name == "float64" else np.float32)
    assert M.flags.c_contiguous
    assert M.ndim == 2
    assert M.shape[0] == M.shape[1]
    assert smallest <= len(M) <= largest
    assert least * (1 - 1e-3) <= condition_number(M) <= most * (1 + 1e-3)
    assert_kind(M, family.name)


def assert_kind(M: Array, name: str) -> None:
    """Assert what the name of the family says."""
    match name:
        case "diagonal":
            np.testing.assert_array_equal(M, np.diag(np.diag(M)))
        case "orthogonal":
            np.testing.assert_allclose(M.T @ M, np.eye(len(M)), atol=1e-6)
        case "positive_definite":
            np.testing.assert_allclose(M, M.T, atol=1e-6)
            assert np.linalg.eigvalsh(M.astype(np.float64))[0] > 0
        case "negative_determinant":
            assert np.linalg.det(M.astype(np.float64)) < 0
        case "permutation":
            assert sorted(M.tolist()) == sorted(np.eye(len(M)).tolist())
        case "scaled":
            size = np.abs(M).max()
            assert 1e-5 < size < 1e-3 or 1e3 < size < 1e5


def public_members(family: Family) -> Iterator[Array]:
    yield from family.specials
    yield from family.ladder


@ALL
def test_explored_matrices_keep_the_promise(family: Family) -> None:
    @given(family.strategy)
    def explore(M: Array) -> None:
        assert_member(M, family)

    explore()


@ALL
def test_drawn_matrices_keep_the_promise(family: Family) -> None:
    for seed in range(30):
        for M in exam_matrices(family, seed):
            assert_member(M, family)


@ALL
def test_public_matrices_keep_the_promise(family: Family) -> None:
    for M in public_members(family):
        assert_member(M, family)


@ALL
def test_strategy_shrinks_to_its_smallest_matrix(family: Family) -> None:
    M = find(family.strategy, lambda M: True, settings=SEARCH, random=random.Random(0))
    if family.name == "ill_conditioned":
        np.testing.assert_array_equal(M, family.ladder[-1])
    else:
        np.testing.assert_array_equal(M, np.asarray(SHRUNK[family.name], dtype=M.dtype))


@pytest.mark.parametrize("name", [name for name in SIZES if name != "one_by_one"])
def test_strategy_finds_a_member_with_three_rows_that_is_not_the_identity(name: str) -> None:
    find(
        FAMILIES[name].strategy,
        lambda M: len(M) >= 3 and not np.array_equal(M, np.eye(len(M))),
        settings=SEARCH,
        random=random.Random(0),
    )


@ALL
def test_strategy_is_one_object_that_names_its_family(family: Family) -> None:
    public = getattr(inverse, f"{family.name}_matrices")
    assert public() is public()
    assert family_of(public()) is family
    assert FAMILIES[family.name] is family


def test_exam_sizes_stay_below_the_number_of_rows_in_size() -> None:
    """The published rate 0.9 is stable for them: its limit is 1.45 n."""
    for name in ("diagonal", "well_conditioned", "negative_determinant", "float64", "large"):
        for seed in range(20):
            for M in exam_matrices(FAMILIES[name], seed):
                assert singular_values(M)[0] <= len(M) * (1 + 1e-6)
