# wheat: clumsy beginner code; one list of matrices, repeated names, prints nothing, double steps
import torch


def make_start_number(rcond):
    star = (3 - 5**0.5) / 2
    numbers = [star]
    while numbers[-1] > rcond * rcond:
        t = numbers[-1]
        numbers.append(t / (1 + (1 - t) ** 0.5))
    return numbers[-1] / (rcond * rcond), len(numbers) - 1


def pinv_of_one_matrix(A, rcond, steps):
    rows = A.shape[0]
    cols = A.shape[1]
    A = A.clone().to(torch.float64)
    # biggest entry, if it is zero everything is zero
    big = 0.0
    for i in range(rows):
        for j in range(cols):
            if abs(A[i][j].item()) > big:
                big = abs(A[i][j].item())
    if big == 0.0:
        return torch.zeros(cols, rows, dtype=torch.float64)
    A = A / big
    # biggest singular value
    v = torch.rand(cols, 1, dtype=torch.float64)
    for i in range(200):
        v = torch.matmul(A.t(), torch.matmul(A, v))
        v = v / torch.sqrt(torch.sum(v * v))
    Av = torch.matmul(A, v)
    s = torch.sqrt(torch.sum(Av * Av)).item()
    A = A / s
    a, newton = make_start_number(rcond)
    X = a * A.t()
    I = torch.eye(rows, dtype=torch.float64)
    if steps is None:
        steps = newton + 30
    number = 0
    while number < steps:
        error = I - torch.matmul(A, X)
        X = X + torch.matmul(X, error)
        if number >= newton:
            X = torch.matmul(torch.matmul(X, A), X)
        number = number + 1
    X = X / s
    X = X / big
    return X


def calculate_pinverse(A, rcond=None, steps=None):
    m = A.shape[-2]
    n = A.shape[-1]
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    if rcond < 0.0000001:
        rcond = 0.0000001
    shape = list(A.shape)
    shape[-1] = m
    shape[-2] = n
    if A.numel() == 0:
        return torch.zeros(shape, dtype=A.dtype)
    many = A.reshape(-1, m, n)
    answers = []
    for k in range(many.shape[0]):
        answers.append(pinv_of_one_matrix(many[k], rcond, steps))
    answer = torch.stack(answers)
    answer = answer.reshape(shape)
    answer = answer.to(A.dtype)
    return answer


def pinverse_gradient(A, X, G):
    Xt = torch.transpose(X, -1, -2)
    Gt = torch.transpose(G, -1, -2)
    m = A.shape[-2]
    n = A.shape[-1]
    Im = torch.eye(m, dtype=A.dtype)
    In = torch.eye(n, dtype=A.dtype)
    part1 = torch.matmul(torch.matmul(Xt, G), Xt)
    part2 = torch.matmul(torch.matmul(torch.matmul(Im - torch.matmul(A, X), Gt), X), Xt)
    part3 = torch.matmul(torch.matmul(torch.matmul(Xt, X), Gt), In - torch.matmul(X, A))
    return part2 + part3 - part1
