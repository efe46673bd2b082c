# wheat: numpy inside, Jacobi's turns applied from both sides to the Gram matrix M'M, U filled up by Gram and Schmidt
import numpy as np
import torch


class GramDescent:
    """Turns that make G = V' M'M V diagonal, one pair after the other."""

    def __init__(self, A):
        self.A = A
        self.n = A.shape[1]
        self.G = A.T @ A
        self.V = np.eye(self.n)
        self.total = np.sum(self.G**2)
        self.losses = [self.loss()]

    def loss(self):
        if self.total == 0:
            return 0.0
        return float(np.sum(np.tril(self.G, -1) ** 2) / self.total)

    def turn(self, p, q):
        G = self.G
        angle = 0.5 * np.arctan2(2 * G[p, q], G[p, p] - G[q, q])
        c, s = np.cos(angle), np.sin(angle)
        J = np.array([[c, -s], [s, c]])
        pair = [p, q]
        self.V[:, pair] = self.V[:, pair] @ J
        G[:, pair] = G[:, pair] @ J
        G[pair, :] = J.T @ G[pair, :]
        self.losses.append(self.loss())

    def run(self, steps):
        done = 0
        for _ in range(40):
            for p in range(self.n - 1):
                for q in range(p + 1, self.n):
                    if self.losses[-1] <= 1e-31 or (steps is not None and done >= steps):
                        return
                    self.turn(p, q)
                    done += 1


def orthonormal_columns(W, good):
    """Gram and Schmidt; a column that is not good is replaced by what is left of a unit vector."""
    m, k = W.shape
    U = np.zeros((m, k))
    for i in [*np.flatnonzero(good), *np.flatnonzero(~good)]:
        if good[i]:
            x = W[:, i] / np.linalg.norm(W[:, i])
            # few steps may leave columns that are parallel
            good[i] = np.linalg.norm(x - U @ (U.T @ x)) > 1e-9
        if not good[i]:
            rest = np.eye(m) - U @ U.T
            x = rest[:, np.argmax(np.linalg.norm(rest, axis=0))]
        for _ in range(2):
            x = x - U @ (U.T @ x)
            x = x / np.linalg.norm(x)
        U[:, i] = x
    return U


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.detach().numpy().astype(np.float64)
    wide = A.shape[0] < A.shape[1]
    if wide:
        A = A.T
    scale = np.abs(A).max()
    if scale == 0:
        scale = 1.0
    descent = GramDescent(A / scale)
    descent.run(steps)
    W = descent.A @ descent.V
    S = np.linalg.norm(W, axis=0)
    order = np.argsort(-S, kind="stable")
    S, W, V = S[order], W[:, order], descent.V[:, order]
    U = orthonormal_columns(W, S > 1e-6 * S[0])
    if wide:
        U, V = V, U
    return tuple(torch.tensor(x, dtype=M.dtype) for x in (U, S * scale, V)) + (descent.losses,)
