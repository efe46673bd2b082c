"""Every method of descent, by what its matrix is like; one table says what each one promises."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch

from descent_linalg import (
    CGLS,
    BarzilaiBorwein,
    DescentFailedError,
    Form,
    GradientDescent,
    HeavyBall,
    Nesterov,
    NewtonSchulz,
    OptionError,
    Outcome,
    Refinement,
    SteepestDescent,
    TorchOptimizer,
    inverse,
)

from .matrices import geometric, with_spectrum

FIRST_ORDER: dict[str, Any] = {
    "gradient descent": GradientDescent(),
    "steepest descent": SteepestDescent(),
    "heavy ball": HeavyBall(),
    "Nesterov": Nesterov(),
    "Barzilai-Borwein": BarzilaiBorwein(),
}
COLUMNS: dict[str, Any] = {"CGLS": CGLS()}
PRECONDITIONED: dict[str, Any] = {"Newton-Schulz": NewtonSchulz(), "plain Newton-Schulz": NewtonSchulz(False)}
REFINED: dict[str, Any] = {"refinement": Refinement()}
ALL: dict[str, Any] = FIRST_ORDER | COLUMNS | PRECONDITIONED | REFINED
MONOTONE = ["gradient descent", "steepest descent", "CGLS", "Newton-Schulz"]


def table(methods: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("solver", list(methods.values()), ids=list(methods))


@table(ALL)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_well_posed_matrices_are_inverted_to_rounding(solver: Any, dtype: torch.dtype) -> None:  # noqa: ANN401
    A = with_spectrum(6, 6, geometric(6, 3), batch=3, dtype=dtype)
    solution = inverse(A, solver)
    assert solution.outcome is Outcome.CONVERGED
    assert (A @ solution.value - torch.eye(6, dtype=dtype)).abs().max() < 100 * torch.finfo(dtype).eps


@table(FIRST_ORDER | PRECONDITIONED)
def test_the_form_may_be_turned_round(solver: Any) -> None:  # noqa: ANN401
    A = with_spectrum(4, 4, geometric(4, 3))[0]
    solution = inverse(A, solver, form=Form.XA)
    torch.testing.assert_close(solution.value @ A, torch.eye(4, dtype=A.dtype), rtol=0.0, atol=1e-13)


@table({name: ALL[name] for name in MONOTONE})
def test_monotone_methods_never_let_the_loss_rise(solver: Any) -> None:  # noqa: ANN401
    A = with_spectrum(8, 8, geometric(8, 50))[0]
    losses = inverse(A, solver, max_steps=300).losses
    above_rounding = losses[losses > 1e-25]
    assert (above_rounding.diff() <= 1e-12 * above_rounding[:-1]).all()


@table(ALL)
@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e150])
def test_scale_changes_nothing_but_the_scale(solver: Any, scale: float) -> None:  # noqa: ANN401
    A = with_spectrum(3, 3, geometric(3, 2))[0]
    steps = inverse(A, solver).steps
    scaled = inverse(A * scale, solver)
    assert scaled.outcome is Outcome.CONVERGED
    assert abs(scaled.steps - steps) <= 0.2 * steps + 2
    torch.testing.assert_close(scaled.value * scale, inverse(A, solver).value, rtol=1e-12, atol=1e-12)


@table(ALL)
def test_a_singular_matrix_is_an_outcome_that_says_so(solver: Any) -> None:  # noqa: ANN401
    A = with_spectrum(3, 3, torch.tensor([1.0, 0.5]))[0]
    solution = inverse(A, solver, max_steps=2000)
    assert solution.outcome is Outcome.SINGULAR
    with pytest.raises(DescentFailedError, match="pinverse"):
        solution.require()


@table(PRECONDITIONED | REFINED)
def test_a_singular_neighbour_in_a_batch_spoils_nothing(solver: Any) -> None:  # noqa: ANN401
    good = with_spectrum(4, 4, geometric(4, 10), batch=3)
    bad = torch.zeros(1, 4, 4, dtype=good.dtype), with_spectrum(4, 4, torch.ones(2))
    solution = inverse(torch.cat([bad[0], good, bad[1]]), solver)
    assert solution.outcome is Outcome.SINGULAR
    torch.testing.assert_close(solution.value[1:4], inverse(good, solver).value, rtol=0.0, atol=0.0)


@table(ALL)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3), (2, 0, 0), (1, 1), (2, 1, 2, 2)])
def test_empty_and_tiny_batches_keep_their_shape(solver: Any, shape: tuple[int, ...]) -> None:  # noqa: ANN401
    A = 2 * torch.eye(shape[-1]).expand(shape)
    solution = inverse(A, solver)
    assert solution.value.shape == shape
    assert solution.outcome is Outcome.CONVERGED
    torch.testing.assert_close(solution.value, A / 4)


@pytest.mark.parametrize(
    ("condition_number", "counts"),
    [
        (10, {"heavy ball": 64, "Nesterov": 122, "CGLS": 29, "plain Newton-Schulz": 13, "Newton-Schulz": 8}),
        (100, {"CGLS": 64}),
    ],
)
def test_iterations_to_1e_10_are_those_known_for_a_geometric_spectrum(
    condition_number: float, counts: dict[str, int]
) -> None:
    A = with_spectrum(32, 32, geometric(32, condition_number))[0]
    for name, count in counts.items():
        losses = inverse(A, ALL[name], max_steps=2 * count).losses
        assert int((losses < 1e-10).nonzero()[0]) == pytest.approx(count, abs=2), name


def test_newton_schulz_needs_37_steps_at_condition_1e8() -> None:
    A = with_spectrum(32, 32, geometric(32, 1e8))[0]
    losses = inverse(A, NewtonSchulz()).losses
    assert int((losses < 1e-10).nonzero()[0]) <= 40


def test_same_spectrum_same_losses_from_zero() -> None:
    S = geometric(5, 4)
    solver = HeavyBall(0.9, 0.9)
    curves = [inverse(with_spectrum(5, 5, S, seed=seed)[0], solver, max_steps=150).losses for seed in (1, 2)]
    torch.testing.assert_close(curves[0], curves[1], rtol=1e-8, atol=0.0)


def test_a_rate_above_the_limit_diverges_and_says_so() -> None:
    A = torch.eye(3) * 2
    solution = inverse(A, GradientDescent(learning_rate=100.0))
    assert solution.outcome in (Outcome.DIVERGED, Outcome.NONFINITE)
    with pytest.raises(DescentFailedError, match="learning_rate"):
        solution.require()


def test_a_spent_budget_is_an_outcome_and_keeps_the_losses() -> None:
    A = with_spectrum(4, 4, geometric(4, 100))[0]
    solution = inverse(A, SteepestDescent(), max_steps=5)
    assert solution.outcome is Outcome.MAX_STEPS_REACHED
    assert (solution.steps, len(solution.losses)) == (5, 6)


def test_a_tolerance_stops_early() -> None:
    A = with_spectrum(4, 4, geometric(4, 10))[0]
    solution = inverse(A, SteepestDescent(), tolerance=1e-3)
    assert solution.outcome is Outcome.CONVERGED
    assert solution.losses[-1] <= 1e-3 < solution.losses[-2]


def test_progress_hears_every_update() -> None:
    heard: list[tuple[int, float]] = []
    solution = inverse(torch.eye(2) * 3, NewtonSchulz(), progress=lambda step, loss: heard.append((step, loss)))
    assert [step for step, _ in heard] == list(range(solution.steps))
    assert [loss for _, loss in heard] == solution.losses[:-1].tolist()


@pytest.mark.parametrize(
    "factory",
    [
        partial(torch.optim.SGD, lr=1.0, momentum=0.9, nesterov=True),
        partial(torch.optim.Adam, lr=0.03),
        partial(torch.optim.AdamW, lr=0.03, weight_decay=0.0),
        partial(torch.optim.RMSprop, lr=0.01),
        partial(torch.optim.LBFGS, lr=1.0, line_search_fn="strong_wolfe"),
    ],
    ids=["SGD", "Adam", "AdamW", "RMSprop", "LBFGS"],
)
def test_optimizers_of_torch_descend(factory: Any) -> None:  # noqa: ANN401
    A = with_spectrum(4, 4, geometric(4, 3))[0]
    solution = inverse(A, TorchOptimizer(factory), max_steps=400, tolerance=1e-4)
    assert solution.losses[-1] < 1e-3 * solution.losses[0]


def test_sgd_of_torch_is_heavy_ball() -> None:
    A = with_spectrum(4, 4, geometric(4, 3))[0]
    by_torch = inverse(A, TorchOptimizer(partial(torch.optim.SGD, lr=0.7, momentum=0.8)), max_steps=30, all_steps=True)
    by_hand = inverse(A, HeavyBall(0.7, 0.8), max_steps=30, all_steps=True)
    torch.testing.assert_close(by_torch.losses, by_hand.losses, rtol=1e-11, atol=0.0)


@pytest.mark.parametrize(("solver", "form"), [(NewtonSchulz(), Form.BOTH), (CGLS(), Form.XA), (Refinement(), Form.XA)])
def test_a_form_that_a_method_cannot_take_is_refused(solver: Any, form: Form) -> None:  # noqa: ANN401
    with pytest.raises(OptionError, match="form"):
        inverse(torch.eye(2), solver, form=form)
