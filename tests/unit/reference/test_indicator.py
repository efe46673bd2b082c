"""The indicator matrix: random and of real text, compared with the direct answers."""

from __future__ import annotations

import pytest
import torch

from descent_linalg import OptionError, ShapeError
from descent_linalg.indicator import (
    TEXTS,
    compare,
    indicator_matrix,
    least_squares,
    low_rank,
    random_indicator,
)


def test_the_indicator_marks_the_words_of_each_document() -> None:
    indicator = indicator_matrix(["A cat, a dog.", "The cat"])
    assert indicator.words == ("a", "cat", "dog", "the")
    assert indicator.matrix.tolist() == [[1, 1, 1, 0], [0, 1, 0, 1]]


def test_the_collection_has_more_words_than_documents_and_shared_words() -> None:
    indicator = indicator_matrix()
    assert indicator.matrix.shape == (len(TEXTS), len(indicator.words))
    assert len(indicator.words) > len(TEXTS)
    assert (indicator.matrix.sum(dim=0) > 1).sum() > 10


def test_a_random_indicator_has_the_share_of_ones_it_was_asked_for() -> None:
    A = random_indicator(200, 100, seed=1)
    assert set(A.flatten().tolist()) == {0.0, 1.0}
    assert float(A.mean()) == pytest.approx(0.2, abs=0.01)
    assert torch.equal(A, random_indicator(200, 100, seed=1))


@pytest.mark.parametrize("shape", [(17, 3), (3, 17), (40, 25)])
def test_random_documents_agree_with_the_direct_answers(shape: tuple[int, int]) -> None:
    A = random_indicator(*shape, seed=3)
    b = torch.arange(shape[0], dtype=torch.float64).unsqueeze(1)
    comparison = compare(A, b, rank=2)
    assert comparison.least_squares < 1e-12
    assert comparison.low_rank < 1e-12
    assert comparison.approximation == pytest.approx(comparison.next_singular_value, rel=1e-12)


def test_real_text_agrees_with_the_direct_answers() -> None:
    A = indicator_matrix().matrix
    b = torch.tensor([[1.0 if "ball" in text else 0.0] for text in TEXTS], dtype=torch.float64)
    comparison = compare(A, b, rank=4)
    assert comparison.least_squares < 1e-12
    assert comparison.low_rank < 1e-12
    assert comparison.approximation == pytest.approx(comparison.next_singular_value, rel=1e-12)


def test_equal_documents_make_a_rank_deficient_matrix_and_no_trouble() -> None:
    A = indicator_matrix(["a b", "a b", "b c"]).matrix
    b = torch.tensor([[1.0], [3.0], [0.0]], dtype=torch.float64)
    x = least_squares(A, b)
    torch.testing.assert_close(A @ x, torch.tensor([[2.0], [2.0], [0.0]], dtype=torch.float64))


def test_no_rank_is_no_matrix_and_full_rank_is_the_matrix() -> None:
    A = random_indicator(5, 4)
    assert not low_rank(A, 0).any()
    torch.testing.assert_close(low_rank(A, 4), A)


def test_impossible_requests_are_refused() -> None:
    A = random_indicator(5, 4)
    with pytest.raises(OptionError, match="rank = 5: give a number from 0 to 4"):
        low_rank(A, 5)
    with pytest.raises(ShapeError, match="one row for each of the 5 rows"):
        least_squares(A, torch.zeros(4, 1, dtype=A.dtype))
