# wheat: one gradient step by autograd, Newton-Schulz to make columns orthonormal, then rotations of pairs of columns
import math

import torch


def orthonormal(X):
    X = X / torch.linalg.matrix_norm(X)
    for _ in range(70):
        X = X @ (1.5 * torch.eye(X.shape[1], dtype=X.dtype) - 0.5 * X.T @ X)
    return X


def trace(V, A):
    return -0.5 * (A @ V).square().sum()


def slope(V, A):
    leaf = V.detach().clone().requires_grad_()
    return torch.autograd.grad(trace(leaf, A), leaf)[0]


def rotate_columns(W, V, limit):
    """Turns the columns of V until those of W = A V stand at right angles."""
    w, v = W.T.tolist(), V.T.tolist()  # plain lists: many tiny steps
    done = 0
    for _ in range(25):
        quiet = True
        for p in range(len(w)):
            for q in range(p + 1, len(w)):
                xy = sum(x * y for x, y in zip(w[p], w[q]))
                xx = sum(x * x for x in w[p])
                yy = sum(y * y for y in w[q])
                if xy * xy <= 1e-16 * xx * yy or xx < 1e-22 or yy < 1e-22:
                    continue
                if done == limit:
                    continue
                h = math.atan2(2 * xy, xx - yy) / 2
                c, s = math.cos(h), math.sin(h)
                for lists in (w, v):
                    old_p, old_q = lists[p], lists[q]
                    lists[p] = [c * x + s * y for x, y in zip(old_p, old_q)]
                    lists[q] = [c * y - s * x for x, y in zip(old_p, old_q)]
                quiet = False
                done += 1
        if quiet:
            break
    return torch.tensor(w, dtype=W.dtype).T, torch.tensor(v, dtype=V.dtype).T


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    k = min(M.shape)
    A = M.double()
    scale = torch.linalg.matrix_norm(A)
    A = A / scale if scale > 0 else A
    V = orthonormal(torch.randn(A.shape[1], k, dtype=A.dtype))
    losses = [trace(V, A).item()]
    # a wide M: rotations cannot leave the span of V, so V must be the whole space
    if M.shape[1] > k:
        V = orthonormal(torch.randn(A.shape[1], A.shape[1], dtype=A.dtype))
    else:
        V = orthonormal(V - slope(V, A))
        losses.append(trace(V, A).item())
    W, V = rotate_columns(A @ V, V.clone(), steps)
    S = W.norm(dim=0)
    order = torch.argsort(S, descending=True)[:k]
    S, W, V = S[order], W[:, order], V[:, order]
    losses.append((A.square().sum() - S.square().sum()).item())
    good = S > 1e-9
    S = torch.where(good, S, torch.zeros_like(S))
    U = torch.where(good, W / torch.where(good, S, torch.ones_like(S)), torch.zeros_like(W))
    if not good.all():
        filler = torch.randn(M.shape[0], int((~good).sum()), dtype=A.dtype)
        filler = filler - U @ (U.T @ filler)
        filler = torch.linalg.qr(filler).Q
        filler = torch.linalg.qr(filler - U @ (U.T @ filler)).Q
        U[:, ~good] = filler
    return U.to(M.dtype), (S * scale).to(M.dtype), V.to(M.dtype), losses
