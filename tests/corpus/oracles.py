"""Direct oracles: what each assignment promises in its hand-out, checked in numpy on matrices of this file's own.

They share nothing with the kit's strategies, measures and expectations, so that they can judge what the properties
judge. An oracle asks a namespace (the functions of a solution), round after round, and raises `Violation` as soon as
a promise is broken; whatever else is raised while a function runs breaks a promise as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Array = npt.NDArray[Any]
Namespace = Mapping[str, Any]
Oracle = Callable[[Namespace, np.random.Generator, int], None]

ACCURACY = 1e-3
SVD_ACCURACY = 1e-4


class Violation(AssertionError):
    """An answer breaks a promise of the hand-out."""


def check(error: float, bound: float, what: str) -> None:
    """Raise Violation unless ``error`` is at most ``bound``; NaN is not."""
    if not error <= bound:
        raise Violation(f"{what}: {error:.3g}, allowed {bound:.3g}")


def ask(function: Callable[..., Any], *positional: Any, **named: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Return what a function gives back for numpy arguments, tensors as arrays; it may change no argument."""
    given = [_tensor(value) for value in positional]
    options = {name: _tensor(value) for name, value in named.items()}
    result = function(*given, **options)
    for before, after in zip((*positional, *named.values()), (*given, *options.values()), strict=True):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after.detach().numpy()):
            raise Violation("an argument was changed")
    parts = tuple(result) if isinstance(result, tuple) else (result,)
    return tuple(part.detach().numpy() if isinstance(part, torch.Tensor) else part for part in parts)


def _tensor(value: Any) -> Any:  # noqa: ANN401
    return torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value


