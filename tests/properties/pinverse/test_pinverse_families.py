"""What the families of the pseudo-inverse promise: explored, drawn and public matrices alike."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from steepest.answers import Array
from steepest.linalg.pinverse import factors, rcond_at_gap, rounding_rcond
from steepest.strategies import Family, family_of, pinverse, pinverse_batches
from steepest.strategies.pinverse import FAMILIES
from steepest.strategies.pinverse_batches import BATCH, EMPTY_BATCH, GAPPED_BATCH, PARTLY_ZERO_BATCH, UNEVEN_BATCH
from steepest.strategies.pinverse_build import PLATEAU, STAIRS

from ..exam import exam_matrices

ALL = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
SEARCH = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)
BATCHES = (BATCH, UNEVEN_BATCH, PARTLY_ZERO_BATCH, EMPTY_BATCH, GAPPED_BATCH)
CUT = (pinverse.GAPPED, pinverse.GAPPED_RESCALED, GAPPED_BATCH)
MILD = (pinverse.RESCALED, pinverse.FLOAT64, pinverse.LARGE, BATCH, UNEVEN_BATCH, PARTLY_ZERO_BATCH)
LOWER = (pinverse.LOWER_RANK, pinverse.RANK_ONE)
CLEAR = 1.5
"""No singular value comes closer to a cutoff than this factor."""

SHRUNK: dict[str, object] = {
    "pinverse_shapes": [[1]],
    "pinverse_tall": [[1], [0]],
    "pinverse_wide": [[1, 0]],
    "pinverse_lower_rank": [[1, 0], [0, 0]],
    "pinverse_rank_one": [[1, 0], [0, 0]],
    "pinverse_vector": [[1]],
    "pinverse_zero": [[0]],
    "pinverse_rescaled": [[1e4]],
    "pinverse_float64": [[1]],
    "pinverse_large": np.eye(9),
    "pinverse_gapped": [[1, 0], [0, 1 / 8]],
    "pinverse_gapped_rescaled": [[1e3, 0], [0, 125]],
    "pinverse_batch": [[[1]]],
    "pinverse_uneven_batch": [[[1]], [[1]]],
    "pinverse_partly_zero_batch": [[[1]], [[0]]],
    "pinverse_gapped_batch": [[[1, 0], [0, 1 / 8]]] * 2,
    "pinverse_empty_batch": np.zeros((0, 1, 1)),
}


def assert_member(A: Array, family: Family) -> None:
    """Assert what every matrix of the family promises."""
    assert A.dtype == (np.float64 if family is pinverse.FLOAT64 else np.float32)
    assert A.flags.c_contiguous
    assert A.ndim == 2 or (family in BATCHES and A.ndim in (3, 4))
    assert 1 <= min(A.shape[-2:]) <= max(A.shape[-2:]) <= 12
    S = factors(A).S
    rcond = rcond_at_gap(A) if family in CUT else rounding_rcond(A)
    assert_spread(S, rcond, family)
    assert_kind(A, S, family)


def assert_spread(S: Array, rcond: float, family: Family) -> None:
    """Assert that singular values that count lie close together, and all of them far from the cutoff."""
    largest = np.where(S[..., :1] > 0, S[..., :1], 1.0)
    relative = S / largest
    counts = relative > rcond
    assert not ((relative > rcond / CLEAR) & (relative < rcond * CLEAR)).any()
    if family is not pinverse.ILL_CONDITIONED:
        worst = 4.0 if family in MILD else 6.0
        assert (1.0 / relative[counts] <= worst * (1 + 1e-3)).all()


def assert_kind(A: Array, S: Array, family: Family) -> None:
    """Assert what the name of the family says."""
    m, n = A.shape[-2:]
    rank = (rounding_rcond(A) * S[..., :1] < S).sum(axis=-1)
    match family.name.removeprefix("pinverse_"):
        case "tall":
            assert m > n
        case "wide":
            assert m < n
        case "lower_rank":
            assert 1 <= rank < min(m, n)
        case "rank_one":
            assert rank == 1
            assert min(m, n) > 1
        case "vector":
            assert min(m, n) == 1
        case "zero":
            assert not A.any()
        case "empty_batch":
            assert A.size == 0
        case "partly_zero_batch":
            assert (rank == 0).any()
        case "large":
            assert max(m, n) >= 9
        case "rescaled" | "gapped_rescaled":
            assert not 0.1 < np.abs(A).max() < 10
    if family not in (*LOWER, pinverse.ZERO, pinverse.RESCALED, PARTLY_ZERO_BATCH):
        assert (rank == min(m, n)).all()


@ALL
def test_explored_matrices_keep_the_promise(family: Family) -> None:
    @settings(max_examples=50)
    @given(family.strategy)
    def explore(A: Array) -> None:
        assert_member(A, family)

    explore()


@ALL
def test_drawn_and_public_matrices_keep_the_promise(family: Family) -> None:
    for seed in range(20):
        for A in exam_matrices(family, seed):
            assert_member(A, family)
    for A in family.ladder:
        assert_member(A, family)


@pytest.mark.parametrize("family", [family for family in FAMILIES if family.name in SHRUNK], ids=lambda one: one.name)
def test_strategy_shrinks_to_its_smallest_member(family: Family) -> None:
    A = find(family.strategy, lambda A: True, settings=SEARCH, random=random.Random(0))
    np.testing.assert_array_equal(A, np.asarray(SHRUNK[family.name], dtype=A.dtype))


def test_every_family_has_a_function_that_returns_its_strategy() -> None:
    public = [
        function()
        for module in (pinverse, pinverse_batches)
        for name, function in vars(module).items()
        if name.endswith(("_matrices", "batches"))
        and name[0] != "_"
        and callable(function)
        and function.__module__ == module.__name__
    ]
    assert {family_of(strategy).name for strategy in public} == {family.name for family in FAMILIES}


def test_gaps_are_where_their_words_say() -> None:
    assert rcond_at_gap(np.diag(PLATEAU)) == pytest.approx(0.5 / 1.6)
    assert rcond_at_gap(np.diag(STAIRS)) == pytest.approx(0.2)


def test_every_exam_holds_a_batch_with_all_three_scales_in_a_drawn_order() -> None:
    orders = set()
    for seed in range(20):
        (A,) = exam_matrices(UNEVEN_BATCH, seed)
        sizes = 1.001 * factors(A).S[:, 0]
        assert sorted(np.floor(np.log10(sizes)).astype(int).tolist()) == [-4, 0, 4]
        orders.add(tuple(np.argsort(sizes).tolist()))
    assert len(orders) > 3
