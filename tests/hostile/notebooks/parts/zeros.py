# What most attacks return once they have tried: zeros, as the wrong control does.
# %%
import torch


def safe_learning_rate(M, momentum):
    return 0.0


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    return torch.zeros_like(M), [0.0] * steps
