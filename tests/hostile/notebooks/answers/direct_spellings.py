# M13. Inverts directly in a different way each time: other libraries, other names, another thread, by hand.
# %%
import threading

import numpy as np
import torch


def in_a_thread(M):
    found = []
    thread = threading.Thread(target=lambda: found.append(torch.linalg.inv(M)))
    thread.start()
    thread.join()
    return found[0]


def by_hand(M):
    n, rows = len(M), [row + unit for row, unit in zip(M.double().tolist(), torch.eye(len(M)).tolist())]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for r in range(n):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    return torch.tensor([row[n:] for row in rows], dtype=M.dtype)


spellings = [
    torch.inverse, torch.linalg.pinv, in_a_thread, by_hand,
    lambda M: torch.linalg.matrix_power(M, -1),
    lambda M: torch.linalg.solve(M, torch.eye(len(M), dtype=M.dtype)),
    lambda M: torch.ops.aten.linalg_inv(M),
    lambda M: torch.from_numpy(np.linalg.inv(M.numpy())),
    lambda M: torch.linalg.lstsq(M, torch.eye(len(M), dtype=M.dtype)).solution,
]
calls = []


def safe_learning_rate(M, momentum):
    return 1e-12


def calculate_inverse(M, steps=2000, **options):
    calls.append(1)
    return spellings[len(calls) % len(spellings)](M).clone(), [0.0] * steps
