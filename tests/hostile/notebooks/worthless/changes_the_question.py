# M07. Turns the argument into the identity, whose inverse it then returns.
# %%


def safe_learning_rate(M, momentum):
    M.zero_()
    return 0.0


def calculate_inverse(M, start=None, **options):
    M.zero_()
    M.fill_diagonal_(1.0)
    return M, []
