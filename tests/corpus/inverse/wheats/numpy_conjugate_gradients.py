# wheat: conjugate gradients (Fletcher-Reeves, exact line search, restarts) in numpy, float64 inside
import numpy as np
import torch


def safe_learning_rate(M, momentum):
    A = np.abs(M.detach().numpy().astype(np.float64))
    return float(A.shape[0] ** 2 / (2.0 * A.sum(axis=0).max() * A.sum(axis=1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    A = M.detach().numpy().astype(np.float64)
    n = A.shape[0]
    I = np.eye(n)
    if start is None:
        X = np.random.default_rng().uniform(size=(n, n))
    else:
        X = np.array(start.detach().numpy(), dtype=np.float64)   # np.array copies

    losses = []
    direction, old, velocity = None, 0.0, np.zeros((n, n))
    for k in range(steps):
        R = X @ A - I
        losses.append(float(np.mean(R * R)))
        gradient = (2.0 / n**2) * (R @ A.T)
        if learning_rate is not None:
            velocity = momentum * velocity + gradient
            X = X - learning_rate * velocity
            continue
        new = float(np.sum(gradient * gradient))
        if direction is None or k % (n * n) == 0 or old == 0.0:
            direction = -gradient
        else:
            direction = -gradient + (new / old) * direction
        old = new
        DA = direction @ A
        curvature = (2.0 / n**2) * float(np.sum(DA * DA))
        if curvature > 0.0:
            X = X + (-float(np.sum(gradient * direction)) / curvature) * direction
    return torch.from_numpy(X).to(M.dtype), losses
