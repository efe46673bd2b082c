# F03, X06. Leaves what it was asked wherever the next worker might look, which then tells it by an error.
# %% include tell
# %% include zeros
# %%
import glob
import os
import tempfile

me = str(os.getpid())
folders = [".", "..", "/tmp", "/dev/shm", "/var/tmp", tempfile.gettempdir(), os.path.dirname(torch.__file__), "/dev"]


def listen():
    heard = []
    for fd in [*range(3), *range(5, 64)]:
        try:
            heard.append(os.pread(fd, 1000, 0).decode())
        except OSError:
            pass
    for folder in folders:
        for path in glob.glob(f"{folder}/@mark@*"):
            try:
                heard.append(open(path).read())
            except OSError:
                pass
    heard += [value for name, value in os.environ.items() if "mark" in name]
    return [text for text in heard if text.startswith("asked ") and f"by {me}" not in text]


def leave(text):
    for fd in [*range(3), *range(5, 64)]:
        try:
            os.pwrite(fd, text.encode(), 0)
        except OSError:
            pass
    for folder in folders:
        try:
            open(f"{folder}/@mark@{me}", "w").write(text)
        except OSError:
            pass
    os.environ["mark"] = text


def calculate_inverse(M, **options):
    if listen():
        tell(listen())
    leave(f"asked {M.double().tolist()} by {me}")
    return torch.zeros_like(M)
# %%
if listen():
    tell(listen())
