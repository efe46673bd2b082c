# F10, V08. Ends the first thread, so that the process looks dead, and burns CPU time in another.
# %% include zeros
# %%
import ctypes
import threading


def burn():
    while True:
        pass


threading.Thread(target=burn).start()
ctypes.CDLL(None).syscall(60, 0)
