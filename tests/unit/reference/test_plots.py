"""Figures: each function returns one, with what it promises in it, and shows nothing by itself."""

from __future__ import annotations

import io

import plotly.graph_objects as go
import pytest
import torch
from rich.console import Console

from descent_linalg import Form, HeavyBall, NewtonSchulz, OptionError, ShapeError, inverse, plots, rates
from descent_linalg.progress import progress_bar

from .matrices import geometric, with_spectrum

A = with_spectrum(4, 4, torch.tensor([4.0, 3, 2, 1]))[0]


def test_loss_curves_show_the_losses_and_the_predicted_slope() -> None:
    figure = plots.loss_curves(A, {"heavy ball": HeavyBall(0.9, 0.9), "Newton-Schulz": NewtonSchulz()}, steps=200)
    ball, predicted, newton = figure.data
    expected = inverse(A, HeavyBall(0.9, 0.9), form=Form.XA, max_steps=200).losses
    assert ball.y == pytest.approx(expected.tolist())
    assert len(newton.y) < 20
    # The dashed line has the slope of the curve's own tail.
    assert predicted.y[100] / predicted.y[50] == pytest.approx(ball.y[166] / ball.y[116], rel=0.5)
    assert figure.layout.yaxis.type == "log"


def test_same_spectra_lie_on_each_other_and_on_the_prediction() -> None:
    S = torch.tensor([4.0, 3, 2, 1])
    figure = plots.diagonal_against_random(S, geometric(4, 30), steps=120)
    same, other = [trace.y for trace in figure.data[:3]], [trace.y for trace in figure.data[3:]]
    assert same[0] == pytest.approx(same[1], rel=1e-6)
    assert same[0] == pytest.approx(same[2], rel=1e-6)
    assert other[0][-1] < 1e-3 * other[1][-1]


def test_the_residual_is_shown_every_k_steps() -> None:
    figure = plots.residual_animation(A, HeavyBall(0.9, 0.9), every=20, frames=5)
    assert [frame.name for frame in figure.frames] == ["0", "20", "40", "60", "80"]
    X = inverse(A, HeavyBall(0.9, 0.9), form=Form.XA, max_steps=40, all_steps=True).value
    shown = torch.tensor(figure.frames[2].data[0].z, dtype=A.dtype)
    torch.testing.assert_close(shown, X @ A - torch.eye(4, dtype=A.dtype))


def test_singular_vectors_end_at_right_angles() -> None:
    figure = plots.singular_vectors_turning(torch.tensor([[2.0, 1.0], [0.0, 1.0]], dtype=torch.float64))
    last = figure.frames[-1].data[1]
    first = figure.frames[0].data[1]

    def cosine(arrows: go.Scatter) -> float:
        a, b = (torch.tensor([arrows.x[i], arrows.y[i]], dtype=torch.float64) for i in (1, 3))
        return float(torch.nn.functional.cosine_similarity(a, b, dim=0).abs())

    assert cosine(last) < 1e-3 < cosine(first)


def test_every_figure_survives_its_own_file_format() -> None:
    for figure in (
        plots.loss_curves(A, {"Newton-Schulz": NewtonSchulz()}),
        plots.residual_animation(A, NewtonSchulz(), every=1, frames=3),
    ):
        assert go.Figure(figure.to_dict()).data


def test_predicted_losses_are_the_measured_ones() -> None:
    S = geometric(5, 6) * 3
    M = with_spectrum(5, 5, S)[0]
    measured = inverse(M, HeavyBall(0.8, 0.7), form=Form.XA, max_steps=80, all_steps=True).losses
    torch.testing.assert_close(rates.predicted_losses(S, 0.8, 0.7, 80), measured, rtol=1e-9, atol=1e-28)


def test_the_predicted_tail_is_the_measured_one() -> None:
    S = torch.tensor([4.0, 3, 2, 1], dtype=torch.float64)
    for momentum in (0.0, 0.9):
        losses = rates.predicted_losses(S, 0.5, momentum, 400)
        factor = float((losses[300] / losses[200]) ** 0.01)
        assert rates.tail_factor(S, 0.5, momentum) == pytest.approx(factor, rel=0.02)


def test_the_predicted_limit_is_where_the_tail_stops_shrinking() -> None:
    S = torch.tensor([3.0, 1.0])
    limit = rates.stability_limit(S, 0.9)
    assert rates.tail_factor(S, 0.999 * limit, 0.9) < 1 < rates.tail_factor(S, 1.001 * limit, 0.9)


@pytest.mark.parametrize("bad", [torch.zeros(2, 3, 3), torch.zeros(0, 0)])
def test_a_batch_does_not_fit_into_a_figure(bad: torch.Tensor) -> None:
    with pytest.raises(ShapeError, match="one matrix"):
        plots.residual_animation(bad, NewtonSchulz())


def test_no_frames_and_no_plane_are_refused() -> None:
    with pytest.raises(OptionError, match="frames"):
        plots.residual_animation(A, NewtonSchulz(), frames=0)
    with pytest.raises(ShapeError, match="2x2"):
        plots.singular_vectors_turning(A)


def test_the_progress_bar_shows_step_and_loss() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with progress_bar("inverting", 5, console) as progress:
        progress(2, 0.125)
    assert isinstance(console.file, io.StringIO)
    assert "inverting" in console.file.getvalue()
    assert "3/5" in console.file.getvalue()
    assert "1.25e-01" in console.file.getvalue()
