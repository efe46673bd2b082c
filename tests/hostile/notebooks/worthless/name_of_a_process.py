# V08, V25. Gives its process a name that is no text and looks like the fields behind it, and then keeps it busy.
# %% include zeros
# %%
import ctypes
import time

ctypes.CDLL(None).prctl(15, b"\xff\xfe) R 1 1", 0, 0, 0)
begin = time.process_time()
while time.process_time() - begin < 0.4:
    pass
