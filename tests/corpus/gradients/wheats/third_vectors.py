# wheat: X written as one long vector, so that the product with M becomes one large Kronecker matrix and the loss a vector's mse
import torch


def mse(y_hat, y):
    """The mean of the squares is the squared length of the difference, by the number of entries."""
    gap = (y_hat - y).reshape(-1)
    return torch.dot(gap, gap) / gap.shape[0]


def mse_gradient(y_hat, y):
    gap = torch.sub(y_hat, y)
    count = 1
    for side in gap.shape:
        count *= side
    return gap.mul(2).div(count)


def as_vectors(X, M):
    """Return K, x and e with K x = (X M, row after row) and e = (I, row after row)."""
    n = X.shape[0]
    identity = torch.eye(n, dtype=X.dtype)
    K = torch.kron(identity, M.T.contiguous())
    return K, X.reshape(n * n), identity.reshape(n * n)


def loss(X, M):
    K, x, e = as_vectors(X, M)
    return mse(K @ x, e)


def gradient(X, M):
    K, x, e = as_vectors(X, M)
    chain = K.T @ mse_gradient(K @ x, e)
    return chain.reshape(X.shape)


class Ball:
    """A ball with a place and a velocity that are never changed, only replaced."""

    def __init__(self, place, velocity):
        self.place, self.velocity = place, velocity

    def rolled(self, slope, learning_rate, momentum):
        velocity = self.velocity * momentum + slope
        return Ball(self.place - velocity * learning_rate, velocity)


def gradient_step(X, M, learning_rate):
    return Ball(X, torch.zeros_like(X)).rolled(gradient(X, M), learning_rate, 0).place


def momentum_step(X, V, M, learning_rate, momentum):
    ball = Ball(X, V).rolled(gradient(X, M), learning_rate, momentum)
    return ball.place, ball.velocity
