"""What every family promises, whatever its matrices are, and the pieces that families are built from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.answers import Array
from steepest.strategies import Family, UnknownFamilyError, families, family_of
from steepest.strategies.build import drawn_spectrum, haar_orthogonal, product_of_reflectors

from .exam import exam_matrices

ALL = pytest.mark.parametrize("family", families(), ids=lambda family: family.name)


@ALL
def test_every_member_is_contiguous_and_finite(family: Family) -> None:
    @given(family.strategy)
    def explore(M: Array) -> None:
        assert M.flags.c_contiguous
        assert np.isfinite(M).all()

    explore()
    for M in (*family.ladder, *exam_matrices(family, 0)):
        assert M.flags.c_contiguous
        assert np.isfinite(M).all()


@ALL
def test_a_family_has_one_dtype(family: Family) -> None:
    assert len({M.dtype for M in (*family.ladder, *exam_matrices(family, 0))}) == 1


@ALL
def test_ladder_climbs_in_size(family: Family) -> None:
    sizes = [M.size for M in family.ladder]
    assert sizes
    assert sizes == sorted(sizes)


@ALL
def test_draws_follow_from_the_generator_alone(family: Family) -> None:
    first, again = exam_matrices(family, 5), exam_matrices(family, 5)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert len(first) == len(family.specials) + family.draws


@ALL
def test_exam_holds_no_matrix_twice(family: Family) -> None:
    for seed in range(10):
        matrices = exam_matrices(family, seed)
        assert len({(M.shape, M.tobytes()) for M in matrices}) == len(matrices)


def test_foreign_strategy_is_refused_with_a_way_out() -> None:
    with pytest.raises(UnknownFamilyError, match=r"belongs to no family\. Try: use a strategy"):
        family_of(st.just(np.eye(2, dtype=np.float32)))


def test_families_have_names_and_descriptions_of_their_own() -> None:
    assert len({family.name for family in families()}) == len(families())
    assert len({family.description for family in families()}) == len(families())


def test_drawn_spectrum_has_the_condition_number_asked_for_and_no_cluster() -> None:
    for seed in range(50):
        S = drawn_spectrum(np.random.default_rng(seed), 5, condition_number=6.0, largest=2.0)
        assert S[0] == pytest.approx(2.0)
        assert S[0] / S[-1] == pytest.approx(6.0)
        assert (S[:-1] / S[1:] > 1.2).all()


def test_haar_orthogonal_has_no_preferred_sign() -> None:
    generator = np.random.default_rng(0)
    corners = [haar_orthogonal(generator, 3)[0, 0] for _ in range(400)]
    assert abs(float(np.mean(corners))) < 0.1


def test_reflectors_of_zero_vectors_give_the_identity() -> None:
    np.testing.assert_array_equal(product_of_reflectors(3, [[0, 0, 0, 0], [1, 0, 0, 0]]), np.eye(3))


def test_reflectors_use_the_last_entries_of_a_vector() -> None:
    np.testing.assert_allclose(product_of_reflectors(2, [[2, 2, 1, 1]]), [[0, -1], [-1, 0]], atol=1e-15)
