"""How soon each node converged: events by nodes, each cell with the times of the last wrong and the first right answer."""

from __future__ import annotations

import math
from itertools import groupby

from kubeskeptic.reports.convergence import Cell, Row, convergence
from kubeskeptic.reports.html.markup import Markup, Piece, el, join
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.wording import NBSP, count, plain

_DARKEST = 200.0
"""Seconds of the darkest shade; shades are logarithmic, as delays range from 20 ms to minutes."""
_FAINTEST = 0.02


def followed(report: Report) -> Markup | None:
    """Return the matrix of all events and nodes; None when no event was visible to clients."""
    rows = [row for recording in report.scenarios.values() for row in convergence(recording)]
    if not rows:
        return None
    nodes = [
        node for node in report.run.get("nodes", ()) if any(cell.node == node for row in rows for cell in row.cells)
    ]
    names = {node: node.removeprefix(f"{report.name.removeprefix('kind-')}-") for node in nodes}
    head = el("tr", *(el("th", text, scope="col") for text in ("event", "asked by", *names.values())))
    groups = [(event, list(rows)) for event, rows in groupby(rows, key=lambda row: (row.scenario, row.event))]
    body = (line for (scenario, _), rows in groups for line in _event(scenario, rows, nodes))
    whole = el("table", el("thead", head), el("tbody", *body))
    says = (
        "Seconds from the event to the last wrong answer that each node received: the longer, the stronger the colour. The "
        "small number is the first right answer. A dot: no answer was wrong. Failed requests, answers of pods that were not "
        "endpoints at that time, and DNS answers other than the Ready pods count as wrong. Requests that met a stale "
        "conntrack entry are included; the bounds of claims count them separately."
    )
    return el(
        "section", el("h2", "How soon each node converged"), el("p", says, class_="note"),
        el("p", "Scroll sideways for all nodes →", class_="note sideways", aria_hidden="true"),
        el("div", whole, class_="scroll", tabindex="0", role="group", aria_label="Table: how soon each node converged"),
        class_="followed", aria_label="How soon each node converged",
    )  # fmt: skip


def _event(scenario: str, rows: list[Row], nodes: list[str]) -> list[Markup]:
    first = el(
        "th", rows[0].event.says, el("small", f"{plain(scenario)}, {plain(rows[0].event.act)}"),
        scope="rowgroup", rowspan=str(len(rows)),
    )  # fmt: skip
    return [el("tr", first if at == 0 else None, *_asked(row, nodes)) for at, row in enumerate(rows)]


def _asked(row: Row, nodes: list[str]) -> list[Markup]:
    cells = {cell.node: cell for cell in row.cells}
    return [el("td", row.way, el("small", row.probe)), *(_cell(cells.get(node), row, node) for node in nodes)]


def _cell(cell: Cell | None, row: Row, node: str) -> Markup:
    if cell is None:
        away = node in row.event.away
        return el("td", "away" if away else "", class_="away")
    right = "none right" if cell.first_right is None else in_seconds(cell.first_right)
    told = f"{count(cell.wrong, 'wrong answer')} of {cell.asked}"
    if cell.last_wrong is None:
        return el("td", "·", title=told)
    shown: Piece = join(el("b", in_seconds(cell.last_wrong)), el("small", right))
    return el("td", shown, title=told, style=f"--heat:{heat(cell.last_wrong):.0f}%")


def in_seconds(value: float) -> str:
    """Return a value in seconds whatever its size, so that cells can be compared."""
    return f"{value:.2f}{NBSP}s" if value < 10 else f"{value:.0f}{NBSP}s"


def heat(seconds: float) -> float:
    """Return how dark a delay is drawn, in percent."""
    whole = math.log(_DARKEST / _FAINTEST)
    return 100 * min(max(math.log(max(seconds, _FAINTEST) / _FAINTEST) / whole, 0.04), 1.0)
