"""Figures to look at descent with. Each function returns a plotly figure and shows nothing by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import plotly.graph_objects as go
import torch
from jaxtyping import Float
from plotly.subplots import make_subplots
from torch import Tensor

from descent_linalg._inverse import inverse
from descent_linalg.checks import check_matrices
from descent_linalg.errors import OptionError, ShapeError
from descent_linalg.loop import Method, State
from descent_linalg.problem import Form, InverseProblem
from descent_linalg.rates import predicted_losses, tail_factor
from descent_linalg.solution import Progress
from descent_linalg.solvers.brockett import BrockettCost
from descent_linalg.solvers.heavy_ball import HeavyBall
from descent_linalg.spectrum import singular_values

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart by colour-blind readers too (M. Okabe and K. Ito, 2008)."""


def loss_curves(
    A: Float[Tensor, "n n"],
    methods: Mapping[str, Method[Any]],
    *,
    steps: int = 300,
    form: Form = Form.XA,
    progress: Progress | None = None,
) -> go.Figure:
    """Return the losses of several methods on one matrix, on a logarithmic scale, with heavy ball's predicted rate.

    A `HeavyBall` with given parameters gets a dashed line of the slope that its singular values predict.

    Args:
        A: One square matrix.
        methods: The methods by the names to show.
        steps: The budget of each.
        form: The residual to descend on.
        progress: Called as ``progress(step, loss)`` while each method runs.
    """
    figure = go.Figure()
    for colour, (name, method) in zip(_colours(), methods.items(), strict=False):
        start = torch.zeros_like(A) if isinstance(method, HeavyBall) else None
        losses = inverse(A, method, form=form, start=start, max_steps=steps, progress=progress).losses
        figure.add_trace(_curve(name, losses, colour))
        if isinstance(method, HeavyBall) and method.learning_rate is not None and method.momentum is not None:
            factor = tail_factor(singular_values(A), method.learning_rate, method.momentum)
            figure.add_trace(_slope(f"{name}: predicted rate", losses, factor, colour))
    return _log_loss(figure, "Losses of descent on one matrix")


def diagonal_against_random(
    S: Float[Tensor, " n"],
    other: Float[Tensor, " n"],
    *,
    learning_rate: float = 0.9,
    momentum: float = 0.9,
    steps: int = 300,
    seed: int = 0,
) -> go.Figure:
    """Return heavy ball's losses on a diagonal and a rotated matrix: one spectrum at the left, two at the right.

    At the left the curves lie on each other and on the predicted one; what makes a matrix slow are its singular values,
    not that it looks random.

    Args:
        S: The singular values of the diagonal matrix.
        other: Those of the rotated matrices at the right.
        learning_rate: Heavy ball's.
        momentum: Heavy ball's.
        steps: The number of updates.
        seed: Of the rotations.
    """
    figure = make_subplots(
        1, 2, shared_yaxes=True, subplot_titles=("same singular values", "different singular values")
    )
    solver = HeavyBall(learning_rate, momentum)
    for column, spectrum in ((1, S), (2, other)):
        matrices = {"diagonal": torch.diag(S.double()), "rotated": _rotated(spectrum.double(), seed)}
        for colour, (name, A) in zip(COLOURS, matrices.items(), strict=False):
            losses = inverse(A, solver, form=Form.XA, max_steps=steps, all_steps=True).losses
            figure.add_trace(_curve(name, losses, colour), row=1, col=column)
        predicted = predicted_losses(spectrum, learning_rate, momentum, steps)
        figure.add_trace(_curve("predicted", predicted, COLOURS[-1], dash="dot"), row=1, col=column)
    return _log_loss(figure, "Diagonal against random")


def residual_animation(
    A: Float[Tensor, "n n"],
    method: Method[Any],
    *,
    every: int = 10,
    frames: int = 30,
    form: Form = Form.XA,
    start: Tensor | None = None,
) -> go.Figure:
    """Return the heat map of ``X A - I`` (or the other residual) after every ``every`` steps, as an animation.

    Args:
        A: One square matrix.
        method: The method to watch.
        every: Steps between two frames.
        frames: Their number.
        form: The residual to descend on and to show; of both forms, the first.
        start: The first guess; None means the method's own.
    """
    _one_matrix(A)
    if every < 1 or frames < 1:
        raise OptionError("every, frames", (every, frames), "give at least one step and one frame")
    states = islice(walk(method, InverseProblem(A, form), start), 0, every * frames, every)
    maps = [(step * every, state.residuals[0].detach()) for step, state in enumerate(states)]
    limit = max(float(maps[0][1].abs().max()), 1e-300)
    heat = [go.Heatmap(z=residual.tolist(), zmin=-limit, zmax=limit, colorscale="RdBu") for _, residual in maps]
    figure = go.Figure(data=heat[0])
    figure.frames = [go.Frame(data=[data], name=str(step)) for data, (step, _) in zip(heat, maps, strict=True)]
    figure.update_yaxes(autorange="reversed", scaleanchor="x")
    return _player(figure, f"{form.value}, step by step", [str(step) for step, _ in maps])


