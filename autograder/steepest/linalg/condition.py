"""How ill-conditioned an array of any shape is, for the eyes of people: no bound depends on it."""

from __future__ import annotations

import numpy as np

from steepest.answers import Array


def worst_condition_number(A: Array) -> float | None:
    """Return the largest over the smallest nonzero singular value; of a batch, that of its worst matrix.

    Singular values at or below ``max(m, n) eps(dtype)`` times the largest count as zero, so that the condition number
    of a rank-deficient matrix is that of its pseudo-inverse. None for scalars, vectors, and where nothing is nonzero.
    """
    if A.ndim < 2 or A.size == 0:
        return None
    S = np.linalg.svd(np.asarray(A, dtype=np.float64), compute_uv=False).reshape(-1, min(A.shape[-2:]))
    cutoff = max(A.shape[-2:]) * float(np.finfo(A.dtype).eps)
    found = [float(row[0] / row[row > cutoff * row[0]].min()) for row in S if row[0] > 0]
    return max(found, default=None)
