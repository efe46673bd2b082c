# wheat: one-sided Jacobi with classical pivoting (always the worst pair), numpy inside, early stopping
import numpy as np
import torch


def _worst_pair(W, floor):
    G = W.T @ W
    length = np.sqrt(np.diag(G)).clip(floor, None)
    cosines = np.triu(np.abs(G) / np.outer(length, length), 1)
    flat = int(cosines.argmax())
    return (*divmod(flat, W.shape[1]), cosines.flat[flat], float((cosines**2).sum()))


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Jacobi's original rule: look for the pair with the largest cosine and turn that one."""
    A = M.detach().numpy().astype(np.float64)
    flipped = A.shape[0] < A.shape[1]
    if flipped:
        A = A.T
    m, n = A.shape
    size = np.abs(A).max()
    W = A / size if size > 0 else A.copy()
    V = np.eye(n)
    floor = max(1e-9 * np.linalg.norm(W.reshape(-1)), 1e-140)

    limit = 60 * n * n if steps is None else steps
    losses = []
    for turn in range(limit + 1):
        if n == 1:
            losses.append(0.0)
            break
        i, j, worst, loss = _worst_pair(W, floor)
        losses.append(loss)
        if worst < 1e-11 or turn == limit:
            break
        x, y = W[:, i], W[:, j]
        theta = 0.5 * np.arctan2(2 * (x @ y), x @ x - y @ y)
        R = np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])
        W[:, [i, j]] = W[:, [i, j]] @ R
        V[:, [i, j]] = V[:, [i, j]] @ R

    S = np.sqrt((W**2).sum(axis=0))
    order = np.argsort(-S, kind="stable")
    S, W, V = S[order], W[:, order], V[:, order]
    rank = int((S > 1e-6 * S[0]).sum()) if S[0] > 0 else 0
    U = np.zeros((m, n))
    U[:, :rank] = W[:, :rank] / S[:rank]
    for column in range(rank, n):
        P = np.eye(m) - U @ U.T
        e = P[:, np.argmax((P**2).sum(axis=0))]
        e = e - U @ (U.T @ e)
        U[:, column] = e / np.sqrt(e @ e)
    S = S * size
    if flipped:
        U, V = V, U
    give = lambda X: torch.from_numpy(np.ascontiguousarray(X)).to(M.dtype)
    return give(U), give(S), give(V), losses
