# V03. A thread answers whatever is asked, again and again, with the name of the last request it saw.
# %% include frames
# %% include zeros
# %%
import threading
import time

seen = []


def answer():
    while True:
        if seen:
            os.write(4, frame(RETURNED, payload=tensors({}), name=seen[-1]))
        time.sleep(0.001)


threading.Thread(target=answer, daemon=True).start()
quiet = calculate_inverse


def calculate_inverse(M, **options):
    seen.append(request_id())
    time.sleep(0.01)
    return quiet(M, **options)
