# F08. Returns a million numbers with every answer, so that whoever keeps them all runs out of memory.
# %% include zeros
# %%
import numpy as np


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    return torch.zeros_like(M), np.linspace(1.0, 0.0, 1_000_000)
