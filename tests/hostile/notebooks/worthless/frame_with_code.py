# V06. Sends pickled objects that leave a file behind when they are loaded, as a payload and as what is returned.
# %% include frames
# %% include zeros
# %%
import io
import pickle

import torch


class Loaded:
    def __reduce__(self):
        return exec, ("open('/tmp/@mark@', 'w')",)


buffer, calls = io.BytesIO(), []
torch.save(Loaded(), buffer)
payloads = [pickle.dumps(Loaded()), buffer.getvalue()]


def calculate_inverse(M, **options):
    calls.append(1)
    if len(calls) == 1:
        return Loaded()
    os.write(4, frame(RETURNED, payload=payloads[len(calls) % 2]))
    return M