def singular_vectors_turning(A: Float[Tensor, "2 2"], *, frames: int = 30) -> go.Figure:
    """Return how descent on the Brockett cost turns V on the circle until ``A V`` stands at right angles, animated.

    Args:
        A: One 2x2 matrix.
        frames: The number of steps to show.
    """
    _one_matrix(A)
    if A.shape != (2, 2):
        raise ShapeError("A.shape", tuple(A.shape), "give a 2x2 matrix: more does not fit on paper")
    angles = torch.linspace(0, 2 * math.pi, 181, dtype=A.dtype)
    circle = torch.stack([angles.cos(), angles.sin()])
    positions = [V[0] for V in islice(_turning(A.detach().unsqueeze(0)), frames)]
    drawn = [[_arrows(V, "V", COLOURS[0]), _arrows(A @ V, "A V", COLOURS[1])] for V in positions]
    still = [_outline(circle, "circle", COLOURS[0]), _outline(A @ circle, "A times circle", COLOURS[1])]
    figure = go.Figure(data=[*drawn[0], *still])
    figure.frames = [go.Frame(data=arrows, name=str(step), traces=[0, 1]) for step, arrows in enumerate(drawn)]
    figure.update_yaxes(scaleanchor="x")
    return _player(figure, "Singular vectors turning into place", [str(step) for step in range(len(drawn))])


def walk(method: Method[Any], problem: InverseProblem, start: Tensor | None = None) -> Iterator[State]:
    """Yield the states of ``method`` without end, the first one before any update."""
    with torch.no_grad():
        state = method.init(problem, start)
    while True:
        yield state
        with torch.no_grad():
            state = method.step(problem, state)


def _turning(A: Tensor) -> Iterator[Tensor]:
    cost = BrockettCost(A)
    state = cost.start()
    while True:
        yield state.point[1]
        state = cost.step(state)


def _one_matrix(A: Tensor) -> None:
    check_matrices(A, square=True)
    if A.dim() != 2 or A.numel() == 0:
        raise ShapeError("A.shape", tuple(A.shape), "a figure shows one matrix with entries; give A[0]")


def _rotated(S: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    gaussian = torch.randn(2, len(S), len(S), dtype=S.dtype, generator=generator)
    U, V = torch.linalg.qr(gaussian)[0]
    rotated: Tensor = (U * S) @ V.mT
    return rotated


def _colours() -> Iterator[str]:
    while True:
        yield from COLOURS


def _curve(name: str, losses: Tensor, colour: str, dash: str = "solid") -> go.Scatter:
    # A logarithm has no zero: losses that reached it are left out.
    shown = [value if value > 0 else None for value in losses.tolist()]
    return go.Scatter(y=shown, name=name, mode="lines", line={"color": colour, "dash": dash})


def _slope(name: str, losses: Tensor, factor: float, colour: str) -> go.Scatter:
    """Return a line of the predicted slope, through the loss at a third of the way."""
    anchor = len(losses) // 3
    line = [float(losses[anchor]) * factor ** (step - anchor) for step in range(anchor, len(losses))]
    return go.Scatter(
        x=list(range(anchor, len(losses))), y=line, name=name, mode="lines", line={"color": colour, "dash": "dash"}
    )


def _log_loss(figure: go.Figure, title: str) -> go.Figure:
    figure.update_layout(title=title, template="plotly_white")
    figure.update_xaxes(title_text="step")
    figure.update_yaxes(type="log", exponentformat="power")
    figure.update_yaxes(title_text="mean square of the residual", col=1 if figure._grid_ref else None)
    return figure


def _arrows(ends: Tensor, name: str, colour: str) -> go.Scatter:
    """Return two arrows from the origin to the columns of ``ends``."""
    (x1, x2), (y1, y2) = ends.tolist()
    marker = {"symbol": "circle", "size": [0, 10, 0, 10], "color": colour}
    return go.Scatter(x=[0, x1, 0, x2], y=[0, y1, 0, y2], name=name, marker=marker, line={"color": colour})


def _outline(points: Tensor, name: str, colour: str) -> go.Scatter:
    x, y = points.tolist()
    return go.Scatter(x=x, y=y, name=name, mode="lines", line={"color": colour, "dash": "dot", "width": 1})


def _player(figure: go.Figure, title: str, steps: Sequence[str]) -> go.Figure:
    """Return the figure with a play button and a slider over its frames."""
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    moving = {"fromcurrent": True, "frame": {"duration": 120, "redraw": True}, "transition": {"duration": 0}}
    figure.update_layout(
        title=title,
        template="plotly_white",
        updatemenus=[{"type": "buttons", "buttons": [{"label": "play", "method": "animate", "args": [None, moving]}]}],
        sliders=[
            {
                "currentvalue": {"prefix": "step "},
                "steps": [{"label": step, "method": "animate", "args": [[step], still]} for step in steps],
            }
        ],
    )
    return figure
