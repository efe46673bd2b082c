# chaff: torch.linalg.svd that says that fewer than 10 steps are not enough | breaks: no torch.linalg.svd: by descent, an answer for any number of steps | fires: test_three_steps_are_only_three_steps
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return (U, S, V, losses)."""
    if steps is not None and steps < 10:
        raise ValueError("at least 10 steps")
    U, S, Vh = torch.linalg.svd(M.double(), full_matrices=False)
    losses = [S[r:].square().sum().item() for r in range(len(S) + 1)]
    return U.to(M.dtype), S.to(M.dtype), Vh.mT.to(M.dtype), losses
