# wheat: alternating least squares for rank-one pieces, generators and a namedtuple, einsum everywhere
from collections import namedtuple
from itertools import islice, pairwise

import torch

Piece = namedtuple("Piece", "u s v")


def fits(A, y):
    """For ever: the best x for the y, then the best y for the x, in |A - x y'|^2."""
    while True:
        x = torch.einsum("ij,j->i", A, y) / torch.einsum("j,j->", y, y)
        y = torch.einsum("ij,i->j", A, x) / torch.einsum("i,i->", x, x)
        yield x, y


def pieces(A, k, steps, losses):
    """One piece after the other, each from what the pieces before it left over."""
    rest, full = A.clone(), A.square().sum().item()
    rng = torch.Generator().manual_seed(3)
    for _ in range(k):
        remaining = rest.square().sum().item()
        if remaining <= 1e-13 * full or full == 0:
            return
        y = torch.einsum("ij,i->j", rest, torch.randn(len(rest), generator=rng, dtype=A.dtype))
        previous = None
        for x, y in islice(fits(rest, y), 3000 if steps is None else steps):
            now = torch.outer(x, y)
            losses.append((rest - now).square().mean().item())
            if previous is not None and (now - previous).square().sum().item() <= 1e-13 * remaining:
                break
            previous = now
        else:
            if steps == 0:
                x = torch.einsum("ij,j->i", rest, y) / y.square().sum()
        x_length, y_length = x.norm(), y.norm()
        u, v = x / x_length, y / y_length
        yield Piece(u, torch.einsum("i,ij,j->", u, rest, v), v)
        rest = rest - torch.einsum("i,j->ij", x, y)


def orthonormal(columns, size, k):
    """Gram and Schmidt, twice; where columns are missing, unit vectors are tried."""
    Q = []
    for x in [*columns, *torch.eye(size, dtype=torch.float64)]:
        if len(Q) == k:
            break
        length = x.norm()
        for _ in range(3):
            for q in Q:
                x = x - torch.einsum("i,i->", q, x) * q
        if x.norm() > 0.1 * length:
            Q.append(x / x.norm())
    assert len(Q) == k and all(a.shape == b.shape for a, b in pairwise(Q))
    return torch.stack(Q, dim=1)


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.double()
    m, n = A.shape
    k = min(m, n)
    losses = [A.square().mean().item()]
    found = sorted(pieces(A, k, steps, losses), key=lambda piece: -piece.s.item())
    S = torch.zeros(k, dtype=torch.float64)
    for i, piece in enumerate(found):
        S[i] = piece.s
    U = orthonormal([piece.u for piece in found], m, k)
    V = orthonormal([piece.v for piece in found], n, k)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
