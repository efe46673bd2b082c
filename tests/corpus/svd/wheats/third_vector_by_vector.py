# wheat: ascent of |Mv|^2, one vector after the other; what has been found is subtracted from the matrix
import torch


def orthogonal(x, basis):
    """Remove from x, twice for the rounding, all that lies in the direction of the basis vectors."""
    for _ in range(2):
        for b in basis:
            x = x - (b @ x) * b
    return x


def some_unit_vector(basis, size):
    """Return any unit vector of this size that is orthogonal to the basis."""
    candidates = [orthogonal(e, basis) for e in torch.eye(size, dtype=torch.float64)]
    x = max(candidates, key=lambda c: c.norm().item())
    return x / x.norm()


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return U, S, V, losses; `steps` is the number of updates of each vector."""
    A = M.double().clone()
    m, n = A.shape
    k = min(m, n)
    most = 300 if steps is None else steps
    scale = A.norm().item()
    us, vs, sizes = [], [], []
    losses = [1.0 if scale > 0 else 0.0]  # the part of M, in squares, that is not yet explained
    rest = A / scale if scale > 0 else A
    for _ in range(k):
        left = rest.square().sum().item()
        rows = rest.norm(dim=1)
        v = orthogonal(rest[rows.argmax()], vs)
        if max(sizes, default=0.0) * 1e-6 >= rows.max().item() or v.norm().item() < 1e-9:
            us.append(some_unit_vector(us, m))
            vs.append(some_unit_vector(vs, n))
            sizes.append(0.0)
            continue
        v = v / v.norm()
        for _ in range(most):
            w = rest @ v
            uphill = rest.mT @ w
            value = (w @ w).item()
            losses.append(max(left - value, 0.0))
            if value == 0 or (uphill - value * v).norm().item() < 1e-13 * value**0.5:
                break
            v = orthogonal(uphill, vs)
            v = v / v.norm()
        w = orthogonal(rest @ v, us)
        s = w.norm().item()
        u = w / s if s > 1e-9 else some_unit_vector(us, m)
        us.append(u)
        vs.append(v)
        sizes.append(s)
        rest = rest - s * torch.outer(u, v)

    order = sorted(range(k), key=lambda i: -sizes[i])
    U = torch.stack([us[i] for i in order], dim=1)
    V = torch.stack([vs[i] for i in order], dim=1)
    S = torch.tensor([sizes[i] * scale for i in order], dtype=torch.float64)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
