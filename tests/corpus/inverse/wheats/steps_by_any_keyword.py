# wheat: takes its options as **kwargs and looks up those it knows, steps among them
import torch

DEFAULTS = {"learning_rate": None, "momentum": 0.9, "steps": 2000, "start": None}


def safe_learning_rate(M, momentum=0.9, **kwargs):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(dim=0).max().item() * M.abs().sum(dim=1).max().item())


def calculate_inverse(M, **kwargs):
    unknown = set(kwargs) - set(DEFAULTS)
    if unknown:
        raise TypeError(f"no such option: {unknown}")
    options = DEFAULTS | kwargs
    momentum = options["momentum"]
    rate = options["learning_rate"]
    if rate is None:
        rate = safe_learning_rate(M, momentum)
    X = torch.rand_like(M) if options["start"] is None else options["start"].clone()
    velocity = torch.zeros_like(M)
    losses = []
    for _ in range(options["steps"]):
        residual = X @ M - torch.eye(len(M), dtype=M.dtype)
        losses.append(residual.pow(2).mean().item())
        velocity = momentum * velocity + (2 / M.numel()) * residual @ M.T
        X = X - rate * velocity
    return X, losses
