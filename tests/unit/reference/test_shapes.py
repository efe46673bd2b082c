"""The shapes in the annotations are checked while the functions run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from beartype import beartype
from jaxtyping import TypeCheckError, jaxtyped

from descent_linalg import doubled, drop_in, factors, spectrum
from descent_linalg.solvers import hard_cut, newton_schulz

SHAPES = [(4, 4), (5, 3), (3, 5), (2, 3, 2), (2, 3, 3, 3), (0, 3), (0, 2, 3), (1, 1)]


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with every annotated shape and dtype checked at each call."""
    wrapped: Callable[..., Any] = jaxtyped(typechecker=beartype)(function)
    return wrapped


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "function",
    [
        drop_in.pinverse,
        drop_in.svd,
        spectrum.singular_values,
        spectrum.singular_value_range,
        newton_schulz.safe_start,
        hard_cut.largest_singular_value,
    ],
    ids=lambda function: function.__name__,
)
def test_functions_of_any_matrix_keep_their_shapes(
    function: Callable[..., Any], shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    if 0 in shape and function is hard_cut.largest_singular_value:
        pytest.skip("the power method needs a matrix with entries; the hard cut refuses others before")
    generator = torch.Generator().manual_seed(0)
    result = checked(function)(torch.rand(shape, dtype=dtype, generator=generator))
    assert (result[0] if isinstance(result, tuple) else result).dtype == dtype


@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 2), (0, 3, 3), (0, 0)])
def test_functions_of_square_matrices_keep_their_shapes(shape: tuple[int, ...]) -> None:
    A = torch.eye(shape[-1], dtype=torch.float64).expand(shape) * 2
    assert checked(drop_in.inverse)(A).shape == shape
    assert checked(doubled.doubled_residual)(A, A).shape == shape


def test_completed_columns_keep_their_shape() -> None:
    U = torch.eye(4)[:, :2].expand(3, 4, 2)
    assert checked(factors.extend)(U, 4).shape == (3, 4, 4)
    assert checked(factors.orthonormal_to)(U).shape == (3, 4)
    assert checked(factors.complete)(U, torch.tensor([[1.0, 0.0]]).expand(3, 2)).shape == (3, 4, 2)


def test_a_wrong_shape_is_caught() -> None:
    """The check itself can fail: an inverse of a rectangular matrix breaks its annotation."""
    with pytest.raises(TypeCheckError):
        checked(drop_in.inverse)(torch.ones(2, 3))
