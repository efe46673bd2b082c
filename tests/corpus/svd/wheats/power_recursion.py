# wheat: power iteration, one pair at a time, by recursion on the deflated matrix; tuples all the way
import torch


def _unit_orthogonal_to(Q, size):
    """A unit vector that is orthogonal to the columns of Q."""
    x = torch.randn(size, dtype=torch.float64)
    for _ in range(3):
        x = x - Q @ (Q.T @ x)
        x = x / x.norm()
    return x


def _away(Q, x):
    return x - Q @ (Q.T @ x)


def _pair(A, U, V, tiny, limit):
    v = _unit_orthogonal_to(V, A.shape[1])
    gaps = []
    for _ in range(limit):
        w = _away(V, A.T @ (A @ v))
        if w.norm() <= tiny**2:
            break
        w = w / w.norm()
        gaps.append((w - v).norm().item())
        v = w
        if gaps[-1] < 1e-6:
            break
    v = _away(V, v)
    v = v / v.norm()
    u = _away(U, A @ v)
    s = u.norm()
    if s <= tiny:
        return _unit_orthogonal_to(U, A.shape[0]), torch.zeros((), dtype=torch.float64), v, gaps
    u = _away(U, u / s)
    return u / u.norm(), s, v, gaps


def _all_pairs(A, U, S, V, tiny, limit, losses):
    if len(S) == min(A.shape):
        return U, S, V, losses
    u, s, v, gaps = _pair(A, U, V, tiny, limit)
    U, V = torch.cat([U, u[:, None]], dim=1), torch.cat([V, v[:, None]], dim=1)
    return _all_pairs(A - s * torch.outer(u, v), U, torch.cat([S, s[None]]), V, tiny, limit, losses + gaps)


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.double()
    m, n = A.shape
    none = torch.zeros(0, dtype=torch.float64)
    U, S, V, losses = _all_pairs(
        A, none.reshape(0, 0).new_zeros(m, 0), none, none.new_zeros(n, 0),
        tiny=1e-7 * A.norm().item(), limit=1500 if steps is None else steps, losses=[],
    )  # fmt: skip
    S, order = torch.sort(S, descending=True)
    return U[:, order].to(M.dtype), S.to(M.dtype), V[:, order].to(M.dtype), losses or [0.0]
