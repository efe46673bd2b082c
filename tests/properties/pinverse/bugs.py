"""Pseudo-inverses with exactly one plausible bug each, and the property that must catch it.

All grow from two honest solutions: descent from zero, and the double step, by changing one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .honest import (
    Function,
    deflation,
    double_steps,
    each,
    eye_like,
    formula,
    norm_bound,
    right_descent,
    safe,
    triples,
)

EXACT = double_steps(torch.float64, 1e-7)
Change = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Bug:
    """A wrong solution and the property that has to find it."""

    caught_by: str
    calculate_pinverse: Function = EXACT
    pinverse_gradient: Function = formula


def after(change: Change) -> Function:
    """Return the honest function with its answer changed, given A as well."""

    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        return change(EXACT(A, rcond, steps), A)

    return calculate_pinverse


def before(change: Callable[[Tensor], Tensor]) -> Function:
    """Return the honest function of a changed A."""

    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        return EXACT(change(A), rcond, steps)

    return calculate_pinverse


def with_rcond(change: Callable[[float, Tensor], float | None], default: float | None = None) -> Function:
    """Return the honest function with another cutoff for each matrix."""

    def one(A: Tensor, rcond: float | None, steps: int | None) -> Tensor:
        if rcond is None:
            return EXACT(A, default, steps)
        changed = change(rcond, A)
        return EXACT(A, changed, steps) if changed is None or changed < 1 else torch.zeros_like(A.mT)

    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        return each(lambda matrix: one(matrix, rcond, steps), A)

    return calculate_pinverse


def descending(
    *,
    start: Callable[[Tensor], Tensor] = lambda A: torch.zeros_like(A.mT),
    gradient: Callable[[Tensor, Tensor], Tensor] = lambda A, X: A.mT @ (A @ X - eye_like(A)),
    rate: Callable[[Tensor], Tensor] = lambda A: 1 / norm_bound(A),
    most: int = 2000,
) -> Function:
    """Return plain descent with one part replaced; a cutoff is made as the honest function makes it."""

    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        if rcond is not None:
            return EXACT(A, rcond, steps)
        X, length = start(A), rate(A)
        for _ in range(most if steps is None else min(steps, most)):
            X = X - length * gradient(A, X)
        return X

    return calculate_pinverse


def left(A: Tensor, X: Tensor) -> Tensor:
    return (X @ A - torch.eye(A.shape[-1], dtype=A.dtype)) @ A.mT


def outer(A: Tensor, X: Tensor) -> Tensor:
    """The gradient of |A X A - A|^2 / 2, of about the length of the others."""
    return A.mT @ (A @ X @ A - A) @ A.mT / norm_bound(A)


def random_start(A: Tensor) -> Tensor:
    return torch.rand(A.mT.shape, dtype=A.dtype)


def ridge(size: float) -> Function:
    return descending(gradient=lambda A, X: A.mT @ (A @ X - eye_like(A)) + size * X)


def newton_schulz_for_ever(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if rcond is not None:
        return EXACT(A, rcond, steps)
    X = A.mT / norm_bound(A)
    for _ in range(60 if steps is None else steps):
        X = 2 * X - X @ A @ X
    return X


def adam(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if rcond is not None:
        return EXACT(A, rcond, steps)
    size = safe(A.norm())
    X = torch.nn.Parameter(torch.zeros(A.mT.shape, dtype=A.dtype))
    optimizer = torch.optim.Adam([X], lr=0.05)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.99)
    for _ in range(600 if steps is None else steps):
        optimizer.zero_grad()
        (A / size @ X - eye_like(A)).square().mean().backward()
        optimizer.step()
        schedule.step()
    return X.detach() / size


def direct(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    found: Tensor = torch.linalg.pinv(A, rtol=rcond)
    return found


def normal_equations(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    found: Tensor = torch.linalg.pinv(A.mT @ A, hermitian=True, rtol=None if rcond is None else rcond**2) @ A.mT
    return found


def direct_at_once(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    found: Tensor = torch.linalg.pinv(A.double(), rtol=rcond).to(A.dtype)
    return found


def rank_one_formula(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    return A.mT / safe(A.square().sum((-2, -1), keepdim=True))


def in_place(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    size = safe(A.abs().amax((-2, -1), keepdim=True)) * 2
    A /= size
    return EXACT(A, rcond, steps) / size


def only_two_dimensions(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    assert A.dim() == 2
    return EXACT(A, rcond, steps)


def three_dimensions_at_most(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    return EXACT(A.reshape(-1, *A.shape[-2:]), rcond, steps) if A.dim() > 2 else EXACT(A, rcond, steps)


def first_of_batch(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    X = EXACT(A, rcond, steps)
    return X[:1].expand(X.shape) if A.dim() > 2 else X


def empty_stack(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if A.dim() == 2:
        return EXACT(A, rcond, steps)
    found = [EXACT(matrix, rcond, steps) for matrix in A.reshape(-1, *A.shape[-2:])]
    return torch.stack(found).reshape(*A.shape[:-2], *A.shape[:-3:-1])


def rate_of_the_batch(A: Tensor) -> Tensor:
    """The rate that is safe for the largest matrix of a batch."""
    bounds = norm_bound(A)
    return 1 / bounds.amax() if bounds.numel() else bounds


def without_guard(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    found: Tensor = EXACT(A / A.norm(dim=(-2, -1), keepdim=True), rcond, steps) / A.norm(dim=(-2, -1), keepdim=True)
    return found


def cut_of_the_whole_batch(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if rcond is None or A.dim() == 2 or not A.numel():
        return EXACT(A, rcond, steps)
    sizes = torch.linalg.matrix_norm(A, 2)

    def one(B: Tensor) -> Tensor:
        relative = rcond * float(sizes.max() / torch.linalg.matrix_norm(B, 2))
        return EXACT(B, relative) if relative < 1 else torch.zeros_like(B.mT)

    return each(one, A)


def no_rcond_for_batches(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    return EXACT(A, rcond if A.dim() == 2 else None, steps)


def tikhonov(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if rcond is None:
        return EXACT(A, rcond, steps)
    B = A.double()
    size = safe(torch.linalg.matrix_norm(B, 2)[..., None, None])
    eye = torch.eye(A.shape[-1], dtype=B.dtype)
    found: Tensor = (torch.linalg.inv(B.mT @ B + (rcond * size) ** 2 * eye) @ B.mT).to(A.dtype)
    return found


def early_stop_as_cutoff(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if rcond is None:
        return EXACT(A, rcond, steps)
    return right_descent(A, int(2 / rcond**2))


def deflation_without_cutoff(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    return each(deflation, A, 1e-15 if rcond is None else rcond, 300 if steps is None else steps)


def without_deflation(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    def one(matrix: Tensor) -> Tensor:
        return sum((torch.outer(v, u) / s for u, s, v in triples(matrix, 0.9)[:1]), torch.zeros(matrix.shape[::-1]))

    return each(one, A).to(A.dtype)


def gradient_with(change: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> Function:
    """Return the right gradient, changed with the three arguments at hand."""
    return lambda A, X, G: change(formula(A, X, G), A, X, G)


def terms(A: Tensor, X: Tensor, G: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    left_null = torch.eye(A.shape[-2], dtype=A.dtype) - A @ X
    right_null = torch.eye(A.shape[-1], dtype=A.dtype) - X @ A
    return -X.mT @ G @ X.mT, left_null @ G.mT @ X @ X.mT, X.mT @ X @ G.mT @ right_null


def gradient_with_t(A: Tensor, X: Tensor, G: Tensor) -> Tensor:
    """`.T` turns all dimensions of a batch round."""
    if A.dim() > 2:
        return formula(A, X, G.flip(0))
    return formula(A, X, G)


def gradient_in_place(A: Tensor, X: Tensor, G: Tensor) -> Tensor:
    right = formula(A, X, G)
    G *= -1
    return right


CALCULATE = {
    "zeros": Bug("first_condition", after(lambda X, A: torch.zeros_like(X))),
    "ones": Bug("first_condition", after(lambda X, A: torch.ones_like(X))),
    "the transpose of A": Bug("first_condition", after(lambda X, A: A.mT)),
    "A itself": Bug("shape_and_dtype", after(lambda X, A: A)),
    "NaN": Bug("shape_and_dtype", after(lambda X, A: X * torch.nan)),
    "huge": Bug("first_condition", after(lambda X, A: X * 0 + 1e20)),
    "minus": Bug("first_condition", after(lambda X, A: -X)),
    "transposed if square": Bug("first_condition", after(lambda X, A: X.mT if A.shape[-1] == A.shape[-2] else X)),
    "shape of A": Bug("shape_and_dtype", after(lambda X, A: X.mT)),
    "one dimension more": Bug("shape_and_dtype", after(lambda X, A: X[None])),
    "one dimension less for a vector": Bug(
        "single_row_or_column", after(lambda X, A: X.squeeze(-1).squeeze(-1) if 1 in A.shape[-2:] else X)
    ),
    "float64 for float32": Bug("shape_and_dtype", after(lambda X, A: X.double())),
    "float32 for float64": Bug("float64_matrices", after(lambda X, A: X.float())),
    "half precision inside": Bug("first_condition", after(lambda X, A: X.half().to(X.dtype) * 1.003)),
    "signs lost": Bug("first_condition", before(torch.abs)),
    "A in place": Bug("arguments_unchanged", in_place),
    "random start, right residual": Bug("fourth_condition", descending(start=random_start)),
    "random start, left residual": Bug("third_condition", descending(start=random_start, gradient=left)),
    "random start, dependent rows": Bug("second_condition", descending(start=random_start)),
    "start at ones": Bug("fourth_condition", descending(start=lambda A: torch.ones_like(A.mT))),
    "start at the identity": Bug(
        "third_condition",
        descending(start=lambda A: torch.eye(*A.shape[:-3:-1], dtype=A.dtype).expand(A.mT.shape), gradient=left),
    ),
    "loss of A X A": Bug("fourth_condition", descending(start=random_start, gradient=outer, most=4000)),
    "random start, zero matrix": Bug("zero_matrices", descending(start=random_start)),
    "Adam leaves the row space": Bug("fourth_condition", adam),
    "gradient without the transpose": Bug(
        "first_condition",
        descending(gradient=lambda A, X: (A if A.shape[-1] == A.shape[-2] else A.mT) @ (A @ X - eye_like(A))),
    ),
    "uphill": Bug("first_condition", descending(rate=lambda A: -1 / norm_bound(A), most=100)),
    "fixed rate": Bug("rescaled_matrices", descending(rate=lambda A: torch.tensor(0.01))),
    "rate from the largest entry": Bug(
        "large_matrices", descending(rate=lambda A: 1 / safe(A.abs().amax((-2, -1), keepdim=True)) ** 2)
    ),
    "twenty steps": Bug("first_condition", descending(most=20)),
    "ridge 1e-2": Bug("first_condition", ridge(1e-2)),
    "ridge 1e-6": Bug("rescaled_matrices", ridge(1e-6)),
    "ridge 1e-10": Bug("rescaled_matrices", ridge(1e-10)),
    "Newton-Schulz for ever": Bug("lower_rank", newton_schulz_for_ever),
    "no cutoff by default": Bug("second_condition", deflation_without_cutoff),
    "default cutoff too large": Bug("first_condition", with_rcond(lambda rcond, A: rcond, default=0.25)),
    "only the largest singular value": Bug("first_condition", without_deflation),
    "formula of rank one": Bug("first_condition", rank_one_formula),
    "normal equations of the columns": Bug(
        "fourth_condition", lambda A, rcond=None, steps=None: _left_inverse(A, rcond, steps)
    ),
    "zero gives NaN": Bug("zero_matrices", without_guard),
    "direct solver": Bug("three_steps_are_only_three_steps", direct),
    "direct solver in float64": Bug("three_steps_are_only_three_steps", direct_at_once),
    "normal equations, direct": Bug("three_steps_are_only_three_steps", normal_equations),
    "steps ignored": Bug("three_steps_are_only_three_steps", lambda A, rcond=None, steps=None: EXACT(A, rcond, None)),
    "0 taken for None": Bug("no_steps_are_no_steps", lambda A, rcond=None, steps=None: EXACT(A, rcond, steps or None)),
    "stops above 8 rows": Bug("large_matrices", after(lambda X, A: X * 0.9 if max(A.shape[-2:]) > 8 else X)),
}

RCOND = {
    "rcond ignored": Bug("rcond_cuts", with_rcond(lambda rcond, A: None)),
    "rcond squared": Bug("rcond_cuts", with_rcond(lambda rcond, A: rcond**2)),
    "square root of rcond": Bug("rcond_cuts", with_rcond(lambda rcond, A: rcond**0.5)),
    "rcond relative to the Frobenius norm": Bug(
        "rcond_cuts", with_rcond(lambda rcond, A: rcond * float(A.norm() / torch.linalg.matrix_norm(A, 2)))
    ),
    "rcond relative to the largest entry": Bug(
        "rcond_cuts", with_rcond(lambda rcond, A: rcond * float(A.abs().max() / torch.linalg.matrix_norm(A, 2)))
    ),
    "rcond relative to the bound of the norm": Bug(
        "rcond_cuts", with_rcond(lambda rcond, A: rcond * float(norm_bound(A).sqrt() / torch.linalg.matrix_norm(A, 2)))
    ),
    "rcond absolute": Bug(
        "rcond_is_relative", with_rcond(lambda rcond, A: rcond / float(torch.linalg.matrix_norm(A, 2)))
    ),
    "rcond keeps the small ones": Bug("rcond_cuts", after(lambda X, A: X * 0)),
    "Tikhonov instead of a cut": Bug("rcond_cuts", tikhonov),
    "early stop instead of a cut": Bug("rcond_cuts", early_stop_as_cutoff),
    "rcond at least 0.3": Bug("small_rcond_cuts_nothing", with_rcond(lambda rcond, A: max(rcond, 0.3))),
    "rcond absolute, small": Bug(
        "small_rcond_cuts_nothing", with_rcond(lambda rcond, A: rcond / float(torch.linalg.matrix_norm(A, 2)))
    ),
}

BATCHES = {
    "only two dimensions": Bug("batches", only_two_dimensions),
    "three dimensions at most": Bug("batches", three_dimensions_at_most),
    "first of the batch for all": Bug("batches", first_of_batch),
    "batch turned over": Bug("batches", after(lambda X, A: X.flip(0) if A.dim() > 2 else X)),
    "one step size for the batch": Bug("batches_of_different_scale", descending(rate=rate_of_the_batch)),
    "zero in a batch gives NaN": Bug("batches_with_a_zero_matrix", without_guard),
    "stack of nothing": Bug("empty_batches", empty_stack),
    "cutoff of the whole batch": Bug("rcond_in_batches", cut_of_the_whole_batch),
    "no rcond for batches": Bug("rcond_in_batches", no_rcond_for_batches),
}

GRADIENT = {
    "gradient zero": Bug("gradient_of_an_inverse", EXACT, gradient_with(lambda H, A, X, G: H * 0)),
    "gradient without the first term": Bug(
        "gradient_of_an_inverse", EXACT, lambda A, X, G: terms(A, X, G)[1] + terms(A, X, G)[2]
    ),
    "gradient without the second term": Bug(
        "gradient_for_tall_matrices", EXACT, lambda A, X, G: terms(A, X, G)[0] + terms(A, X, G)[2]
    ),
    "gradient without the third term": Bug(
        "gradient_for_wide_matrices", EXACT, lambda A, X, G: terms(A, X, G)[0] + terms(A, X, G)[1]
    ),
    "gradient with the wrong sign": Bug("gradient_of_an_inverse", EXACT, gradient_with(lambda H, A, X, G: -H)),
    "sign of the third term": Bug(
        "gradient_for_wide_matrices", EXACT, gradient_with(lambda H, A, X, G: H - 2 * terms(A, X, G)[2])
    ),
    "gradient transposed": Bug("gradient_shape_and_arguments", EXACT, gradient_with(lambda H, A, X, G: H.mT)),
    "gradient of twice the loss": Bug("gradient_of_an_inverse", EXACT, gradient_with(lambda H, A, X, G: 2 * H)),
    "gradient without transposes": Bug(
        "gradient_of_an_inverse",
        EXACT,
        lambda A, X, G: -X @ G @ X if A.shape[-1] == A.shape[-2] else formula(A, X, G),
    ),
    "gradient for full rank only": Bug(
        "gradient_for_lower_rank",
        EXACT,
        lambda A, X, G: terms(A, X, G)[0] + terms(A, X, G)[1 if A.shape[-2] > A.shape[-1] else 2],
    ),
    "gradient mixes the batch": Bug("gradient_of_batches", EXACT, gradient_with_t),
    "gradient changes G": Bug("gradient_shape_and_arguments", EXACT, gradient_in_place),
    "gradient in float64": Bug("gradient_shape_and_arguments", EXACT, gradient_with(lambda H, A, X, G: H.double())),
}


def _left_inverse(A: Tensor, rcond: float | None, steps: int | None) -> Tensor:
    """Descent on A' A as if it were invertible, from ones: right for tall matrices of full rank only."""
    if rcond is not None:
        return EXACT(A, rcond, steps)
    Gram = A.mT @ A
    X, rate = torch.ones_like(A.mT), 1 / norm_bound(Gram)
    for _ in range(3000 if steps is None else steps):
        X = X - rate * Gram @ (Gram @ X - A.mT)
    return X


BUGS: dict[str, Bug] = {**CALCULATE, **RCOND, **BATCHES, **GRADIENT}
