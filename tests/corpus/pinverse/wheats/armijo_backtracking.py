# wheat: gradient by autograd, Armijo's rule for the step, which may grow again
import torch


def objective(X, A):
    return 0.5 * (A @ X - torch.eye(A.shape[0], dtype=A.dtype)).square().sum()


def large_part(A, rcond):
    _, n = A.shape
    Q = torch.eye(n, dtype=A.dtype) + 0.1 * torch.randn(n, n, dtype=A.dtype)
    for _ in range(35):
        Q = torch.linalg.qr(A.T @ (A @ Q))[0]
    columns = A @ Q
    sizes = columns.norm(dim=0)
    large = sizes > rcond * sizes.max()
    return columns[:, large] @ Q[:, large].T


def one_matrix(A, rcond, steps):
    if torch.count_nonzero(A) == 0:
        return torch.zeros(A.shape[1], A.shape[0], dtype=A.dtype)
    scale = torch.linalg.matrix_norm(A.double())
    B = A.double() / scale
    if rcond is not None:
        B = large_part(B, rcond)
    X = torch.zeros(B.shape[1], B.shape[0], dtype=torch.float64)
    t = 1.0
    for _ in range(800 if steps is None else steps):
        leaf = X.requires_grad_()
        value = objective(leaf, B)
        (g,) = torch.autograd.grad(value, leaf)
        X = X.detach()
        slope = g.square().sum()
        if slope < 1e-15:
            break
        with torch.no_grad():
            while objective(X - t * g, B) > value - 0.3 * t * slope + 1e-15:
                t = t / 2
                if t < 1e-6:
                    break
            X = X - t * g
        t = t * 2.2
    return (X / scale).to(A.dtype)


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() == 2:
        return one_matrix(A, rcond, steps)
    matrices = A.reshape(A[..., 0, 0].numel(), A.shape[-2], A.shape[-1])
    answers = torch.zeros(len(matrices), A.shape[-1], A.shape[-2], dtype=A.dtype)
    for k in range(len(matrices)):
        answers[k] = one_matrix(matrices[k], rcond, steps)
    return answers.reshape(*A.shape[:-2], A.shape[-1], A.shape[-2])


def pinverse_gradient(A, X, G):
    transposed = lambda B: torch.transpose(B, -1, -2)  # noqa: E731
    m, n = A.shape[-2:]
    left = torch.eye(m, dtype=A.dtype) - A @ X
    right = torch.eye(n, dtype=A.dtype) - X @ A
    part1 = -transposed(X) @ G @ transposed(X)
    part2 = left @ transposed(G) @ X @ transposed(X)
    part3 = transposed(X) @ X @ transposed(G) @ right
    return part1 + part2 + part3
