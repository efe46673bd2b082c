"""SVG as text: the few elements that the kit's pictures are made of.

Each picture stands alone: sizes and colours are attributes. The classes are for a page around it, whose rules replace
the colours on a dark background. No picture has an id, a link, a script or a style.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

INK = "#3c4350"

Attribute = str | float | None


def tag(name: str, content: str = "", /, **attributes: Attribute) -> Markup:
    """Return an element with escaped attributes; ``class_`` and ``font_size`` become ``class`` and ``font-size``."""
    parts = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{parts}>{escape(content)}</{name}>")  # every part that could be a student's is escaped


def picture(width: float, height: float, title: str, content: Sequence[Markup], font_size: int = 11) -> Markup:
    """Return an ``svg`` element that scales down with its page and tells its title to a screen reader."""
    return tag(
        "svg",
        tag("title", title) + Markup("").join(content),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {short(width)} {short(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=title,
        font_family="system-ui, sans-serif",
        font_size=font_size,
    )


def label(x: float, y: float, text: str, *, anchor: str = "start", class_: str = "ink", fill: str = INK) -> Markup:
    """Return one line of text; ``anchor`` is ``start``, ``middle`` or ``end``."""
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=class_, fill=fill)


def short(value: str | float) -> str:
    """Return a coordinate with at most two decimals; a text as it is."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
