# chaff: the tutorial's penalty loss with autograd and no polish | breaks: accuracy of right angles and product | fires: test_columns_of_u, test_columns_of_v, test_product
import torch


def mse(a, b):
    return ((a - b) ** 2).mean()


def calculate_svd(M, learning_rate=0.9, momentum=0.9, steps=None):
    if M.shape[0] < M.shape[1]:
        U, S, V, losses = calculate_svd(M.T, learning_rate, momentum, steps)
        return V, S, U, losses
    m, n = M.shape
    learning_rate = 0.9 if learning_rate is None else learning_rate
    size = M.abs().max().double()
    A = M.double() / size if size > 0 else M.double()
    torch.manual_seed(1)
    U = torch.rand(m, n, dtype=torch.float64, requires_grad=True)
    d = torch.rand(n, dtype=torch.float64, requires_grad=True)
    V = torch.rand(n, n, dtype=torch.float64, requires_grad=True)
    I = torch.eye(n, dtype=torch.float64)
    losses = []
    for _ in range(400 if steps is None else steps):
        loss = mse(U @ torch.diag(d**2) @ V.T, A) + mse(U.T @ U, I) / 100 + mse(V @ V.T, I) / 100
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (U, d, V):
                parameter -= 0.3 * learning_rate * parameter.grad
                parameter.grad *= momentum
    S, order = (d.detach() ** 2).sort(descending=True)
    return U.detach()[:, order].to(M.dtype), (S * size).to(M.dtype), V.detach()[:, order].to(M.dtype), losses or [0.0]
