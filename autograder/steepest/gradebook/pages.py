"""What nbgrader's pages render from Markdown: answers and comments, with everything taken out that could act."""

from __future__ import annotations

import functools

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


def markdown2html(text: str) -> str:
    """Return Markdown as HTML without scripts, styles, forms, frames, or addresses that are no web page.

    Pictures are shown only when they are part of the notebook: one that is fetched would tell when a page is read.
    """
    import nh3

    return nh3.clean(
        _rendered(text),
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
    mistune = _mistune()
    return str(mistune.MarkdownWithMath(renderer=mistune.IPythonRenderer(escape=False)).render(text))


@functools.cache
def _mistune():  # type: ignore[no-untyped-def]  # noqa: ANN202  # a module without types
    from nbconvert.filters import markdown_mistune

    return markdown_mistune
