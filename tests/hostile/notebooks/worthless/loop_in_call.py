# V08. Never answers, blocks and ignores every signal, and catches what may be raised in it.
# %% include zeros
# %%
import signal


def calculate_inverse(M, **options):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
