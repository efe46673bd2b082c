# chaff: torch.linalg.svd behind a signature without steps | breaks: no torch.linalg.svd: by descent, steps to show it | fires: test_three_steps_are_only_three_steps
import torch


def calculate_svd(M, learning_rate=0.1, momentum=0.9):
    """Return (U, S, V, losses)."""
    U, S, Vh = torch.linalg.svd(M.double(), full_matrices=False)
    losses = [S[r:].square().sum().item() for r in range(len(S) + 1)]
    return U.to(M.dtype), S.to(M.dtype), Vh.mT.to(M.dtype), losses
