"""What the families of the SVD promise: of what Hypothesis explores, of what exams draw, of public matrices."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from steepest.answers import Array
from steepest.linalg import singular_values
from steepest.strategies import FAMILIES, Family, family_of, svd

from ..exam import exam_matrices

ALL = pytest.mark.parametrize("family", svd.FAMILIES, ids=lambda family: family.name)
SEARCH = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)
LARGE = {"svd_large": (8, 12), "svd_slow": (8, 10)}
SHRUNK: dict[str, list[list[float]]] = {
    "svd_square": [[1]],
    "svd_tall": [[1], [0]],
    "svd_wide": [[1, 0]],
    "svd_vector": [[0], [1]],
    "svd_repeated": [[1, 0], [0, 1]],
    "svd_zero": [[0]],
    "svd_rank_deficient": [[1, 0], [0, 0]],
    "svd_diagonal": [[1]],
    "svd_scaled": [[10000]],
    "svd_one_by_one": [[1]],
    "svd_float64": [[1]],
    "svd_large": np.eye(8).tolist(),
}


def assert_member(M: Array, family: Family) -> None:
    """Assert what every matrix of the family promises."""
    smallest, largest = LARGE.get(family.name, (1, 5))
    assert M.dtype == (np.float64 if family.name == "svd_float64" else np.float32)
    assert M.flags.c_contiguous
    assert M.ndim == 2
    assert smallest <= min(M.shape)
    assert max(M.shape) <= largest
    S = singular_values(M)
    for larger, smaller in pairwise(S):
        equal, zero = larger - smaller <= 1e-6 * S[0], smaller <= 1e-6 * S[0]
        assert equal or zero or larger >= 1.2 * smaller
        assert zero or smaller >= 1e-4 * S[0]
    assert_kind(M, S, family.name.removeprefix("svd_"))


def assert_kind(M: Array, S: Array, name: str) -> None:
    """Assert what the name of the family says."""
    m, n = M.shape
    scale = float(S[0]) or 1.0
    distinct = bool((S[:-1] - S[1:] > 1e-5 * scale).all())
    match name:
        case "square" | "slow":
            assert m == n
            assert name == "square" or distinct
        case "tall":
            assert m > n
        case "wide":
            assert m < n
        case "vector":
            assert min(m, n) == 1 < max(m, n)
        case "repeated":
            assert not distinct
            assert S[-1] > 0.1 * scale
        case "zero":
            assert not M.any()
        case "rank_deficient":
            assert S[-1] <= 1e-6 * scale
        case "diagonal":
            np.testing.assert_array_equal(M, np.diag(np.diag(M)))
        case "scaled":
            assert 1e-6 < np.abs(M).max() < 1e-3 or 1e3 < np.abs(M).max() < 1e5
        case "one_by_one":
            assert M.shape == (1, 1)
    assert name == "zero" or M.any()


@ALL
def test_explored_matrices_keep_the_promise(family: Family) -> None:
    @given(family.strategy)
    def explore(M: Array) -> None:
        assert_member(M, family)

    explore()


@ALL
def test_drawn_and_public_matrices_keep_the_promise(family: Family) -> None:
    for seed in range(30):
        for M in exam_matrices(family, seed):
            assert_member(M, family)
    for M in family.ladder:
        assert_member(M, family)


@ALL
def test_strategy_shrinks_to_its_smallest_matrix(family: Family) -> None:
    M = find(family.strategy, lambda M: True, settings=SEARCH, random=random.Random(0))
    if family.name == "svd_slow":
        np.testing.assert_array_equal(M, family.ladder[0])
    else:
        np.testing.assert_array_equal(M, np.asarray(SHRUNK[family.name], dtype=M.dtype))


@ALL
def test_strategy_is_one_object_that_names_its_family(family: Family) -> None:
    public = getattr(svd, f"{family.name.removeprefix('svd_')}_matrices")
    assert public() is public()
    assert family_of(public()) is family
    assert FAMILIES[family.name] is family


@pytest.mark.parametrize("name", ["svd_square", "svd_tall", "svd_wide", "svd_rank_deficient", "svd_scaled"])
def test_drawn_matrices_have_neither_zeros_nor_symmetry(name: str) -> None:
    family = FAMILIES[name]
    for seed in range(10):
        for M in exam_matrices(family, seed)[len(family.specials) :]:
            assert np.count_nonzero(M) == M.size
            assert M.shape[0] != M.shape[1] or np.abs(M - M.T).max() > 0.01 * np.abs(M).max()


def test_slowly_decaying_matrices_have_full_factors_so_that_rotations_have_work_to_do() -> None:
    family = FAMILIES["svd_slow"]
    for M in (*exam_matrices(family, 0), *family.ladder):
        for gram in (M.T @ M, M @ M.T):
            assert np.abs(gram - np.diag(np.diag(gram))).max() > 0.1 * np.abs(gram).max()
