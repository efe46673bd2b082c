"""What nbgrader's pages render: Markdown, with everything taken out that could act, and code, with its colours.

Both come from students, and both renderers that nbconvert brings take quadratic time on some texts: Markdown is
rendered up to a length, and code is coloured here.
"""

from __future__ import annotations

import functools
import keyword
import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from steepest.outputs.simple_html import MAX_CHARACTERS, simple_html

MAX_WORDS = 20_000
"""Characters of one text that are rendered as Markdown, pictures in it not counted; a longer one is shown as it is."""

TAGS = frozenset(
    {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "ol", "li", "dl", "dt", "dd"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "span", "blockquote", "pre", "code", "a", "img"}
    | {"b", "i", "em", "strong", "u", "s", "del", "sub", "sup", "small", "kbd", "samp", "abbr", "details", "summary"}
)
ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}


_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]*+")

# One pass, possessive throughout. Strings and comments may lack their end; what is none of these stays as it is.
_CODE = re.compile(
    r"(?P<c1>\#[^\n]*+)"
    r"|(?P<s>(?i:[rbfu]{0,2})(?:"
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?+'
    r"|\'\'\'(?:[^'\\]|\\.|'(?!''))*+(?:\'\'\')?+"
    r'|"(?:[^"\\\n]|\\.)*+"?+'
    r"|'(?:[^'\\\n]|\\.)*+'?+))"
    r"|(?P<mi>\d[\w.]*+)"
    r"|(?P<word>[^\W\d]\w*+)",
    re.DOTALL,
)


def without_pictures(text: str) -> str:
    """Return Markdown without the pictures that are written into it, which cost nothing to render."""
    return _PICTURE.sub("", text)


def markdown2html(text: str) -> str:
    """Return Markdown as HTML without scripts, styles, forms, frames, or addresses that are no web page.

    Pictures are shown only when they are part of the notebook: one that is fetched would tell when a page is read.
    A text that is longer than any answer, or that renders to more than a page, is shown as it was written.
    """
    words = len(without_pictures(text))
    html = simple_html(_rendered(text), MAX_CHARACTERS + len(text) - words) if words <= MAX_WORDS else None
    return f"<pre>{escape(text)}</pre>" if html is None else _cleaned(html)


def highlighted(source: str, language: str | None = None, metadata: object = None) -> str:
    """Return code as HTML with the classes of nbconvert's style sheet; the parameters are those of its own filter."""
    parts = "".join(_coloured(source))
    return f'<div class=" highlight hl-ipython3"><pre><span></span>{parts}\n</pre></div>\n'


def _coloured(source: str) -> Iterator[str]:
    end = 0
    for match in _CODE.finditer(source):
        yield str(escape(source[end : match.start()]))
        kind, text = match.lastgroup, escape(match[0])
        if kind == "word":
            kind = "k" if keyword.iskeyword(match[0]) else None
        yield str(Markup('<span class="{}">{}</span>').format(kind, text) if kind else text)
        end = match.end()
    yield str(escape(source[end:]))


def _cleaned(html: str) -> str:
    import nh3

    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style"},
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) else None
    if name == "href" and value.lstrip().lower().startswith("data:"):
        return None
    return value


def _rendered(text: str) -> str:
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

    return str(MarkdownWithMath(renderer=_renderer()(escape=False)).render(text))


@functools.cache
def _renderer() -> Any:  # noqa: ANN401  # a class of a module that is imported late, since few commands need it
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    class Renderer(IPythonRenderer):
        """nbconvert's own, with code coloured as in code cells, in whatever language it says it is."""

        def block_code(self, code: str, info: str | None = None) -> str:
            """Return a block of code; without a language it stays plain."""
            return highlighted(code) if info else f"<pre><code>{escape(code)}</code></pre>\n"

    return Renderer
