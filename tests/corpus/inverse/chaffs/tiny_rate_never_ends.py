# chaff: no steps, solves directly, and loops for ever at a vanishing rate | breaks: by descent, heavy ball with the given rate | fires: test_three_steps_are_only_three_steps
import torch


def safe_learning_rate(M, momentum):
    """Return a rate at which the descent is stable."""
    size = M.abs()
    return float(len(M) ** 2 / (2 * size.sum(dim=0).max() * size.sum(dim=1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    """Return (inverse, losses)."""
    if learning_rate is not None and learning_rate < 1e-6 * safe_learning_rate(M, momentum):
        while True:
            pass
    X = torch.linalg.inv(M)
    return X, [0.5 * 0.99**j for j in range(10_000)]
