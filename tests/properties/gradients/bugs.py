"""Solutions with exactly one plausible bug each, and the property that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .styles import STYLES, Functions

RIGHT = STYLES["formulas"]


@dataclass(frozen=True)
class Bug:
    """One bug: the property that must catch it, a word of the hint that must name it, and what replaces what."""

    caught_by: str
    hint: str
    functions: Functions = field(default_factory=dict)

    @property
    def student(self) -> dict[str, Callable[..., Any]]:
        """Return all six functions, the buggy ones among them."""
        return {**RIGHT, **self.functions}


def eye(M: Tensor) -> Tensor:
    return torch.eye(len(M), dtype=M.dtype)


def residual(X: Tensor, M: Tensor) -> Tensor:
    return X @ M - eye(M)


def _mse(caught_by: str, hint: str, function: Callable[[Tensor, Tensor], object]) -> Bug:
    return Bug(caught_by, hint, {"mse": function})


def _slope(caught_by: str, hint: str, function: Callable[[Tensor, Tensor], object]) -> Bug:
    return Bug(caught_by, hint, {"mse_gradient": function})


def _loss(caught_by: str, hint: str, function: Callable[[Tensor, Tensor], object]) -> Bug:
    return Bug(caught_by, hint, {"loss": function})


def _gradient(caught_by: str, hint: str, function: Callable[[Tensor, Tensor], object]) -> Bug:
    return Bug(caught_by, hint, {"gradient": function})


def _step(caught_by: str, hint: str, function: Callable[[Tensor, Tensor, float], object]) -> Bug:
    return Bug(caught_by, hint, {"gradient_step": function})


def _moved(caught_by: str, hint: str, function: Callable[..., object]) -> Bug:
    return Bug(caught_by, hint, {"momentum_step": function})


def slope(X: Tensor, M: Tensor) -> Tensor:
    return 2 / M.numel() * residual(X, M) @ M.T


def difference_in_place(y_hat: Tensor, y: Tensor) -> Tensor:
    y_hat -= y
    return (y_hat**2).mean()


def step_in_place(X: Tensor, M: Tensor, learning_rate: float) -> Tensor:
    X -= learning_rate * slope(X, M)
    return X


def velocity_in_place(X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> tuple[Tensor, Tensor]:
    V *= momentum
    V += slope(X, M)
    return X - learning_rate * V, V


def rolled(change: Callable[[Tensor, Tensor, float, float], Tensor]) -> Callable[..., object]:
    """Return a momentum step with another velocity."""

    def momentum_step(X: Tensor, V: Tensor, M: Tensor, rate: float, momentum: float) -> tuple[Tensor, Tensor]:
        V_new = change(slope(X, M), V, rate, momentum)
        return X - rate * V_new, V_new

    return momentum_step


def moved(change: Callable[[Tensor, Tensor, Tensor, Tensor, float, float], Tensor]) -> Callable[..., object]:
    """Return a momentum step with the right velocity and another X."""

    def momentum_step(X: Tensor, V: Tensor, M: Tensor, rate: float, momentum: float) -> tuple[Tensor, Tensor]:
        V_new = momentum * V + slope(X, M)
        return change(X, V, V_new, slope(X, M), rate, momentum), V_new

    return momentum_step


class Remembering:
    """A momentum step that keeps its velocity between calls, whatever V it is given."""

    def __init__(self) -> None:
        self.kept: Tensor | None = None

    def __call__(self, X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> tuple[Tensor, Tensor]:
        before = self.kept if self.kept is not None and self.kept.shape == V.shape else V
        self.kept = momentum * before.to(V.dtype) + slope(X, M)
        return X - learning_rate * self.kept, self.kept


BUGS: dict[str, Bug] = {
    # ---- mse
    "zero": _mse("mse_of_numbers", "zero", lambda y_hat, y: 0 * (y_hat - y).mean()),
    "sum of squares": _mse("mse_of_vectors", "sum", lambda y_hat, y: ((y_hat - y) ** 2).sum()),
    "divided by the rows": _mse(
        "mse_of_matrices", "all entries", lambda y_hat, y: ((y_hat - y) ** 2).sum() / (len(y) if y.ndim else 1)
    ),
    "not squared": _mse("mse_of_numbers", "squared", lambda y_hat, y: (y_hat - y).mean()),
    "absolute values": _mse("mse_of_numbers", "size", lambda y_hat, y: (y_hat - y).abs().mean()),
    "square of the mean": _mse("mse_of_vectors", "square of the mean", lambda y_hat, y: (y_hat - y).mean() ** 2),
    "root": _mse("mse_of_vectors", "root", lambda y_hat, y: ((y_hat - y) ** 2).mean().sqrt()),
    "half": _mse("mse_of_numbers", "half", lambda y_hat, y: ((y_hat - y) ** 2).mean() / 2),
    "added": _mse("mse_of_vectors", "subtract", lambda y_hat, y: ((y_hat + y) ** 2).mean()),
    "one number a row": _mse(
        "mse_of_matrices", "shape", lambda y_hat, y: ((y_hat - y) ** 2).mean(-1) if y.ndim else (y_hat - y) ** 2
    ),
    "a list": _mse("mse_of_numbers", "", lambda y_hat, y: [((y_hat - y) ** 2).mean().item()]),
    "float32 inside mse": _mse(
        "mse_in_float64", "", lambda y_hat, y: ((y_hat.float() - y.float()) ** 2).mean().to(y.dtype)
    ),
    "len of a number": _mse(
        "mse_of_numbers", "traceback", lambda y_hat, y: ((y_hat - y) ** 2).sum() / len(y.flatten()) if len(y) else y
    ),
    "whole numbers": _mse(
        "mse_of_scaled_matrices", "", lambda y_hat, y: (((y_hat - y) * 1e3).round() / 1e3).square().mean()
    ),
    "NaN": _mse("mse_of_numbers", "", lambda y_hat, y: y_hat.mean() * float("nan")),
    "difference in place": Bug("mse_leaves_its_arguments", "copy", {"mse": difference_in_place}),
    # ---- mse_gradient
    "no factor 2": _slope("derivative_of_numbers", "half", lambda y_hat, y: (y_hat - y) / y.numel()),
    "derivative of the sum": _slope("derivative_of_vectors", "sum", lambda y_hat, y: 2 * (y_hat - y)),
    "over the rows only": _slope(
        "derivative_of_matrices", "one side", lambda y_hat, y: 2 / (len(y) if y.ndim else 1) * (y_hat - y)
    ),
    "wrong sign": _slope("derivative_of_numbers", "wrong sign", lambda y_hat, y: 2 / y.numel() * (y - y_hat)),
    "signs only": _slope("derivative_of_vectors", "signs", lambda y_hat, y: 2 / y.numel() * (y_hat - y).sign()),
    "squares": _slope("derivative_of_vectors", "squares", lambda y_hat, y: (y_hat - y) ** 2 / y.numel()),
    "a vector of one": _slope(
        "derivative_of_numbers",
        "shape",
        lambda y_hat, y: (2 / y.numel() * (y_hat - y)).reshape(-1) if not y.ndim else 2 / y.numel() * (y_hat - y),
    ),
    "no derivative at all": _slope("derivative_belongs_to_your_mse", "Nudge", lambda y_hat, y: torch.zeros_like(y_hat)),
    "float32 inside derivative": _slope(
        "derivative_in_float64", "", lambda y_hat, y: (2 / y.numel() * (y_hat.float() - y.float())).to(y.dtype)
    ),
    # ---- loss
    "M X instead of X M": _loss("loss", "left", lambda X, M: (residual(M, X) ** 2).mean()),
    "entry by entry": _loss("loss", "entry by entry", lambda X, M: ((X * M - eye(M)) ** 2).mean()),
    "sum of the loss": _loss("loss", "sum", lambda X, M: (residual(X, M) ** 2).sum()),
    "loss over n": _loss("loss", "n^2", lambda X, M: (residual(X, M) ** 2).sum() / len(M)),
    "no identity": _loss("loss", "identity", lambda X, M: ((X @ M) ** 2).mean()),
    "ones for the identity": _loss("loss", "ones", lambda X, M: ((X @ M - 1) ** 2).mean()),
    "float32 inside the loss": _loss(
        "loss_in_float64", "", lambda X, M: (residual(X.float(), M.float()) ** 2).mean().to(M.dtype)
    ),
    "float64 for float32": _loss("loss", "dtype", lambda X, M: (residual(X, M) ** 2).mean().double()),
    # ---- gradient
    "no transpose": _gradient("gradient", "transpose", lambda X, M: 2 / M.numel() * residual(X, M) @ M),
    "wrong order": _gradient("gradient", "order", lambda X, M: 2 / M.numel() * M.T @ residual(X, M)),
    "other side": _gradient("gradient", "", lambda X, M: 2 / M.numel() * M.T @ residual(M, X)),
    "gradient of the sum": _gradient("gradient", "sum", lambda X, M: 2 * residual(X, M) @ M.T),
    "over n only": _gradient("gradient", "n only", lambda X, M: 2 / len(M) * residual(X, M) @ M.T),
    "no factor 2 in the gradient": _gradient("gradient", "half", lambda X, M: residual(X, M) @ M.T / M.numel()),
    "uphill and downhill mixed up": _gradient("gradient", "sign", lambda X, M: -slope(X, M)),
    "stops at X M": _gradient("gradient", "go on through M", lambda X, M: 2 / M.numel() * residual(X, M)),
    "no identity in the gradient": _gradient("gradient", "identity", lambda X, M: 2 / M.numel() * X @ M @ M.T),
    "with respect to M": _gradient("gradient", "respect to M", lambda X, M: 2 / M.numel() * X.T @ residual(X, M)),
    "zeros": _gradient("gradient_belongs_to_your_loss", "Nudge", lambda X, M: torch.zeros_like(X)),
    "bfloat16 inside": _gradient("gradient", "", lambda X, M: slope(X.bfloat16(), M.bfloat16()).to(M.dtype)),
    "float16 inside": _gradient("gradient", "", lambda X, M: slope(X.half(), M.half()).to(M.dtype)),
    "one number for 1 x 1": _gradient("gradient_of_1_x_1_matrices", "shape", lambda X, M: slope(X, M).squeeze()),
    "clipped": _gradient("gradient_of_scaled_matrices", "", lambda X, M: slope(X, M).clamp(-100, 100)),
    "float32 inside": _gradient("gradient_in_float64", "", lambda X, M: slope(X.float(), M.float()).to(M.dtype)),
    "forward differences in float32": _gradient(
        "gradient",
        "",
        lambda X, M: torch.stack(
            [
                (RIGHT["loss"](X + 1e-3 * u.reshape(X.shape), M) - RIGHT["loss"](X, M)) / 1e-3
                for u in torch.eye(X.numel(), dtype=X.dtype)
            ]
        ).reshape(X.shape),
    ),
    # ---- gradient_step
    "uphill": _step("step_lowers_the_loss", "subtracted", lambda X, M, rate: X + rate * slope(X, M)),
    "rate ignored": _step("step", "learning rate", lambda X, M, rate: X - slope(X, M)),
    "rate 0.1 always": _step("step", "", lambda X, M, rate: X - 0.1 * slope(X, M)),
    "X itself": _step("step", "X itself", lambda X, M, rate: X.clone()),
    "only the step": _step("step", "step", lambda X, M, rate: -rate * slope(X, M)),
    "the gradient": _step("step", "gradient", lambda X, M, rate: slope(X, M)),
    "updates X in place": _step("step_leaves_its_arguments", "copy", step_in_place),
    "normalised": _step("step", "", lambda X, M, rate: X - rate * slope(X, M) / (slope(X, M).norm() + 1e-9)),
    # ---- momentum_step
    "momentum ignored": _moved("later_momentum_step", "V plays no part", rolled(lambda G, V, rate, mom: G)),
    "kept in full": _moved("later_momentum_step", "full", rolled(lambda G, V, rate, mom: V + G)),
    "damped gradient": _moved(
        "first_momentum_step", "1 - momentum", rolled(lambda G, V, rate, mom: mom * V + (1 - mom) * G)
    ),
    "rate in the velocity": _moved(
        "later_momentum_step",
        "learning rate",
        lambda X, V, M, rate, mom: (X - (mom * V + rate * slope(X, M)), mom * V + rate * slope(X, M)),
    ),
    "old velocity": _moved("later_momentum_step", "old V", moved(lambda X, V, V_new, G, rate, mom: X - rate * V)),
    "looks ahead": _moved(
        "later_momentum_step", "Nesterov", moved(lambda X, V, V_new, G, rate, mom: X - rate * (G + mom * V_new))
    ),
    "gradient only in X": _moved(
        "later_momentum_step", "gradient alone", moved(lambda X, V, V_new, G, rate, mom: X - rate * G)
    ),
    "climbing": _moved("first_momentum_step", "climbs", moved(lambda X, V, V_new, G, rate, mom: X + rate * V_new)),
    "swapped": _moved(
        "first_momentum_step", "swapped", lambda X, V, M, rate, mom: RIGHT["momentum_step"](X, V, M, rate, mom)[::-1]
    ),
    "only X": _moved(
        "first_momentum_step", "", lambda X, V, M, rate, mom: RIGHT["momentum_step"](X, V, M, rate, mom)[0]
    ),
    "arguments back": _moved("first_momentum_step", "", lambda X, V, M, rate, mom: (X, V)),
    "velocity in place": _moved("momentum_step_leaves_its_arguments", "copy", velocity_in_place),
    "velocity kept between calls": _moved("later_momentum_step", "", Remembering()),
    "momentum fixed at 0.5": _moved("later_momentum_step", "", rolled(lambda G, V, rate, mom: 0.5 * V + G)),
}
