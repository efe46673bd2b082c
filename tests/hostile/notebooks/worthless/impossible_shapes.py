# V04. Sends tensors without entries whose sides no computer can count, and types by names of its own.
# %% include frames
# %% include zeros
# %%
claims = [
    {"0:tensor": {"dtype": "F32", "shape": [0, 2**63], "data_offsets": [0, 0]}},
    {"0:opaque:<b>:1,2": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}},
]
calls = []


def calculate_inverse(M, **options):
    calls.append(1)
    os.write(4, frame(RETURNED, payload=tensors(claims[0])))
    while True:
        pass
