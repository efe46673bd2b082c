# V08, V25. Gives its process a name that is no text and looks like the fields behind it, and then never ends.
# %% include zeros
# %%
import ctypes

ctypes.CDLL(None).prctl(15, b"\xff\xfe) R 1 1", 0, 0, 0)
while True:
    pass
