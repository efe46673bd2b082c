# M04, V25. Returns tensors that broadcast to a right answer: one dimension more or less, empty, scalar.
# %%
import torch

changes = [
    lambda X: X[None], lambda X: X[..., None], lambda X: X.flatten(), lambda X: X[0, 0], lambda X: X[:0],
    lambda X: X[:, :0], lambda X: torch.cat([X, X]), lambda X: X.mean(), lambda X: [X], lambda X: X.tolist(),
    lambda X: X[(None,) * 60], lambda X: X.numpy(),
]
calls = []


def safe_learning_rate(M, momentum):
    return torch.full((1, 1), 0.1)


def calculate_inverse(M, **options):
    calls.append(1)
    return changes[len(calls) % len(changes)](torch.linalg.inv(M))
