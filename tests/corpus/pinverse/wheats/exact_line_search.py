# wheat: steepest descent with the exact step for every single column, as recursion over the batch
import torch


def deflated(A, rcond):
    """A without what lies below the cutoff; finds one right singular vector after the other."""
    found = []
    rest = A
    top = None
    for _ in range(min(A.shape)):
        v = torch.rand(A.shape[1], 1, dtype=A.dtype) + 0.1
        for _ in range(50):
            for f in found:
                v = v - f * (f.T @ v)
            v = rest.T @ (rest @ v)
            if v.norm() == 0:
                return A - rest
            v = v / v.norm()
        s = (rest @ v).norm()
        top = s if top is None else torch.maximum(s, top)
        if s <= rcond * top:
            break
        found.append(v)
        rest = rest - (rest @ v) @ v.T
    return A - rest


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() > 2:
        X = torch.zeros(*A.shape[:-2], A.shape[-1], A.shape[-2], dtype=A.dtype)
        for i in range(len(A)):
            X[i] = calculate_pinverse(A[i], rcond, steps)
        return X
    size = A.norm().item()
    if size == 0.0:
        return torch.zeros_like(A.T)
    B = A.to(torch.float64) / size
    if rcond is not None:
        B = deflated(B, rcond)
    AtA = B.T @ B
    X = torch.zeros_like(B.T)
    for step in range(1500 if steps is None else steps):
        G = AtA @ X - B.T
        if step % 10 == 0 and step and G.norm(dim=0).max() < 1e-6:
            break
        top = (G * G).sum(dim=0)
        bottom = (G * (AtA @ G)).sum(dim=0)
        t = torch.where((top > 1e-12) & (bottom > 0), top / bottom, torch.zeros_like(top))
        # a shade less than exact: breaks the zigzag
        X = X - (0.9 if step % 3 else 1.0) * t * G
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    Xt, Gt = X.transpose(-2, -1), G.transpose(-2, -1)
    result = -(Xt @ G @ Xt)
    result = result + (Gt - A @ X @ Gt) @ X @ Xt
    result = result + Xt @ X @ (Gt - Gt @ X @ A)
    return result
