"""HTML with automatic escaping: text is escaped unless it is already :class:`Markup`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_VOID = frozenset({"input", "meta", "br"})


class Markup(str):
    """Text that is HTML and must not be escaped."""

    __slots__ = ()


Piece = str | Markup | None
"""Content of an element: text, HTML, or nothing."""


def join(*pieces: Piece) -> Markup:
    """Return the pieces concatenated; plain text is escaped, None is left out."""
    return Markup("".join(p if isinstance(p, Markup) else escape(p) for p in pieces if p is not None))


def el(name: str, /, *pieces: Piece, **attributes: str | bool | None) -> Markup:
    """Return an element. ``class_`` becomes ``class``, ``data_x`` becomes ``data-x``; True is written as the bare name, False
    and None are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    inner = join(*pieces)
    return Markup(f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{inner}</{name}>")


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Piece]]) -> Markup:
    """Return a table in its own box, which scrolls sideways if necessary. The first cell of a row is its heading.

    Headings need no ``scope``: browsers infer it for a row or a column of headings only, and a page has thousands.
    """
    body = (el("tr", el("th", row[0]), *(el("td", cell) for cell in row[1:])) for row in rows)
    return table_of(caption, head, el("tbody", *body))


def table_of(caption: str, head: Sequence[str], *bodies: Markup) -> Markup:
    """Return such a table from table bodies that already exist."""
    header = el("tr", *(el("th", cell) for cell in head))
    return scrolling(caption, el("caption", caption), el("thead", header), *bodies)


def scrolling(what: str, *parts: Markup, class_: str | None = None) -> Markup:
    """Return a table of these parts in its own box, which scrolls sideways if necessary.

    :param what: the name of the box for those who cannot see it
    :param class_: the table's class in the style sheet
    """
    inside = el("table", *parts, class_=class_)
    return el("div", inside, class_="scroll", tabindex="0", role="group", aria_label=f"Table: {what}")
