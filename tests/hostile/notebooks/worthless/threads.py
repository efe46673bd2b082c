# F10. Starts as many threads as it may; half of them burn CPU time, half of them sleep.
# %% include zeros
# %%
import threading
import time


def burn():
    while True:
        pass


def sleep():
    while True:
        time.sleep(1)


threading.stack_size(64 * 1024)
try:
    for number in range(10_000):
        threading.Thread(target=burn if number % 2 else sleep, daemon=True).start()
except RuntimeError:
    pass
