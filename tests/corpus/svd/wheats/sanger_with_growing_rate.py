# wheat: Sanger's rule for all columns at once with a rate that grows, written with triu; V comes back as a transposed view
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    (m, n), k = M.shape, min(M.shape)
    A = M.double() / max(M.abs().max().item(), 1e-300)
    Wt = torch.linalg.qr(torch.randn(n, k, dtype=A.dtype)).Q.T.contiguous()
    losses = []
    for t in range(130 if steps is None else steps):
        Y = A @ Wt.T  # documents x neurons
        C = Y.T @ Y
        power = torch.diagonal(C).clamp(min=1e-30)
        rate = min(0.2 + 0.1 * t, 1.3) / power
        delta = Y.T @ A - torch.tril(C) @ Wt
        Wt = Wt + rate[:, None] * delta
        if not torch.isfinite(Wt).all():
            Wt = torch.randn(k, n, dtype=A.dtype)
        # Sanger alone drifts off with a rate like this: Gram-Schmidt keeps the rows honest
        Q, R = torch.linalg.qr(Wt.T)
        Wt = (Q * torch.where(torch.diagonal(R) < 0, -1.0, 1.0).to(R)).T
        losses.append((A - A @ Wt.T @ Wt).square().mean().item() - C.trace().item())
    Y = A @ Wt.T
    order = Y.norm(dim=0).argsort(descending=True)
    Q, R = torch.linalg.qr(Y[:, order])
    d = torch.diagonal(R)
    sign = torch.where(d < 0, -1.0, 1.0).to(d)
    S, again = (d * sign).sort(descending=True)
    S = S * M.abs().max().double()
    return (Q * sign)[:, again].to(M.dtype), S.to(M.dtype), Wt[order][again].to(M.dtype).T, losses or [0.0]
