# V13. Leaves code behind that runs when the process ends, an object is collected, or a signal comes.
# %% include frames
# %% include zeros
# %%
import atexit
import gc
import signal
import weakref


class Last:
    def __del__(self):
        write_everywhere(frame(RETURNED, name=bytes(16)))


def shout(*_):
    write_everywhere(frame(RETURNED, name=bytes(16)))


last = Last()
last.itself = last
atexit.register(shout)
weakref.finalize(last, shout)
sys.excepthook = sys.unraisablehook = shout
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
    signal.signal(number, shout)


def calculate_inverse(M, **options):
    gc.callbacks.append(shout)
    raise SystemExit
