"""What stock nbgrader runs inside the student's kernel: the properties of `inverse` as an instructor would write them.

The text of this module is put into a locked cell of the stock course, so it imports numpy and torch only. The bounds,
the matrices and the calls are those of `assignments/inverse/test_inverse.py`; each call is made once and kept.
"""

# ruff: noqa: ANN001, ANN003, ANN201  # all of this is text for a cell of a notebook
# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np
import torch


def singular_values(M):
    return np.linalg.svd(M.astype(np.float64), compute_uv=False)


def stability_limit(M, momentum):
    return len(M) ** 2 * (1 + momentum) / singular_values(M)[0] ** 2


def residual(X, M):
    return X.astype(np.float64) @ M.astype(np.float64) - np.eye(len(M))


def some_start(M):
    n = len(M)
    return np.arange(n * n, dtype=M.dtype).reshape(n, n) / (n * n * np.abs(M).max())


def some_rate(M, momentum):
    return 0.4 * stability_limit(M, momentum)


def updates(M, steps, momentum=0.9):
    return {"learning_rate": some_rate(M, momentum), "momentum": momentum, "steps": steps, "start": some_start(M)}


def heavy_ball(M, start, learning_rate, momentum, steps):
    X, M = start.astype(np.float64), M.astype(np.float64)
    V = np.zeros_like(X)
    for _ in range(steps):
        V = momentum * V + 2 / len(M) ** 2 * (X @ M - np.eye(len(M))) @ M.T
        X = X - learning_rate * V
    return X


def predicted_losses(M, learning_rate, momentum, steps):
    a = 2 * learning_rate / len(M) ** 2 * singular_values(M) ** 2
    previous, current, losses = np.ones(len(M)), np.ones(len(M)), []
    for _ in range(steps):
        losses.append(np.sum(current**2) / len(M) ** 2)
        previous, current = current, (1 + momentum - a) * current - momentum * previous
    return np.array(losses)


def tail_factor(M, learning_rate, momentum):
    middle = 1 + momentum - 2 * learning_rate / len(M) ** 2 * singular_values(M) ** 2
    root = np.sqrt((middle**2 - 4 * momentum).astype(complex))
    return np.maximum(abs(middle + root), abs(middle - root)).max() ** 2 / 4


def tail_rate(losses):
    tail = np.flatnonzero((losses > 1e-24) & (losses < 1e-2 * losses[0]))
    later = tail[tail.size // 2 :]
    return None if later.size < 8 else np.exp(np.polyfit(later, np.log(losses[later]), 1)[0])


kept: dict[object, object] = {}


def asked(function, M, **options):
    """Return (answer, losses, arguments unchanged) of one call, made once for each question."""
    plain = {name: value.tobytes() if isinstance(value, np.ndarray) else value for name, value in options.items()}
    key = (function.__name__, M.dtype.str, M.shape, M.tobytes(), *sorted(plain.items()))
    if key not in kept:
        given = torch.from_numpy(M.copy())
        tensors = {
            name: torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value
            for name, value in options.items()
        }
        answer = function(given, **tensors)
        same = np.array_equal(given.numpy(), M) and all(
            np.array_equal(tensors[name].numpy(), value)
            for name, value in options.items()
            if isinstance(value, np.ndarray)
        )
        if isinstance(answer, tuple):
            X, losses = answer
            kept[key] = (X.numpy(), np.array([float(loss) for loss in losses]), same)
        else:
            kept[key] = (float(answer), None, same)
    return kept[key]


def inverse_of(function, M, **options):
    X = asked(function, M, **options)[0]
    assert X.shape == M.shape
    assert X.dtype == M.dtype
    assert np.isfinite(X).all()
    return X


def check_inverse(function, M):
    X = inverse_of(function, M)
    S = singular_values(M)
    bound = np.clip(30 * len(M) * np.finfo(M.dtype).eps * S[0] / S[-1], 1e-3, 0.1)
    assert abs(residual(X, M)).max() <= bound
    assert abs(residual(M, X)).max() <= bound


def check_update(function, M, **options):
    expected = heavy_ball(M, **options)
    way = abs(expected - options["start"]).max()
    assert abs(inverse_of(function, M, **options) - expected).max() / way <= 1e-3


def check_safe_learning_rate(function, exam):
    for family in ("well_conditioned", "positive_definite", "scaled"):
        for M in exam[family]:
            for momentum in (0.0, 0.9):
                rate, _, same = asked(function, M, momentum=momentum)
                assert 1e-6 <= rate / stability_limit(M, momentum) <= 0.999
                assert same
            assert rate / stability_limit(M, 0.9) >= 1 / 300


def check_calculate_inverse(function, exam):
    for family in exam.keys() - {"ill_conditioned"}:
        for M in exam[family]:
            check_inverse(function, M)
            assert asked(function, M)[2]
    for M in exam["ill_conditioned"]:
        early, later = inverse_of(function, M, steps=3), inverse_of(function, M, steps=100)
        assert np.linalg.norm(residual(early, M)) / len(M) ** 0.5 >= 0.3
        assert abs(later - early).max() / abs(early).max() >= 1e-3
    for M in exam["well_conditioned"]:
        for options in (
            updates(M, 1),
            updates(M, 1) | {"learning_rate": 3 * stability_limit(M, 0.9)},
            updates(M, 3),
        ):
            check_update(function, M, **options)
            assert asked(function, M, **options)[2]
        losses = asked(function, M, **updates(M, 20, 0.0))[1]
        assert len(losses) in (20, 21) or losses[-1] <= 1e-9 * losses[0]
        assert abs(losses[0] / np.mean(residual(some_start(M), M) ** 2) - 1) <= 1e-3
        assert (losses[1:] / (losses[:-1] + 1e-9 * losses[0])).max() <= 1 + 1e-3


def losses_from_zero(function, M, momentum):
    options = {"learning_rate": some_rate(M, momentum), "momentum": momentum, "steps": 500}
    losses = asked(function, M, **options, start=np.zeros_like(M))[1]
    assert len(losses) in (500, 501) or losses[-1] <= 1e-9 * losses[0]
    return losses


def check_curves(losses, expected):
    steps = min(len(losses), len(expected))
    difference = abs(losses[:steps] - expected[:steps]) / (expected[:steps] + 1e-20 * expected[0])
    assert difference.max() <= 1e-2


def check_convergence(function, exam):
    for M in exam["float64"]:
        for momentum in (0.0, 0.9):
            rate = some_rate(M, momentum)
            losses, predicted = losses_from_zero(function, M, momentum), predicted_losses(M, rate, momentum, 500)
            check_curves(losses, predicted)
            if tail_rate(predicted) is not None:
                assert abs(np.log(tail_rate(losses)) / np.log(tail_factor(M, rate, momentum)) - 1) <= 0.15
        assert losses[-1] <= 1e-6 * losses[0]
        check_curves(losses, losses_from_zero(function, np.diag(singular_values(M)), 0.9))
