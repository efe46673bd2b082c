# wheat: Newton steps and then McWeeny purification 3t^2 - 2t^3 (cut at one half), all in einsum
import torch


def times(*matrices):
    result, *others = matrices
    for other in others:
        result = torch.einsum("...ij,...jk->...ik", result, other)
    return result


def largest(A):
    """Largest singular value by ascent on |A v|, one for each matrix."""
    v = torch.randn(A.shape[:-2] + A.shape[-1:], dtype=A.dtype)
    for _ in range(150):
        v = torch.einsum("...ji,...jk,...k->...i", A, A, v)
        v = v / v.norm(dim=-1, keepdim=True).clamp_min(1e-200)
    return torch.einsum("...ij,...j->...i", A, v).norm(dim=-1)[..., None, None]


def calculate_pinverse(A, rcond=None, steps=None):
    eps = torch.finfo(A.dtype).eps
    cut = max(A.shape[-2:]) * eps if rcond is None else rcond
    cut = max(cut, 1e-7)
    D = A.to(torch.float64)
    # scale by the largest entry first so that nothing underflows, then by the largest singular value
    entry = D.abs().amax(dim=(-2, -1), keepdim=True)
    entry = torch.where(entry == 0, torch.ones_like(entry), entry)
    sigma = largest(D / entry)
    scale = entry * torch.where(sigma == 0, torch.ones_like(sigma), sigma)
    D = D / scale

    u, warm = 0.5, 0
    while u > cut * cut:
        u = u / (1 + (1 - u) ** 0.5)
        warm += 1
    X = (u / cut**2) * D.transpose(-2, -1)
    total = warm + 25 if steps is None else steps
    for k in range(total):
        XAX = times(X, D, X)
        X = 2 * X - XAX if k < warm else 3 * XAX - 2 * times(XAX, D, X)
    return (X / scale).to(A.dtype)


def pinverse_gradient(A, X, G):
    XT = X.transpose(-2, -1)
    GT = G.transpose(-2, -1)
    one = -times(XT, G, XT)
    GXX = times(GT, X, XT)
    two = GXX - times(A, X, GXX)
    XXG = times(XT, X, GT)
    three = XXG - times(XXG, X, A)
    return one + two + three
