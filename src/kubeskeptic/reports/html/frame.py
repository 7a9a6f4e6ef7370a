"""The common frame of all pages: a single file without network access, in light and dark mode, with a filter and keys."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from kubeskeptic.reports.drawing import canvas
from kubeskeptic.reports.html.markup import Markup, Piece, el

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""Blocks all requests from the page, whatever its contents."""


def document(title: str, *body: Piece, styles: Iterable[str] = ("style.css",)) -> str:
    """Return the text of a page.

    :param body: the contents of the body, without the script
    :param styles: names of style sheets in this module's folder
    """
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("style", Markup(canvas.page_colours() + canvas.shape_rules() + "".join(map(_own, styles)))),
    )
    whole = el("body", *body, el("script", Markup(_own("script.js"))))
    return f"<!doctype html>\n{el('html', head, whole, lang='en')}\n"


def side(label: str, *contents: Piece, rows: str = "") -> Markup:
    """Return the column with the filter, the buttons for theme and keys, and a table of contents.

    :param rows: what the filter counts, if not findings
    """
    search = el(
        "div",
        el("label", "Filter", for_="filter", class_="hidden"),
        el("input", id="filter", type="search", placeholder="Filter  /", autocomplete="off", spellcheck="false"),
        el(
            "button",
            "◐",
            type="button",
            id="theme",
            title="Light, dark (t)",
            aria_label="Switch between light and dark",
        ),
        el("button", "?", type="button", id="keys", title="Keys (?)", aria_label="Keys"),
        class_="tools",
    )
    toc = el("details", el("summary", "Contents"), *contents, open=True, class_="toc") if contents else None
    return el("nav", search, el("p", id="shown", role="status", data_rows=rows or None), toc, aria_label=label)


def keys(known: Iterable[tuple[str, str]]) -> Markup:
    """Return the help dialog for the keyboard shortcuts.

    :param known: keys, separated by spaces, and what they do
    """
    told = (el("div", el("dt", *(el("kbd", key) for key in some.split())), el("dd", what)) for some, what in known)
    close = el("form", el("button", "Close"), method="dialog")
    return el("dialog", el("h2", "Keys"), el("dl", *told), close, id="help", aria_label="Keys")


def nothing_matches() -> Markup:
    """Return the message for a filter without matches."""
    button = el("button", "Clear the filter", type="button", id="clear")
    return el("p", "Nothing here matches. ", button, id="nothing", hidden=True)


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
