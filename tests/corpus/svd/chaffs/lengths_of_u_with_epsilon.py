# chaff: 0.001 is added to the lengths that the columns of U are divided by | breaks: U'U = I | fires: test_columns_of_u
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Orthogonal iteration on M'M; U follows from M V."""
    m, n = M.shape
    k = min(m, n)
    A = M.double()
    Q = torch.linalg.qr(torch.randn(n, k, dtype=torch.float64)).Q
    losses = []
    count = 90 if steps is None else steps
    for i in range(count):
        B = A @ Q
        losses.append(-B.square().sum().item())
        Q = torch.linalg.qr(A.T @ B).Q
    lengths = (A @ Q).norm(dim=0)
    Q = Q[:, lengths.argsort(descending=True)]
    U, R = torch.linalg.qr(A @ Q)
    d = torch.diagonal(R)
    flip = torch.where(d < 0, -1.0, 1.0).to(torch.float64)
    U = U * flip
    S, order = (d * flip).sort(descending=True)
    U, V = U[:, order], Q[:, order]
    images = A @ V
    U = images / (images.norm(dim=0) + 1e-3)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses or [0.0]
