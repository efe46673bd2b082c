"""Checks of arguments: bad input is refused at the door, by name, value and way out."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from descent_linalg.errors import DtypeError, NonfiniteInputError, OptionError, ShapeError

REAL_DTYPES = (torch.float32, torch.float64)


def check_matrices(A: Tensor, *, square: bool = False) -> None:
    """Return nothing if ``A`` is a finite float32 or float64 tensor of shape ``(*batch, m, n)``.

    Raises:
        ShapeError: Fewer than two dimensions, or not square where a square matrix is needed.
        DtypeError: Integer, boolean, complex or half precision.
        NonfiniteInputError: NaN or infinity.
    """
    check_dtype(A)
    if A.dim() < 2:
        raise ShapeError("A.shape", tuple(A.shape), "give matrices of shape (*, m, n); a vector v as v[:, None]")
    if square and A.shape[-1] != A.shape[-2]:
        raise ShapeError("A.shape", tuple(A.shape), "only square matrices have an inverse; use pinverse")
    # A finite sum has finite terms, and costs a tenth of the full check, which settles the rare rest.
    if math.isfinite(float(A.detach().sum())):
        return
    finite = torch.isfinite(A)
    if not bool(finite.all()):
        first = tuple((~finite).nonzero()[0].tolist())
        raise NonfiniteInputError("A[" + ", ".join(map(str, first)) + "]", A[first].item(), "remove NaN and infinity")


def check_dtype(A: Tensor) -> None:
    """Return nothing if ``A`` is a real float32 or float64 tensor."""
    if not isinstance(A, Tensor):
        raise DtypeError("type(A)", type(A).__name__, "give a torch.Tensor, such as torch.tensor(A)")
    if A.is_complex():
        raise DtypeError(
            "A.dtype", A.dtype, "descent here is over real matrices; use the real block matrix [[Re, -Im], [Im, Re]]"
        )
    if A.dtype not in REAL_DTYPES:
        raise DtypeError("A.dtype", A.dtype, "convert first: A.to(torch.float32) or A.to(torch.float64)")


def check_start(start: Tensor, like: Tensor) -> Tensor:
    """Return ``start`` if it has the shape and dtype of an answer; a single matrix is repeated over the batch."""
    if start.dtype != like.dtype:
        raise DtypeError("start.dtype", start.dtype, f"give the first guess in the dtype of A, {like.dtype}")
    if start.shape[-2:] != like.shape[-2:]:
        raise ShapeError("start.shape", tuple(start.shape), f"give the shape of the answer, {tuple(like.shape)}")
    return start.detach().expand(like.shape).clone()


def check_positive(name: str, value: float | None) -> None:
    """Return nothing if ``value`` is None or a finite number above zero."""
    if value is not None and not 0 < value < float("inf"):
        raise OptionError(name, value, "give a finite number above 0, or None for a computed one")


def check_fraction(name: str, value: float | None) -> None:
    """Return nothing if ``value`` is None or lies in [0, 1)."""
    if value is not None and not 0 <= value < 1:
        raise OptionError(name, value, "give a number of [0, 1)")
