# chaff: torch.linalg.pinv behind a signature without steps | breaks: by descent, steps to show it | fires: test_three_steps_are_only_three_steps
import torch


def calculate_pinverse(A, rcond=None):
    """Return the pseudo-inverse of each matrix."""
    if rcond is None:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    return torch.linalg.pinv(A.double(), rtol=rcond).to(A.dtype)


def pinverse_gradient(A, X, G):
    """Return the gradient with respect to A."""
    left = torch.eye(A.shape[-2], dtype=A.dtype) - A @ X
    right = torch.eye(A.shape[-1], dtype=A.dtype) - X @ A
    return -X.mT @ G @ X.mT + left @ G.mT @ X @ X.mT + X.mT @ X @ G.mT @ right
