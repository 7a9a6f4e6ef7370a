"""The few shapes of which a timeline consists, as SVG text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby
from operator import itemgetter

HATCH = (
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="t-hatch" d="M0 0V6"/></pattern>'
)
"""The fill pattern of gaps, defined once per page."""


def place(value: float) -> str:
    """Return a coordinate with at most one decimal place."""
    return f"{value:.1f}".removesuffix(".0")


def box(x: float, y: float, width: float, height: float) -> str:
    """Return a rectangle as part of a path; a negative height extends upwards."""
    return f"M{place(x)} {place(y)}h{place(width)}v{place(height)}h-{place(width)}z"


class Canvas:
    """Collects shapes. Their classes state what they represent; the style sheet defines their look."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, str]] = []
        """Shapes, each with the class of its group; "" for no group."""

    def svg(self) -> str:
        """Return all shapes, in drawing order. Consecutive texts of the same class form one group."""
        grouped = ((style, "".join(map(itemgetter(1), found))) for style, found in groupby(self._parts, itemgetter(0)))
        return "".join(f'<g class="{style}">{shapes}</g>' if style else shapes for style, shapes in grouped)

    def rect(
        self, x: float, y: float, width: float, height: float, style: str, title: str = "", more: str = ""
    ) -> None:
        """Draw a rectangle, with a tooltip when there is a title."""
        shape = (
            f'<rect class="{style}" x="{place(x)}" y="{place(y)}" width="{place(width)}" height="{place(height)}"{more}'
        )
        self._parts.append(("", f"{shape}><title>{escape(title)}</title></rect>" if title else f"{shape}/>"))

    def path(self, data: str, style: str) -> None:
        """Draw a path, unless it is empty."""
        if data:
            self._parts.append(("", f'<path class="{style}" d="{data}"/>'))

    def lines(self, lines: Iterable[tuple[float, float, float]], style: str) -> None:
        """Draw vertical lines, given as (x, top, bottom), as one path: a page has thousands of them."""
        self.path("".join(f"M{place(x)} {place(top)}V{place(bottom)}" for x, top, bottom in lines), style)

    def text(self, x: float, y: float, words: str, style: str, anchor: str = "", *, when: str = "") -> None:
        """Draw a text, at whole units; ``anchor`` is "end" or "middle" when the text does not start at ``x``.

        :param when: a time to append to the text
        """
        at = f' text-anchor="{anchor}"' if anchor else ""
        time = f"<tspan> {escape(when)}</tspan>" if when else ""
        self._parts.append((style, f'<text x="{x:.0f}" y="{y:.0f}"{at}>{escape(words)}{time}</text>'))

    def dots(self, dots: Iterable[tuple[float, str]], y: float, style: str) -> None:
        """Draw small dots on one line, given as (x, tooltip)."""
        marks = "".join(f'<circle cx="{place(x)}" r="2.5"><title>{escape(title)}</title></circle>' for x, title in dots)
        if marks:
            self._parts.append(("", f'<g class="{style}" transform="translate(0 {place(y)})">{marks}</g>'))
