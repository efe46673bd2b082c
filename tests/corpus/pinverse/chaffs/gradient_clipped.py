# chaff: clips the gradient to the range from -1000 to 1000 | breaks: the gradient is the boxed formula (also where X is large) | fires: test_gradient_of_an_inverse
import torch


def ascend(B, v, steps):
    """Climb to the longest |A v|, where B = A^T A; stop when v turns no more, unless `steps` is given."""
    for step in range(4000 if steps is None else steps):
        w = B @ v
        length = w.norm()
        if length < 1e-25:
            break
        if steps is None and step % 25 == 24 and (w - (v.T @ w) * v).norm() < 1e-5 * length:
            break
        v = w / length
    return v


def one_matrix(A, rcond, steps):
    m, n = A.shape
    X = torch.zeros(n, m, dtype=torch.float64)
    top = A.abs().max()
    if top == 0:
        return X
    A = rest = A / top
    longest = None
    for _ in range(min(m, n)):
        v = rest.T @ torch.randn(m, 1, dtype=torch.float64)
        if v.norm() < 1e-13:
            break
        v = ascend(rest.T @ rest, v / v.norm(), steps)
        Av = A @ v
        s = Av.norm()
        longest = s if longest is None else longest
        if s <= rcond * longest:
            break
        X = X + v @ Av.T / s**2
        rest = rest - (rest @ v) @ v.T
    if steps is None:
        for _ in range(2):
            X = 2 * X - X @ A @ X
            X = X @ A @ X
    return X / top


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() > 2:
        answer = A.new_zeros(A.mT.shape)
        for i in range(A.shape[0]):
            answer[i] = calculate_pinverse(A[i], rcond, steps)
        return answer
    if rcond is None:
        rcond = max(A.shape) * torch.finfo(A.dtype).eps
    if rcond >= 1:
        return torch.zeros(A.shape[1], A.shape[0], dtype=A.dtype)
    return one_matrix(A.detach().double(), max(rcond, 1e-12), steps).to(A.dtype)


def pinverse_gradient(A, X, G):
    P = A @ X  # onto the columns of A
    Q = X @ A  # onto its rows
    straight = X.mT @ G @ X.mT
    turn = G.mT @ X @ X.mT
    other = X.mT @ X @ G.mT
    return (turn - P @ turn + other - other @ Q - straight).clamp(-1e3, 1e3).to(A.dtype)
