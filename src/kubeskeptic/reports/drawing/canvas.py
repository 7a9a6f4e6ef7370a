"""The few shapes that a timeline is made of, as SVG text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby
from operator import itemgetter

HATCH = (
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="t-hatch" d="M0 0V6"/></pattern>'
)
"""The pattern of a gap; defined once in a page."""


def place(value: float) -> str:
    """A coordinate with at most one digit after the point."""
    return f"{value:.1f}".removesuffix(".0")


def box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as a part of a path; a negative height reaches upwards."""
    return f"M{place(x)} {place(y)}h{place(width)}v{place(height)}h-{place(width)}z"


class Canvas:
    """Collects shapes. Classes say what they are; the style sheet says how that looks."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, str]] = []
        """Shapes, each with the class of the group that it stands in; "" is none."""

    def svg(self) -> str:
        """All shapes, in the order in which they were drawn. Texts of one class that follow each other are one group."""
        grouped = ((style, "".join(map(itemgetter(1), found))) for style, found in groupby(self._parts, itemgetter(0)))
        return "".join(f'<g class="{style}">{shapes}</g>' if style else shapes for style, shapes in grouped)

    def rect(
        self, x: float, y: float, width: float, height: float, style: str, title: str = "", more: str = ""
    ) -> None:
        """A rectangle, with a tooltip when there is a title."""
        shape = (
            f'<rect class="{style}" x="{place(x)}" y="{place(y)}" width="{place(width)}" height="{place(height)}"{more}'
        )
        self._parts.append(("", f"{shape}><title>{escape(title)}</title></rect>" if title else f"{shape}/>"))

    def path(self, data: str, style: str) -> None:
        """A path, unless it is empty."""
        if data:
            self._parts.append(("", f'<path class="{style}" d="{data}"/>'))

    def lines(self, lines: Iterable[tuple[float, float, float]], style: str) -> None:
        """Vertical lines, each from its x, top and bottom, as one path: a page has thousands of them."""
        self.path("".join(f"M{place(x)} {place(top)}V{place(bottom)}" for x, top, bottom in lines), style)

    def text(self, x: float, y: float, words: str, style: str, anchor: str = "", *, when: str = "") -> None:
        """A text, at whole units; ``anchor`` is "end" or "middle" when it does not start at ``x``.

        :param when: a time that belongs to it
        """
        at = f' text-anchor="{anchor}"' if anchor else ""
        time = f"<tspan> {escape(when)}</tspan>" if when else ""
        self._parts.append((style, f'<text x="{x:.0f}" y="{y:.0f}"{at}>{escape(words)}{time}</text>'))

    def dots(self, dots: Iterable[tuple[float, str]], y: float, style: str) -> None:
        """Small round marks on one line, each from its x and tooltip."""
        marks = "".join(f'<circle cx="{place(x)}" r="2.5"><title>{escape(title)}</title></circle>' for x, title in dots)
        if marks:
            self._parts.append(("", f'<g class="{style}" transform="translate(0 {place(y)})">{marks}</g>'))
