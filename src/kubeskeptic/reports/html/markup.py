"""Writing HTML without forgetting to escape: text is escaped unless it is :class:`Markup` already."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_VOID = frozenset({"input", "meta", "br"})


class Markup(str):
    """Text that is HTML and means what it says."""

    __slots__ = ()


Piece = str | Markup | None
"""What can stand in an element: text, HTML, or nothing."""


def join(*pieces: Piece) -> Markup:
    """Pieces one after another; plain text is escaped, None is left out."""
    return Markup("".join(p if isinstance(p, Markup) else escape(p) for p in pieces if p is not None))


def el(name: str, /, *pieces: Piece, **attributes: str | bool | None) -> Markup:
    """An element. ``class_`` is written ``class``, ``data_x`` is ``data-x``; True stands alone, False and None not at all."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    inner = join(*pieces)
    return Markup(f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{inner}</{name}>")


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Piece]]) -> Markup:
    """A table in a box of its own that scrolls sideways when it must. The first cell of a row is its heading.

    Headings need no ``scope``: a row and a column of nothing but headings are known by that, and a page has thousands.
    """
    body = (el("tr", el("th", row[0]), *(el("td", cell) for cell in row[1:])) for row in rows)
    return table_of(caption, head, el("tbody", *body))


def table_of(caption: str, head: Sequence[str], *bodies: Markup) -> Markup:
    """The same of bodies that are made already."""
    header = el("tr", *(el("th", cell) for cell in head))
    whole = el("table", el("caption", caption), el("thead", header), *bodies)
    return el("div", whole, class_="scroll", tabindex="0", role="group", aria_label=f"Table: {caption}")
