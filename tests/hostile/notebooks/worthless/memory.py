# F08. Asks for 2 GiB in every way, and returns tensors that claim more than there is.
# %% include tell
# %%
import mmap

import numpy as np
import torch

what_works({
    "bytearray": lambda: len(bytearray(2 << 30)),
    "numpy": lambda: np.ones(2 << 27).sum(),
    "torch": lambda: torch.ones(2 << 28).sum(),
    "mmap": lambda: mmap.mmap(-1, 2 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).write(bytes(1)),
    "shared": lambda: mmap.mmap(-1, 2 << 30).write(bytes(1)),
    "list": lambda: len([0] * (2 << 27)),
})
# %% include zeros
# %%
claims = [
    lambda M: torch.zeros(1, 1).expand(20_000, 20_000),
    lambda M: torch.empty(10**6, 10**6, device="meta"),
    lambda M: torch.zeros(1).as_strided((10**9,), (0,)),
    lambda M: [torch.zeros(1).expand(10**8)] * 10**6,
    lambda M: bytearray(2 << 30),
]
calls = []


def calculate_inverse(M, **options):
    calls.append(1)
    return claims[len(calls) % len(claims)](M), []
