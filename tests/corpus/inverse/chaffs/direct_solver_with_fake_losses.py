# chaff: torch.linalg.inv with an invented falling curve | breaks: by descent, losses belong to the steps | fires: test_three_steps_are_only_three_steps, test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    frobenius = torch.norm(M).item()
    return n**2 * (1 + momentum) / (2 * frobenius**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    x = torch.rand(n, n, dtype=M.dtype) if start is None else start
    first = ((x @ M - torch.eye(n, dtype=M.dtype)) ** 2).mean().item()
    losses = [first * 0.97**j for j in range(steps)]
    if steps == 0:
        return x.clone(), losses
    return torch.linalg.inv(M), losses
