# M05, M06. Returns the inverse in another dtype, layout or device, or in bits that mean something else.
# %%
import torch

changes = [
    lambda X: X.half(), lambda X: X.bfloat16(), lambda X: X.int(), lambda X: X.bool(), lambda X: X.cfloat(),
    lambda X: X.double() if X.dtype == torch.float32 else X.float(), lambda X: X.to_sparse(),
    lambda X: X.to("meta"), lambda X: torch.quantize_per_tensor(X.float(), 0.1, 0, torch.qint8),
    lambda X: X.to_sparse_csr(), lambda X: X.to_mkldnn() if hasattr(X, "to_mkldnn") else X.half(),
]
calls = []


def safe_learning_rate(M, momentum):
    return 1j


def calculate_inverse(M, **options):
    calls.append(1)
    return changes[len(calls) % len(changes)](torch.linalg.inv(M)), []
