# wheat: momentum ascent of u'Av for singular vectors with deflation, two Newton steps to polish; a generator yields the triples
import torch


def triples(A, most, tolerance, steps):
    rest = A.clone()
    largest = 0.0
    while most > 0 and rest.abs().max() > 0:
        v = torch.randn(A.shape[1], dtype=A.dtype)
        v /= v.norm()
        before = torch.zeros_like(v)
        value = 0.0
        for i in range(200 if steps is None else steps):
            g = rest.T @ (rest @ v)
            w = g + 0.05 * value * (v - before) if i > 3 else g
            length = w.norm()
            if length == 0:
                break
            before, v = v, w / length
            if (v - before).norm() < 1e-11 and i > 10:
                break
            value = (rest @ v).square().sum().item()
        u = rest @ v
        s = u.norm().item()
        largest = max(largest, s)
        if s <= tolerance * largest:
            return
        yield u / s, s, v
        rest = rest - torch.outer(u, v)
        most -= 1


def for_one(A, rcond, steps):
    D = A.double()
    m, n = D.shape
    if D.norm() == 0:
        return A.new_zeros(n, m)
    D = D / D.norm()
    tolerance = rcond
    if rcond is None:
        tolerance = max(m, n) * torch.finfo(A.dtype).eps * 2
    X = torch.zeros(n, m, dtype=D.dtype)
    kept = torch.zeros_like(D)
    for u, s, v in triples(D, min(m, n), tolerance, steps):
        X += torch.outer(v, u) / s
        kept += s * torch.outer(u, v)
    if steps is None:
        # vectors of neighbouring values may still be mixed; Newton puts that right
        for _ in range(6):
            X = X @ (2 * torch.eye(m, dtype=D.dtype) - kept @ X)
    return (X / A.double().norm()).to(A.dtype)


def calculate_pinverse(A, rcond=None, steps=None):
    if A.ndim == 2:
        return for_one(A, rcond, steps)
    flat = A.flatten(0, -3)
    out = torch.zeros(flat.shape[0], A.shape[-1], A.shape[-2], dtype=A.dtype)
    for i in range(flat.shape[0]):
        out[i] = for_one(flat[i], rcond, steps)
    return out.unflatten(0, A.shape[:-2]) if A.numel() else out.reshape(*A.shape[:-2], A.shape[-1], A.shape[-2])


def pinverse_gradient(A, X, G):
    e = "...ij,...jk->...ik"
    Xt, Gt = X.mT, G.mT
    one = torch.einsum(e, torch.einsum(e, Xt, G), Xt)
    two = torch.einsum(e, Gt - torch.einsum(e, torch.einsum(e, A, X), Gt), torch.einsum(e, X, Xt))
    three = torch.einsum(e, torch.einsum(e, Xt, X), Gt - torch.einsum(e, Gt, torch.einsum(e, X, A)))
    return two + three - one
