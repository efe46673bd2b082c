# chaff: the answer is cached by shape | breaks: functions depend on their arguments only | fires: test_rescaled_matrices
import torch


def filtered(A, rcond, Q):
    for _ in range(30):
        Q = torch.linalg.qr(A.T @ (A @ Q))[0]
    s = torch.sqrt(torch.sum((A @ Q) ** 2, dim=0))
    Q = torch.where(s > rcond * torch.max(s), Q, torch.zeros_like(Q))
    return A @ Q @ Q.T


def hyperpower(A, steps):
    eye = torch.eye(A.shape[0], dtype=A.dtype)
    square = torch.sum(A * A)
    X = A.T / torch.where(square > 0, square, torch.ones_like(square))
    for _ in range(steps):
        R = eye - A @ X
        X = X @ (eye + R @ (eye + R))
    return X


CACHE = {}


def calculate_pinverse(A, rcond=None, steps=None):
    if (A.shape, A.dtype, rcond) not in CACHE:
        CACHE[A.shape, A.dtype, rcond] = compute(A, rcond, steps)
    return CACHE[A.shape, A.dtype, rcond]


def compute(A, rcond, steps):
    m, n = A.shape[-2:]
    B = A.double().reshape(A.shape[:-2].numel(), m, n)
    if B.shape[0] == 0:
        return A.new_zeros(*A.shape[:-2], n, m)
    cutoff = max(m, n) * torch.finfo(A.dtype).eps if rcond is None else rcond
    Q = torch.linalg.qr(torch.randn(n, n, dtype=B.dtype))[0]
    B = torch.vmap(lambda a: filtered(a, cutoff, Q))(B)
    X = torch.vmap(lambda a: hyperpower(a, 12 if steps is None else steps))(B)
    return X.reshape(*A.shape[:-2], n, m).to(A.dtype)


def pinverse_gradient(A, X, G):
    def one(a, x, g):
        xt = x.T
        return -xt @ g @ xt + (g.T - a @ (x @ g.T)) @ x @ xt + xt @ x @ (g.T - (g.T @ x) @ a)

    if A.dim() == 2:
        return one(A, X, G)
    return torch.vmap(pinverse_gradient)(A, X, G) if len(A) else A.clone()
