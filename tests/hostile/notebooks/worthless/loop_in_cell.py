# V08. Never ends, and ignores every signal that can be ignored.
# %% include zeros
# %%
import signal

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    pass
