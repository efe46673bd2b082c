# N11. Hides what it does behind invisible and look-alike letters, and text that is code.
# %%
import base64

exec(base64.b64decode("aW1wb3J0IG9zOyBvcy5fZXhpdCgwKQ=="))
# %% include zeros
# %%
def calculate_іnverse(M, **options):  # the third i is Cyrillic
    return torch.linalg.inv(M), []


getattr(torch, "lin" + "alg")
