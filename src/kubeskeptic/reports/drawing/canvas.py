"""What a timeline is drawn with: a few shapes, as SVG text, the axis, and the colours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
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


_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True)
class Axis:
    """Maps times to positions.

    :param zero: Unix time of second 0
    :param left: position of ``since``, in units of the drawing
    """

    since: float
    until: float
    zero: float
    left: float
    right: float

    @property
    def span(self) -> float:
        """The length of the axis, in seconds."""
        return self.until - self.since

    def x(self, at: float) -> float:
        """Return the position of a Unix time; times outside the drawing are at its edge."""
        inside = min(max(at, self.since), self.until)
        return self.left + (inside - self.since) / self.span * (self.right - self.left)

    def shows(self, at: float) -> bool:
        """Return whether a Unix time is in the drawing."""
        return self.since <= at <= self.until

    def ticks(self, most: int = 12) -> list[tuple[float, str]]:
        """Return the positions and texts of the tick marks."""
        step = next((one for one in _STEPS if self.span / one <= most), self.span / most)
        first = math.ceil((self.since - self.zero) / step - 1e-9)
        last = math.floor((self.until - self.zero) / step + 1e-9)
        return [(self.x(self.zero + n * step), _text(n * step)) for n in range(first, last + 1)]


def _text(seconds: float) -> str:
    shown = f"{abs(seconds):.1f}".removesuffix(".0")
    return f"−{shown}" if seconds < -0.05 else shown


def shape_rules() -> str:
    """Return the style rules for the shapes of a timeline, without colours."""
    return _read("timeline.css")


def drawing_colours() -> str:
    """Return the colours of a standalone drawing, which follow the reader's preference."""
    return f".timeline{{{_read('light.css')}}}@media(prefers-color-scheme:dark){{.timeline{{{_read('dark.css')}}}}}"


def page_colours() -> str:
    """Return the colours of a page, which follow the reader's preference unless ``data-theme`` is set. Print is light."""
    light, dark = _read("light.css"), _read("dark.css")
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )


def _read(name: str) -> str:
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return "".join(line.strip() for line in lines if not line.startswith("/*"))
