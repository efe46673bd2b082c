"""One method of descent a file; each is a frozen object with ``init`` and ``step``."""
