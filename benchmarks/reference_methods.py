"""The table of methods: what each one is, and the iterations, accuracy and time that were measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from benchmarks.reference_matrices import geometric, with_spectrum
from descent_linalg import (
    CGLS,
    BarzilaiBorwein,
    Form,
    GradientDescent,
    HeavyBall,
    Nesterov,
    NewtonSchulz,
    Published,
    Refinement,
    SteepestDescent,
    TorchOptimizer,
    inverse,
)

CONDITIONS = (10, 1e2, 1e4, 1e8)
SIDE = 32


@dataclass(frozen=True)
class Row:
    """A method with the words that describe it."""

    name: str
    method: Any
    formula: str
    needs: str
    guarantees: str
    form: Form = Form.AX


# Without its own stopping rules, which measure absolute gradients: of a mean square they are small from the start. Even
# so it stalls, since torch leaves out of the history every pair with y's <= 1e-10, whatever the scale of the loss.
LBFGS = partial(
    torch.optim.LBFGS,
    line_search_fn="strong_wolfe",
    max_iter=1,
    history_size=50,
    tolerance_grad=0,
    tolerance_change=0,
)

ROWS = (
    Row("`Published`", Published(), "`X -= lr X.grad; X.grad *= mom`", "a stable rate", "nothing", Form.XA),
    Row("`GradientDescent`", GradientDescent(), "`X - a G`, a = 2/(L + mu)", "smax, smin", "falling loss"),
    Row("`SteepestDescent`", SteepestDescent(), "`X - a G`, a = <G,G>/<G,HG>", "nothing", "falling loss"),
    Row("`HeavyBall`", HeavyBall(), "`X - a G + b (X - X_before)`", "smax, smin", "the rate (k-1)/(k+1) in the end"),
    Row("`Nesterov`", Nesterov(), "`Y - G(Y)/L`, Y ahead of X, restarted", "smax", "a loss below 2 L d^2 / steps^2"),
    Row("`BarzilaiBorwein`", BarzilaiBorwein(), "`X - a G`, a = <D,D>/<D,H>", "nothing", "convergence, not monotone"),
    Row("`CGLS`", CGLS(), "conjugate directions, by column", "nothing", "falling loss; min(m, n) exact steps"),
    Row(
        "`TorchOptimizer(Adam)`",
        TorchOptimizer(partial(torch.optim.Adam, lr=1e-2)),
        "Adam, learning rate 0.01",
        "a rate",
        "nothing",
    ),
    Row(
        "`TorchOptimizer(LBFGS)`",
        TorchOptimizer(LBFGS),
        "quasi-Newton, history 50, strong Wolfe",
        "nothing",
        "falling loss, until torch drops pairs with y's <= 1e-10",
    ),
    Row("`NewtonSchulz(False)`", NewtonSchulz(line_search=False), "`X + X (I - A X)`", "nothing", "falling loss"),
    Row("`NewtonSchulz`", NewtonSchulz(), "`X + a X (I - A X)`, best a", "nothing", "falling loss"),
    Row("`Refinement`", Refinement(), "`X + X (I - A X)`, doubled residual", "nothing", "correct rounding, see below"),
)


def method_table(budgets: dict[float, int]) -> Iterator[str]:
    """Yield the table of methods; ``budgets`` holds the largest number of steps tried at each condition number."""
    counts_head = "steps to 1e-10 at k = 10 | 1e2 | 1e4 | 1e8"
    yield f"| method | formula | needs | guarantees | {counts_head} | error at 1e2, 1e4, 1e8 | ms a step |"
    yield "|---" * 10 + "|"
    for row in ROWS:
        counts, errors, milliseconds = [], [], 0.0
        for condition in CONDITIONS:
            count, error, seconds = measure(row, condition, budgets[condition])
            counts.append(count)
            errors.append(f"{error:.1e}")
            milliseconds = seconds * 1e3 if condition == CONDITIONS[0] else milliseconds
        cells = [
            row.name,
            row.formula,
            row.needs,
            row.guarantees,
            *counts,
            ", ".join(errors[1:]),
            f"{milliseconds:.2g}",
        ]
        yield "| " + " | ".join(cells) + " |"
    yield _direct()


def measure(row: Row, condition: float, budget: int) -> tuple[str, float, float]:
    """Return the steps to a mean square of 1e-10 in words, the error at the end, and CPU seconds a step."""
    A = with_spectrum(SIDE, SIDE, geometric(SIDE, condition), 1, torch.float64, seed=1)[0]
    start = torch.rand(SIDE, SIDE, dtype=A.dtype, generator=torch.Generator().manual_seed(0))
    begin = time.thread_time()
    solution = inverse(
        A, row.method, form=row.form, start=start if row.name == "`Published`" else None, max_steps=budget
    )
    seconds = (time.thread_time() - begin) / max(solution.steps, 1)
    below = (solution.losses < 1e-10).nonzero()
    words = f"{int(below[0]):,}" if len(below) else f"> {solution.steps:,}"
    return words, _error(solution.value, condition), seconds


def _error(X: torch.Tensor, condition: float) -> float:
    A = with_spectrum(SIDE, SIDE, geometric(SIDE, condition), 1, torch.float64, seed=1)[0]
    # The refined inverse is correctly rounded here, so it stands in for the exact one.
    exact = inverse(A).value
    return float((X - exact).norm() / exact.norm())


def _direct() -> str:
    errors = []
    for condition in CONDITIONS[1:]:
        A = with_spectrum(SIDE, SIDE, geometric(SIDE, condition), 1, torch.float64, seed=1)[0]
        errors.append(f"{_error(torch.linalg.inv(A), condition):.1e}")
    return f"| torch.linalg.inv | LU | nothing | | | | | | {', '.join(errors)} | |"


def published_table(starts: int) -> Iterator[str]:
    """Yield the published algorithm's step counts, from zero and over random starts."""
    yield "| matrix | momentum | steps to 1e-6 / 1e-10 from zero | over random starts |"
    yield "|---|---|---|---|"
    diagonal = torch.diag(torch.tensor([1.0, 2, 3, 4], dtype=torch.float64))
    generator = torch.Generator().manual_seed(0)
    for momentum in (0.9, 0.0):
        zero = _published(diagonal, momentum, torch.zeros_like(diagonal))
        drawn = [
            _published(diagonal, momentum, torch.rand(4, 4, dtype=torch.float64, generator=generator))
            for _ in range(starts)
        ]
        ranges = " / ".join(f"{min(counts)} to {max(counts)}" for counts in zip(*drawn, strict=True))
        yield f"| diag(1, 2, 3, 4) | {momentum} | {zero[0]} / {zero[1]} | {ranges} |"
    steep = torch.diag(torch.tensor([1.0, 2, 3, 6], dtype=torch.float64))
    for momentum in (0.9, 0.0):
        outcome = inverse(steep, Published(momentum=momentum), form=Form.XA, max_steps=10_000, all_steps=True).outcome
        yield f"| diag(1, 2, 3, 6) | {momentum} | {outcome.name} | {outcome.name} |"


def _published(A: torch.Tensor, momentum: float, start: torch.Tensor) -> tuple[int, int]:
    solver = Published(momentum=momentum)
    losses = inverse(A, solver, form=Form.XA, start=start, max_steps=400, all_steps=True).losses
    return int((losses < 1e-6).nonzero()[0]), int((losses < 1e-10).nonzero()[0])
