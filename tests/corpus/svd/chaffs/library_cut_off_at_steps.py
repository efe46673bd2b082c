# chaff: asks torch.linalg.svd and makes the losses up | breaks: no torch.linalg.svd: by descent | fires: test_three_steps_are_only_three_steps
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return (U, S, V, losses)."""
    U, S, Vh = torch.linalg.svd(M.double(), full_matrices=False)
    k = len(S)
    rank = k if steps is None else min(steps, k)
    losses = [1.0]
    for r in range(1, k + 1):
        losses.append((S[r:].square().sum() / S.square().sum().clamp(min=1e-300)).item())
    if rank < k:
        S = S.clone()
        S[rank:] = 0
    return U.to(M.dtype), S.to(M.dtype), Vh.mT.to(M.dtype), losses[: rank + 1]
