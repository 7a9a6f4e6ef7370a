"""Measured values against their bounds: one row per measure, with a bar if there is a bound."""

from __future__ import annotations

from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Measure
from kubeskeptic.reports.html.markup import Markup, el
from kubeskeptic.reports.model import Entry
from kubeskeptic.reports.wording import limit, measured, plain

_ROOM = 1.12
"""Length of a bar's scale, as a multiple of the larger of measure and bound."""


def bars(entry: Entry) -> Markup | None:
    """Return all measures of a finding, those with a bound first; None when there are no measures and no bounds."""
    names = sorted(entry.measured, key=lambda name: name not in entry.bounds)
    missing = [name for name in entry.bounds if name not in entry.measured]
    if not names and not missing:
        return None
    rows = [_row(name, entry.measured[name], entry.bounds.get(name)) for name in names]
    rows += [_row(name, None, entry.bounds[name]) for name in missing]
    return el("ul", *rows, class_="bars", aria_label="Measured against bound")


def _row(name: str, measure: Measure | None, bound: Bound | None) -> Markup:
    outside = bool(bound and measure and not bound.admits(measure.value))
    return el(
        "li",
        el("span", plain(name), class_="b-name"),
        el(
            "span",
            Markup('<span aria-hidden="true">✕</span><span class="hidden">outside the bound: </span> ')
            if outside
            else None,
            measured(measure) if measure else "not measured",
            class_="b-value",
        ),
        _track(measure, bound) if bound and measure else el("span", class_="b-none"),
        el("span", limit(bound), class_="b-limit") if bound else None,
        el("span", bound.source, class_="b-from") if bound else None,
        class_="outside" if outside else None,
    )


def _track(measure: Measure, bound: Bound) -> Markup:
    scale = max(measure.value, bound.value, 1e-9) * _ROOM
    fill, tick = (max(0.0, value) / scale * 100 for value in (measure.value, bound.value))
    return el(
        "span",
        el("span", class_="b-fill", style=f"width:{fill:.1f}%"),
        el("span", class_="b-tick", style=f"left:{tick:.1f}%"),
        class_="b-track",
        aria_hidden="true",
    )
