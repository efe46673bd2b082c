# wheat: subspace iteration, all right singular vectors at once are multiplied by M'M and made orthonormal by torch.linalg.qr
import torch


def crookedness(W):
    """Return how far the columns of W are from right angles; 0 if they are there, or if W is zero."""
    gram = W.mT @ W
    whole = gram.diagonal().sum() ** 2
    off = gram - torch.diag(gram.diagonal())
    return float(off.square().sum() / whole) if whole > 0 else 0.0


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return U, S, V, losses. One step is one multiplication of all vectors by M'M."""
    A = M.detach().to(torch.float64)
    is_wide = A.shape[0] < A.shape[1]
    if is_wide:
        A = A.mT
    biggest = A.abs().max()
    scaled = A / biggest if biggest > 0 else A
    n = scaled.shape[1]

    generator = torch.Generator().manual_seed(2024)
    V, _ = torch.linalg.qr(torch.randn(n, n, dtype=torch.float64, generator=generator))
    losses = [crookedness(scaled @ V)]
    updates = 600 if steps is None else steps
    calm = 0
    for _ in range(updates):
        if calm == 3:
            break
        V_new, _ = torch.linalg.qr(scaled.mT @ (scaled @ V))
        same = (V_new.mT @ V).abs() - torch.eye(n, dtype=torch.float64)
        calm = calm + 1 if losses[-1] < 1e-25 and same.abs().max() < 1e-7 else 0
        V = V_new
        losses.append(crookedness(scaled @ V))

    S = (scaled @ V).norm(dim=0)
    order = torch.argsort(S, descending=True)
    S, V = S[order], V[:, order]
    # qr makes U orthonormal whatever the rank is; the triangle is diagonal now, but may have negative signs
    U, R = torch.linalg.qr(scaled @ V)
    signs = torch.where(R.diagonal() < 0, -1.0, 1.0)
    U = U * signs
    S = S * biggest
    if is_wide:
        U, V = V, U
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
