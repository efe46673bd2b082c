# V05. Answers for its cells with JSON that is deep, large, of other types, or no JSON at all.
# %% include frames
# %%
deep = "[" * 900 + "]" * 900
os.write(4, frame(CELL_DONE, payload=('{"printed": "", "outputs": [], "error": %s}' % deep).encode()))
while True:
    pass
# %% include zeros
