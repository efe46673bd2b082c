# V04. Announces 4 GiB of text and 2^63 bytes of tensors, for a request that was made.
# %% include frames
# %% include zeros
# %%
def calculate_inverse(M, **options):
    os.write(4, struct.pack("!4sB16sIQ", b"STP1", RETURNED, request_id(), 0xFFFFFFFF, 2**63))
    os.write(4, bytes(1 << 16))
    return M
