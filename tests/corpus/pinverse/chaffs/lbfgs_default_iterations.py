# chaff: LBFGS left at eight iterations | breaks: accuracy for larger matrices | fires: test_large_matrices
import torch


def projection(A, rcond):
    """Right singular vectors above the cutoff, by block power iteration with Gram-Schmidt."""
    n = A.shape[1]
    Q = torch.randn(n, n, dtype=A.dtype)
    for _ in range(30):
        Q = A.T @ (A @ Q)
        for i in range(n):
            for _ in range(2):
                if i:
                    Q[:, i] -= Q[:, :i] @ (Q[:, :i].T @ Q[:, i])
            length = Q[:, i].norm()
            Q[:, i] = Q[:, i] / length if length > 1e-14 else 0.0
    sizes = (A @ Q).norm(dim=0)
    Q = Q[:, sizes > rcond * sizes.max()]
    return Q @ Q.T


def solve_one(A, rcond, steps):
    size = A.abs().max()
    if size == 0:
        return torch.zeros(A.shape[1], A.shape[0], dtype=A.dtype)
    B = A.double() / size
    if rcond is None:
        rcond = 2e-6 if A.dtype == torch.float32 else 1e-13
    B = B @ projection(B / B.norm(), rcond)
    X = torch.zeros(B.shape[1], B.shape[0], dtype=B.dtype, requires_grad=True)
    I = torch.eye(B.shape[0], dtype=B.dtype)  # noqa: E741
    rate = 1.0 / float((B * B).sum())
    optimizer = torch.optim.LBFGS(
        [X], lr=1, max_iter=8 if steps is None else max(steps, 1), max_eval=10**6 if steps is None else max(steps, 1),
        tolerance_grad=1e-10, tolerance_change=0, history_size=30,
        line_search_fn="strong_wolfe" if steps is None else None,
    )

    def closure():
        optimizer.zero_grad()
        value = 0.5 * rate * ((B @ X - I) ** 2).sum()
        value.backward()
        return value

    optimizer.step(closure)
    return (X.detach() / size).to(A.dtype)


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() == 2:
        return solve_one(A, rcond, steps)
    if A.shape[0] == 0:
        return torch.empty(*A.shape[:-2], A.shape[-1], A.shape[-2], dtype=A.dtype)
    return torch.stack([calculate_pinverse(B, rcond, steps) for B in A], dim=0)


def pinverse_gradient(A, X, G):
    def differential(dA):
        dAt = dA.mT
        return -X @ dA @ X + X @ X.mT @ dAt @ (Im - A @ X) + (In - X @ A) @ dAt @ X.mT @ X

    Im = torch.eye(A.shape[-2], dtype=A.dtype)
    In = torch.eye(A.shape[-1], dtype=A.dtype)
    _, pull_back = torch.func.vjp(differential, torch.zeros_like(A))
    return pull_back(G)[0]
