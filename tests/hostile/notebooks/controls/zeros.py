# Control: an honest notebook whose every answer is zero.
# %% include zeros
