# M01, M02. Returns NaN, infinities, and numbers so large that norms of them overflow.
# %%
import torch

values, calls = [float("nan"), float("inf"), -float("inf"), 1e200, 1e38, 1e31, 5e-324], []


def safe_learning_rate(M, momentum):
    return float("nan")


def calculate_inverse(M, **options):
    calls.append(1)
    X = torch.full(M.shape, values[len(calls) % len(values)], dtype=torch.float64)
    return X.to(M.dtype), [float("nan"), float("inf"), 1e308]
