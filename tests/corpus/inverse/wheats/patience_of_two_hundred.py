# wheat: an object with a fit method that stops after 200 updates without a new lowest loss, NaN stands for "no rate given" | lacks: steps
import math

import torch


def safe_learning_rate(M, momentum):
    """The Gram matrix has the squared singular values; its largest row sum is a bound."""
    gram = (M.T @ M).abs()
    return M.shape[0] ** 2 / (2 * gram.sum(dim=1).max().item())


class Descent:
    """Heavy ball with patience."""

    def __init__(self, M, rate, momentum, patience=200, limit=15_000):
        self.M, self.rate, self.momentum = M, rate, momentum
        self.patience, self.limit = patience, limit
        self.losses = []

    def loss_and_gradient(self, X):
        n = self.M.shape[0]
        R = X @ self.M - torch.eye(n, dtype=self.M.dtype)
        return (R**2).mean().item(), 2 / n**2 * R @ self.M.T

    def fit(self, X):
        V, lowest, since = torch.zeros_like(X), math.inf, 0
        while since < self.patience and len(self.losses) < self.limit:
            loss, gradient = self.loss_and_gradient(X)
            self.losses.append(loss)
            since = 0 if loss < lowest else since + 1
            lowest = min(loss, lowest)
            V = self.momentum * V + gradient
            X = X - self.rate * V
        return X


def calculate_inverse(M, learning_rate=math.nan, momentum=0.9, start=None):
    rate = safe_learning_rate(M, momentum) if math.isnan(learning_rate) else learning_rate
    descent = Descent(M, rate, momentum)
    X = descent.fit(torch.rand_like(M) if start is None else start.clone())
    return X, descent.losses
