# F09. Fills its scratch folder, one large file, then a hundred, and many empty ones, without ever stopping.
# %%

count = 0
while True:
    count += 1
    try:
        with open(f"file{count}", "wb") as file:
            file.write(bytes(1 << 20) if count < 100 else b"")
    except OSError:
        pass
# %% include zeros
