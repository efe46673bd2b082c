# M03, M08. Returns M itself, its transpose, reciprocals of its entries or of its diagonal, the identity.
# %%
import torch

guesses = [lambda M: M, lambda M: M.T, lambda M: 1 / M, lambda M: torch.diag(1 / M.diagonal()), torch.ones_like]
guesses += [lambda M: torch.eye(len(M), dtype=M.dtype)]
calls = []


def safe_learning_rate(M, momentum):
    return -1.0


def calculate_inverse(M, **options):
    calls.append(1)
    return guesses[len(calls) % len(guesses)](M), []
