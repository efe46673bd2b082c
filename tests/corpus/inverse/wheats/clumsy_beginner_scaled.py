# wheat: clumsy beginner code, loops and many variables, the matrix scaled first and a harmless clipping when left alone
import torch


def safe_learning_rate(M, momentum):
    n = M.shape[0]
    biggest_row = 0.0
    for i in range(n):
        s = 0.0
        for j in range(n):
            s = s + abs(float(M[i, j]))
        if s > biggest_row:
            biggest_row = s
    biggest_col = 0.0
    for j in range(n):
        s = 0.0
        for i in range(n):
            s = s + abs(float(M[i, j]))
        if s > biggest_col:
            biggest_col = s
    rate = (n * n) / (2 * biggest_row * biggest_col)
    return rate


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    # identity
    identity = torch.zeros(n, n, dtype=M.dtype)
    for i in range(n):
        identity[i, i] = 1
    # do we choose the rate or does the caller?
    if learning_rate is None:
        my_choice = True
        scale = float(M.abs().max())
    else:
        my_choice = False
        scale = 1.0
    M2 = M / scale
    if my_choice == True:
        learning_rate = safe_learning_rate(M2, momentum)
    # the guess
    if start is None:
        X = torch.zeros(n, n, dtype=M.dtype)
        for i in range(n):
            for j in range(n):
                X[i, j] = torch.rand(1).item() - 0.5
    else:
        X = torch.zeros(n, n, dtype=M.dtype)
        X[:, :] = start
        if my_choice == True:
            X = X * scale
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    step = 0
    while step < steps:
        XM = torch.matmul(X, M2)
        diff = XM - identity
        loss = torch.sum(diff * diff) / (n * n)
        losses.append(loss.item())
        grad = torch.matmul(diff, torch.transpose(M2, 0, 1))
        grad = grad * 2
        grad = grad / (n * n)
        if my_choice == True:
            grad = torch.clamp(grad, -1000000.0, 1000000.0)
        v = v * momentum
        v = v + grad
        X = X - learning_rate * v
        step = step + 1
    if my_choice == True:
        X = X / scale
    return X, losses
