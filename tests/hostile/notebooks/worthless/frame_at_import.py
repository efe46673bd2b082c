# V01, V22. Writes an answer that nobody asked for to every open descriptor.
# %% include frames
# %% include zeros
# %%

header = {"0:tensor": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
write_everywhere(frame(RETURNED, payload=tensors(header, bytes(16)), name=bytes(16)))
