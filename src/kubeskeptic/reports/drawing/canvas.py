"""The few shapes that a timeline is made of, as SVG text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

HATCH = (
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="t-hatch" d="M0 0V6"/></pattern>'
)
"""The pattern of a gap; defined once in a page."""


def place(value: float) -> str:
    """A coordinate with at most one digit after the point."""
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Collects shapes. Classes say what they are; the style sheet says how that looks."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def rect(
        self, x: float, y: float, width: float, height: float, style: str, title: str = "", more: str = ""
    ) -> None:
        """A rectangle, with a tooltip when there is a title."""
        shape = (
            f'<rect class="{style}" x="{place(x)}" y="{place(y)}" width="{place(width)}" height="{place(height)}"{more}'
        )
        self.parts.append(f"{shape}><title>{escape(title)}</title></rect>" if title else f"{shape}/>")

    def path(self, data: str, style: str) -> None:
        """A path, unless it is empty."""
        if data:
            self.parts.append(f'<path class="{style}" d="{data}"/>')

    def lines(self, lines: Iterable[tuple[float, float, float]], style: str) -> None:
        """Vertical lines, each from its x, top and bottom, as one path: a page has thousands of them."""
        self.path("".join(f"M{place(x)} {place(top)}V{place(bottom)}" for x, top, bottom in lines), style)

    def text(self, x: float, y: float, words: str, style: str, anchor: str = "") -> None:
        """A text; ``anchor`` is "end" or "middle" when it does not start at ``x``."""
        at = f' text-anchor="{anchor}"' if anchor else ""
        self.parts.append(f'<text class="{style}" x="{place(x)}" y="{place(y)}"{at}>{escape(words)}</text>')

    def dot(self, x: float, y: float, style: str, title: str) -> None:
        """A small round mark with a tooltip."""
        self.parts.append(
            f'<circle class="{style}" cx="{place(x)}" cy="{place(y)}" r="2.5"><title>{escape(title)}</title></circle>'
        )
