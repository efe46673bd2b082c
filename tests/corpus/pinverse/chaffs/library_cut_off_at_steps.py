# chaff: takes the singular values from the library, `steps` of them | breaks: by descent, no torch.linalg.svd | fires: test_three_steps_are_only_three_steps
import torch


def calculate_pinverse(A, rcond=None, steps=None):
    """Return the pseudo-inverse, one singular value a step."""
    if rcond is None:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    U, S, Vh = torch.linalg.svd(A.double(), full_matrices=False)
    counts = rcond * S[..., :1] < S
    if steps is not None:
        counts = counts & (torch.arange(S.shape[-1]) < steps)
    inverted = torch.where(counts, 1 / S, torch.zeros_like(S))
    return (Vh.mT * inverted[..., None, :] @ U.mT).to(A.dtype)


def pinverse_gradient(A, X, G):
    """Return the gradient with respect to A."""
    left = torch.eye(A.shape[-2], dtype=A.dtype) - A @ X
    right = torch.eye(A.shape[-1], dtype=A.dtype) - X @ A
    first = -X.mT @ G @ X.mT
    second = left @ G.mT @ X @ X.mT
    third = X.mT @ X @ G.mT @ right
    return first + second + third
