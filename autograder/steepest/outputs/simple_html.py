"""HTML that a student wrote, before a parser sees it: what would cost more than its length is not given to one.

Browsers' rules for broken HTML are quadratic, in any parser. Each tag may look through all elements that are open, and
each paragraph opens anew what bold, italic and the like was left open: 64,000 characters became 6 GB.
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 300_000
MAX_TAGS = 5000
"""Begin and end tags; a table of 60 rows and 20 columns has 2,600."""

MAX_REOPENED = 40
"""Tags that paragraphs may open anew; beyond this many all of them are plain text runs."""

_REOPENED = re.compile(r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>]|\Z)", re.IGNORECASE)


def simple_html(html: str, most: int = MAX_CHARACTERS) -> str | None:
    """Return HTML that can be parsed in time and memory that follow its length; None if it is too much of it."""
    if len(html) > most or html.count("<") > MAX_TAGS:
        return None
    plain, found = _REOPENED.subn(r"<\1span", html)
    return plain if found > MAX_REOPENED else html
