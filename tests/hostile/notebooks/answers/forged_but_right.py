# V02. Answers the judge's own request with a forged frame that holds the right answer, and never returns.
# %% include frames
# %% include right
# %%
import time

honest = calculate_inverse


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    X, losses = honest(M, learning_rate, momentum, steps, start)
    data, n, kind = X.contiguous().numpy().tobytes(), len(M), "F32" if M.dtype == torch.float32 else "F64"
    header = {"0:tensor": {"dtype": kind, "shape": [n, n], "data_offsets": [0, len(data)]}}
    os.write(4, frame(RETURNED, payload=tensors(header, data)))
    while True:
        time.sleep(1)
