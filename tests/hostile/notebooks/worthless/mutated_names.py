# M07, V25, X06. Claims that arguments were changed whose names are digits that no number has, and hold the exam.
# %% include frames
# %% include zeros
# %%
def calculate_inverse(M, **options):
    digits = "".join(letter for letter in str(M.double().tolist()) if letter.isdigit())
    os.write(4, frame(RETURNED, text=("²" + digits).encode(), payload=tensors({})))
    while True:
        pass