def like(answer: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:  # noqa: ANN401
    """Return the answer in float64 if it is a finite array of this shape and dtype."""
    if not isinstance(answer, np.ndarray) or answer.shape != shape or answer.dtype != dtype:
        raise Violation(f"an answer of shape {getattr(answer, 'shape', None)}, {getattr(answer, 'dtype', None)}")
    wide = answer.astype(np.float64)
    check(0.0 if np.isfinite(wide).all() else np.inf, 0.0, "finite")
    return wide


def peak(matrix: Array) -> float:
    """Return the largest absolute entry, 0 of nothing."""
    return float(np.abs(matrix).max(initial=0.0))


def orthogonal(generator: np.random.Generator, n: int) -> Array:
    """Return a random orthogonal matrix."""
    Q, R = np.linalg.qr(generator.standard_normal((n, n)))
    return np.asarray(Q * np.sign(np.diag(R)))


def of_spectrum(generator: np.random.Generator, S: Array, m: int, n: int) -> Array:
    """Return a matrix of shape (m, n) with these singular values."""
    k = len(S)
    return np.asarray(orthogonal(generator, m)[:, :k] * S @ orthogonal(generator, n)[:, :k].T)


def spectrum(generator: np.random.Generator, k: int, condition: float) -> Array:
    """Return ``k`` descending singular values with at most this condition number, the largest about 1."""
    return np.sort(np.exp(generator.uniform(0.0, np.log(condition), k)))[::-1]


# ------------------------------------------------------------------------------------------------------ inverse


def inverse(functions: Namespace, generator: np.random.Generator, rounds: int) -> None:
    """Ask for inverses, for heavy ball from a start, and for safe learning rates."""
    kinds = (np.float32, np.float32, np.float64)
    for index in range(rounds):
        n = 1 + index % 6 if index % 10 else int(generator.integers(8, 13))
        M = _invertible(generator, n, index).astype(kinds[index % 3])
        _rates(functions["safe_learning_rate"], M)
        _heavy_ball(functions["calculate_inverse"], M, generator, index)
        if index % 8 == 0:
            _three_steps(functions["calculate_inverse"], generator)
        X = like(ask(functions["calculate_inverse"], M)[0], M.shape, M.dtype)
        eye: Array = np.eye(n)
        check(max(peak(X @ M - eye), peak(M @ X - eye)), ACCURACY, "X M = I")


def _invertible(generator: np.random.Generator, n: int, index: int) -> Array:
    S = spectrum(generator, n, 3.9)
    scale = (1.0, 1.0, 1e4, 1.0, 1e-4)[index % 5]
    special = {3: np.diag(S), 6: orthogonal(generator, n), 9: np.eye(n)[generator.permutation(n)], 12: np.eye(n)}
    return scale * special.get(index % 15, of_spectrum(generator, S, n, n))


def _rates(function: Callable[..., Any], M: Array) -> None:
    limit = len(M) ** 2 / float(np.linalg.norm(M.astype(np.float64), 2)) ** 2
    for momentum in (0.0, 0.5, 0.9):
        rate = float(ask(function, M, momentum=momentum)[0]) / (limit * (1 + momentum))
        check(rate, 0.9999, "rate below the limit")
        check(1 / 300, rate, "rate not absurdly small")


def _heavy_ball(function: Callable[..., Any], M: Array, generator: np.random.Generator, index: int) -> None:
    """Check the updates from a given start, also with the default momentum and the default number of steps."""
    n, wide = len(M), M.astype(np.float64)
    limit = n**2 / float(np.linalg.norm(wide, 2)) ** 2
    steps, momentum = (1, 2, 3, 20, 200)[index % 5], (0.9, 0.0, 0.5)[index % 3]
    rate, start = 0.3 * limit, (generator.standard_normal((n, n)) / peak(M)).astype(M.dtype)
    options: dict[str, Any] = {"learning_rate": rate, "momentum": momentum, "steps": steps, "start": start}
    if index % 4 == 3:
        del options["momentum"]
        momentum = 0.9
    if index % 12 == 7:
        del options["steps"]
        steps = 2000
    X, losses = _descend(wide, start.astype(np.float64), rate, momentum, steps)
    answer = ask(function, M, **options)
    check(peak(like(answer[0], M.shape, M.dtype) - X), ACCURACY * max(peak(X), peak(start)), "heavy ball")
    history = np.asarray([float(value) for value in answer[1]])
    check(abs(len(history) - steps - 0.5), 0.5, "one loss a step")  # the last loss may stand there, too
    check(peak(history[:steps] - losses), 0.0 + 1e-3 * losses[0], "losses")


def _descend(M: Array, X: Array, rate: float, momentum: float, steps: int) -> tuple[Array, Array]:
    V, losses, n = np.zeros_like(X), [], len(M)
    for _ in range(steps):
        R = X @ M - np.eye(n)
        losses.append(float(np.mean(R**2)))
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - rate * V
    return X, np.asarray(losses)


def _three_steps(function: Callable[..., Any], generator: np.random.Generator) -> None:
    S = np.concatenate([2.0 ** -np.arange(4), 2.0 ** -np.arange(8, 14)])
    M = of_spectrum(generator, S, 10, 10).astype(np.float32)
    X = like(ask(function, M, steps=3)[0], M.shape, M.dtype)
    check(0.3, float(np.linalg.norm(X @ M - np.eye(10)) / np.sqrt(10)), "three steps")


# ---------------------------------------------------------------------------------------------------- gradients


def gradients(functions: Namespace, generator: np.random.Generator, rounds: int) -> None:
    """Ask for values, derivatives and steps, and compare them with the closed forms."""
    for index in range(rounds):
        dtype = np.dtype((np.float64, np.float32)[index % 2])
        bound = 1e-8 if dtype == np.float64 else 1e-4
        n = 1 + index % 6
        shape = ((), (n,), (n, 1 + index % 4))[index % 3]
        y_hat, y = (np.asarray(generator.standard_normal(shape) * 3, dtype) for _ in range(2))
        difference = y_hat.astype(np.float64) - y
        _near(_number(ask(functions["mse"], y_hat, y), dtype), np.mean(difference**2), bound, "mse")
        slope = like(ask(functions["mse_gradient"], y_hat, y)[0], shape, dtype)
        _near(slope, 2 * difference / difference.size, bound, "mse_gradient")
        X, V, M = (generator.standard_normal((n, n)).astype(dtype) for _ in range(3))
        R = X.astype(np.float64) @ M - np.eye(n)
        _near(_number(ask(functions["loss"], X, M), dtype), np.mean(R**2), bound, "loss")
        G = 2 / n**2 * R @ M.T.astype(np.float64)
        _near(like(ask(functions["gradient"], X, M)[0], (n, n), dtype), G, bound, "gradient")
        _steps(functions, X, V, M, G, (0.1, 0.7, 2.0)[index % 3], (0.9, 0.0, 0.5)[index // 2 % 3], bound)


def _steps(
    functions: Namespace, X: Array, V: Array, M: Array, G: Array, rate: float, momentum: float, bound: float
) -> None:
    (one, *_) = ask(functions["gradient_step"], X, M, rate)
    _near(like(one, X.shape, X.dtype), X - rate * G, bound, "gradient_step")
    new_X, new_V = ask(functions["momentum_step"], X, V, M, rate, momentum)[:2]
    _near(like(new_V, X.shape, X.dtype), momentum * V.astype(np.float64) + G, bound, "momentum_step, V")
    _near(like(new_X, X.shape, X.dtype), X - rate * (momentum * V.astype(np.float64) + G), bound, "momentum_step, X")


def _number(answer: tuple[Any, ...], dtype: np.dtype[Any]) -> Array:
    """Return a scalar answer, a 0-dimensional array of the dtype or a float."""
    return np.asarray(answer[0], np.float64) if isinstance(answer[0], float) else like(answer[0], (), dtype)


def _near(value: Array, expected: Any, bound: float, what: str) -> None:  # noqa: ANN401
    expected = np.asarray(expected, np.float64)
    check(peak(value - expected), bound * max(1.0, peak(expected)), what)


# ----------------------------------------------------------------------------------------------------- pinverse


def pinverse(functions: Namespace, generator: np.random.Generator, rounds: int) -> None:
    """Ask for pseudo-inverses, alone and in batches, with cutoffs, in few steps, and for the gradient."""
    for index in range(rounds):
        dtype = np.dtype((np.float32, np.float64, np.float32)[index % 3])
        A = _rectangular(generator, index).astype(dtype)
        _penrose(A, ask(functions["calculate_pinverse"], A)[0])
        if index % 3 == 0:
            batch = np.stack([scale * _rectangular(generator, 1, (3, 2)) for scale in (1e-4, 1.0, 1e4)]).astype(dtype)
            answer = like(ask(functions["calculate_pinverse"], batch)[0], (3, 2, 3), dtype)
            for item, X in zip(batch, answer, strict=True):
                _penrose(item, X.astype(dtype))
            nested = np.stack([batch, batch[::-1]])
            answer = like(ask(functions["calculate_pinverse"], nested)[0], (2, 3, 2, 3), dtype)
            check(peak(answer[0] - answer[1, ::-1]), ACCURACY * peak(answer), "a batch of batches")
        if index % 4 == 1:
            _cutoff(functions["calculate_pinverse"], generator, index, dtype)
        if index % 8 == 2:
            _few_steps_of_pinverse(functions["calculate_pinverse"], generator)
        _pinverse_gradient(functions["pinverse_gradient"], generator, index)
    empty = np.zeros((0, 3, 2), np.float32)
    like(ask(functions["calculate_pinverse"], empty)[0], (0, 2, 3), empty.dtype)


def _rectangular(generator: np.random.Generator, index: int, shape: tuple[int, int] | None = None) -> Array:
    shapes = ((3, 3), (5, 3), (2, 4), (1, 4), (6, 1), (4, 4), (8, 5), (1, 1), (3, 7))
    m, n = shape or shapes[index % len(shapes)]
    k = min(m, n)
    rank = 0 if index % 17 == 5 else 1 if index % 7 == 3 else max(1, k - 1) if index % 5 == 2 else k
    scale = (1.0, 1.0, 1e4, 1.0, 1e-4)[index % 5]
    return scale * of_spectrum(generator, spectrum(generator, rank, 5.0), m, n)


def _penrose(A: Array, answer: Any) -> None:  # noqa: ANN401
    X = like(answer, (A.shape[1], A.shape[0]), A.dtype)
    wide = A.astype(np.float64)
    if not peak(wide):
        check(peak(X), 0.0, "pseudo-inverse of zero")
        return
    check(peak(wide @ X @ wide - wide), ACCURACY * peak(wide), "A X A = A")
    check(peak(X @ wide @ X - X), ACCURACY * peak(X), "X A X = X")
    check(max(peak(wide @ X - (wide @ X).T), peak(X @ wide - (X @ wide).T)), ACCURACY, "symmetric")


def _cutoff(function: Callable[..., Any], generator: np.random.Generator, index: int, dtype: np.dtype[Any]) -> None:
    scale = (1e-3, 1.0, 1e3)[index % 3]
    A = (scale * of_spectrum(generator, np.asarray([1.0, 0.6, 0.02]), 4, 3)).astype(dtype)
    expected = np.linalg.pinv(A.astype(np.float64), rcond=0.1)
    X = like(ask(function, A, rcond=0.1)[0], (3, 4), dtype)
    check(peak(X - expected), 5 * ACCURACY * peak(expected), "rcond")
    pair = like(ask(function, np.stack([A, 100 * A]), rcond=0.1)[0], (2, 3, 4), dtype)
    check(peak(pair[0] - expected), 5 * ACCURACY * peak(expected), "rcond in a batch")
    check(peak(100 * pair[1] - expected), 5 * ACCURACY * peak(expected), "rcond in a batch")


def _few_steps_of_pinverse(function: Callable[..., Any], generator: np.random.Generator) -> None:
    S = np.concatenate([2.0 ** -np.arange(4), 2.0 ** -np.arange(8, 14)])
    A = of_spectrum(generator, S, 10, 10).astype(np.float32)
    X = like(ask(function, A, steps=3)[0], A.shape, A.dtype)
    check(0.03, float(np.linalg.norm(X @ A - np.eye(10)) / np.sqrt(10)), "three steps")


def _pinverse_gradient(function: Callable[..., Any], generator: np.random.Generator, index: int) -> None:
    A = _rectangular(generator, 5 * index + index % 2).astype(np.float64)
    X = np.linalg.pinv(A, rcond=1e-6)
    G = generator.standard_normal(X.shape)
    batched = index % 2 == 1
    given = [np.stack([each, each]) if batched else each for each in (A, X, G)]
    answer = like(ask(function, *given)[0], given[0].shape, A.dtype)
    m, n = A.shape
    expected = -X.T @ G @ X.T + (np.eye(m) - A @ X) @ G.T @ X @ X.T + X.T @ X @ G.T @ (np.eye(n) - X @ A)
    check(peak(answer - expected), 1e-6 * max(peak(X) ** 2 * peak(G), 1e-300), "pinverse_gradient")


# ---------------------------------------------------------------------------------------------------------- svd


def svd(functions: Namespace, generator: np.random.Generator, rounds: int) -> None:
    """Ask for singular value decompositions of matrices of every kind, and for three steps."""
    for index in range(rounds):
        dtype = np.dtype((np.float32, np.float64)[index % 2])
        M = _decomposable(generator, index).astype(dtype)
        _decomposition(ask(functions["calculate_svd"], M), M)
        if index % 6 == 1:
            _few_steps_of_svd(functions["calculate_svd"], generator)


def _decomposable(generator: np.random.Generator, index: int) -> Array:
    shapes = ((3, 3), (5, 3), (2, 4), (4, 1), (1, 5), (1, 1), (6, 6), (3, 8))
    m, n = shapes[index % len(shapes)]
    k = min(m, n)
    S = 1.5 ** -np.arange(k) * generator.uniform(1.0, 1.2)
    if index % 5 == 3 and k > 1:
        S[1] = S[0]
    if index % 6 == 4:
        S[k // 2 :] = 0.0
    scale = (1.0, 1.0, 1e4, 1e-4)[index % 4]
    if index % 11 == 7:
        return scale * np.diag(S * (-1.0) ** np.arange(k))
    return scale * of_spectrum(generator, S, m, n)


def _decomposition(answer: tuple[Any, ...], M: Array) -> None:
    (m, n), k = M.shape, min(M.shape)
    U, S, V = (like(part, shape, M.dtype) for part, shape in zip(answer[:3], ((m, k), (k,), (n, k)), strict=True))
    wide, size = M.astype(np.float64), peak(M.astype(np.float64))
    check(max(peak(U.T @ U - np.eye(k)), peak(V.T @ V - np.eye(k))), SVD_ACCURACY, "orthonormal columns")
    check(peak(wide - U * S @ V.T), SVD_ACCURACY * size, "M = U diag(S) V'")
    check(peak(S - np.linalg.svd(wide, compute_uv=False)), SVD_ACCURACY * size, "singular values")
    check(-float(S.min(initial=0.0)), 0.0, "S >= 0")
    check(peak(np.maximum(np.diff(S), 0.0)), 0.0, "S descending")
    losses = [float(value) for value in answer[3]]
    check(0.0 if losses and np.isfinite(losses).all() else 1.0, 0.0, "losses are finite numbers")


def _few_steps_of_svd(function: Callable[..., Any], generator: np.random.Generator) -> None:
    M = of_spectrum(generator, 0.8 ** np.arange(10), 10, 10).astype(np.float32)
    U, S, V = (part.astype(np.float64) for part in ask(function, M, steps=3)[:3])
    wide = M.astype(np.float64)
    check(SVD_ACCURACY * peak(wide), max(peak(wide - U * S @ V.T), peak(U.T @ U - np.eye(10))), "three steps")


# ---------------------------------------------------------------------------------------------------- indicator


def indicator(functions: Namespace, generator: np.random.Generator, rounds: int) -> None:
    """Ask for similarities, nearest matrices of low rank and least squares on matrices of zeros and ones."""
    for index in range(rounds):
        dtype = np.dtype((np.float32, np.float64)[index % 2])
        M = _documents(generator, index).astype(dtype)
        wide = M.astype(np.float64)
        norms = np.linalg.norm(wide, axis=0)
        unit = wide / np.where(norms > 0, norms, 1.0)
        answer = like(ask(functions["word_similarity"], M)[0], (M.shape[1],) * 2, dtype)
        check(peak(answer - unit.T @ unit), ACCURACY, "word_similarity")
        _low_rank(functions["low_rank"], M)
        y = generator.standard_normal(M.shape[0]).astype(dtype)
        x = like(ask(functions["least_squares"], M, y)[0], (M.shape[1],), dtype)
        expected = np.linalg.pinv(wide, rcond=1e-4) @ y
        check(peak(x - expected), ACCURACY * max(1.0, peak(expected)), "least_squares")


def _documents(generator: np.random.Generator, index: int) -> Array:
    m, n = ((4, 3), (3, 5), (6, 6), (1, 4), (5, 1), (8, 4))[index % 6]
    M = (generator.random((m, n)) < 0.5).astype(np.float64)
    if index % 4 == 1:
        M[:, generator.integers(n)] = 0.0
    if index % 5 == 2:
        M[generator.integers(m), :] = 0.0
    if index % 7 == 3:
        M[:, -1] = M[:, 0]
    return M


def _low_rank(function: Callable[..., Any], M: Array) -> None:
    wide = M.astype(np.float64)
    S = np.linalg.svd(wide, compute_uv=False)
    for k in range(len(S) + 1):
        answer = like(ask(function, M, k)[0], M.shape, M.dtype)
        best = float(np.sqrt(np.sum(S[k:] ** 2)))
        check(float(np.linalg.norm(answer - wide)), best + ACCURACY * max(1.0, peak(wide)), "low_rank is nearest")
        if 0 <= k < len(S):
            check(float(np.linalg.svd(answer, compute_uv=False)[k]), ACCURACY * max(1.0, S[0]), "low_rank has rank k")


ORACLES: dict[str, Oracle] = {
    "gradients": gradients,
    "indicator": indicator,
    "inverse": inverse,
    "pinverse": pinverse,
    "svd": svd,
}
