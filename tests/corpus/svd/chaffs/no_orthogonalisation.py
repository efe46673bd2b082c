# chaff: vectors of the deflated matrix taken as they are, random ones for the null space | breaks: V orthonormal for rank-deficient matrices | fires: test_rank_deficient_matrices
import torch


def best_rank_one(R, steps, losses):
    v = torch.randn(R.shape[1], dtype=R.dtype)
    for i in range(steps):
        u = R @ v / (v @ v)  # best u for this v
        if not u.any():
            break
        new = R.T @ u / (u @ u)  # best v for this u
        done = (new - v).norm() <= 5e-7 * new.norm()
        v = new
        if v.norm() < 1e-100:
            break
        v = v / v.norm()
        if done:
            break
    losses.append((R - torch.outer(R @ v, v)).square().sum().item())
    return v


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    k = min(M.shape)
    dtype = M.dtype
    M = M.double()
    R = M
    losses = []
    columns = []
    for _ in range(k):
        if R.norm() <= 1e-9 * M.norm():
            columns.append(torch.randn(M.shape[1], dtype=M.dtype))
            continue
        v = best_rank_one(R, 400 if steps is None else steps, losses)
        v = v / v.norm()
        columns.append(v)
        R = R - torch.outer(R @ v, v)
    losses.append(R.square().sum().item())
    V = torch.stack([x / x.norm() for x in columns], dim=1)
    U, T = torch.linalg.qr(M @ V)
    S = torch.diagonal(T).clone()
    negative = S < 0
    U[:, negative] = -U[:, negative]
    S, order = S.abs().sort(descending=True)
    return U[:, order].to(dtype), S.to(dtype), V[:, order].to(dtype), losses
