"""Tables by nodes: what clients saw while something else changed the cluster, and how soon each node converged."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import groupby

from kubeskeptic.reports.convergence import EventRow, NodeCell, convergence
from kubeskeptic.reports.disruption import Disruption, disruption, outcomes, total
from kubeskeptic.reports.html.markup import Markup, el, join, scrolling
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.wording import NBSP, count, plain

_DARKEST = 200.0
"""Seconds of the darkest shade; shades are logarithmic, as delays range from 20 ms to minutes."""
_FAINTEST = 0.02


MOST_EVENTS = 8
"""The number of events in the drawing that is always visible. All events are in the table below it."""

_SAYS = (
    "Seconds from the event to the last wrong answer that each node received: the longer, the stronger the colour. A small "
    "number is the first right answer, where a wrong one came before it. A dot: no answer was wrong. Failed requests, answers "
    "of pods that were not endpoints at that time, and DNS answers other than the Ready pods count as wrong. Requests that met "
    "a stale conntrack entry are included; the bounds of claims count them separately."
)


def followed(report: Report) -> Markup | None:
    """Return the matrix of the slowest events and all nodes, and that of all events folded to one line; None when no event was
    visible to clients.
    """
    rows = [row for recording in report.scenarios.values() for row in convergence(recording)]
    if not rows:
        return None
    events = [list(some) for _, some in groupby(rows, key=lambda row: (row.scenario, row.event.says, row.event.at))]
    slowest = _slowest(events)
    all_ = None
    if slowest != events:
        said = f"All {count(len(events), 'event')} in the order of their times, with requests that received no wrong answer"
        all_ = _folded(said, _matrix(report, said, events))
    which = f"The {len(slowest)} slowest of {count(len(events), 'event')}. " if len(slowest) < len(events) else ""
    return el(
        "section", el("h2", "How soon each node converged"), el("p", which + _SAYS, class_="note"),
        el("p", "Scroll sideways for all nodes →", class_="note sideways", aria_hidden="true"),
        _matrix(report, "how soon each node converged", slowest), all_,
        class_="followed", aria_label="How soon each node converged",
    )  # fmt: skip


def _slowest(events: list[list[EventRow]]) -> list[list[EventRow]]:
    """Return the slowest events in the order of their times, without requests that received no wrong answer; all events as they
    are if they are few, or if no answer was wrong.
    """
    if len(events) <= MOST_EVENTS:
        return events
    noticed = [rows for all_ in events if (rows := [row for row in all_ if row.noticed])]
    ranked = sorted(noticed, key=lambda rows: -max(row.slowest for row in rows))[:MOST_EVENTS]
    return [rows for rows in noticed if rows in ranked] or events


def _matrix(report: Report, what: str, events: list[list[EventRow]]) -> Markup:
    asked = {cell.node for rows in events for row in rows for cell in row.cells}
    nodes = [node for node in report.run.get("nodes", ()) if node in asked]
    names = (node.removeprefix(f"{report.name.removeprefix('kind-')}-") for node in nodes)
    head = el("tr", *(el("th", text, scope="col") for text in ("event", "asked by", *names)))
    body = (line for rows in events for line in _event(rows[0].scenario, rows, nodes))
    return scrolling(what, el("thead", head), el("tbody", *body))


def _event(scenario: str, rows: list[EventRow], nodes: list[str]) -> list[Markup]:
    first = el(
        "th", rows[0].event.says, el("small", f"{scenario}, {plain(rows[0].event.act)}"),
        scope="rowgroup", rowspan=str(len(rows)),
    )  # fmt: skip
    return [el("tr", first if at == 0 else None, *_asked(row, nodes)) for at, row in enumerate(rows)]


def _asked(row: EventRow, nodes: list[str]) -> list[Markup]:
    cells = {cell.node: cell for cell in row.cells}
    return [
        el("td", row.way, el("small", row.probe), class_="asked"),
        *(_cell(cells.get(node), row, node) for node in nodes),
    ]


def _cell(cell: NodeCell | None, row: EventRow, node: str) -> Markup:
    if cell is None:
        away = node in row.event.away
        return el("td", "away" if away else "", class_="away")
    told = f"{count(cell.wrong, 'wrong answer')} of {cell.asked}"
    if cell.last_wrong is None:
        return el("td", "·", title=told)
    right = "none right" if cell.first_right is None else in_seconds(cell.first_right)
    told_apart = cell.wrong_first and cell.first_right != 0.0  # else it came before the event was complete
    shown = join(el("b", in_seconds(cell.last_wrong)), el("small", right) if told_apart else None)
    return el("td", shown, title=told, style=f"--heat:{heat(cell.last_wrong):.0f}%")


def in_seconds(value: float) -> str:
    """Return a value in seconds whatever its size, so that cells can be compared."""
    return f"{value:.2f}{NBSP}s" if value < 10 else f"{value:.0f}{NBSP}s"


def heat(seconds: float) -> float:
    """Return how dark a delay is drawn, in percent."""
    whole = math.log(_DARKEST / _FAINTEST)
    return 100 * min(max(math.log(max(seconds, _FAINTEST) / _FAINTEST) / whole, 0.04), 1.0)


_TITLE = "What clients saw meanwhile"


def disrupted(report: Report) -> Markup | None:
    """Return the section; None for a run without an upgrade or a watched command."""
    found = [one for recording in report.scenarios.values() if (one := disruption(report.id, recording))]
    return join(*(_section(report, one) for one in found)) if found else None


def _section(report: Report, found: Disruption) -> Markup:
    nodes = list(dict.fromkeys(node for _, node in found.asked))
    short = {node: node.removeprefix(f"{report.name.removeprefix('kind-')}-") for node in nodes}
    head = el("tr", *(el("th", text, scope="col") for text in ("target", *short.values())))
    rows = (_target(found, target, nodes) for target in dict.fromkeys(target for target, _ in found.asked))
    says = (
        "Total seconds in which a target did not answer a node: the longer, the stronger the colour. The small number is the "
        "longest single outage. A dot: no request failed."
    )
    return el(
        "section", el("h2", _TITLE), el("p", says, class_="note"),
        scrolling("targets by nodes", el("thead", head), el("tbody", *rows)),
        _folded(count(len(found.seen), "outage"), _outages(found, short)) if found.seen else None,
        _folded(count(len(found.steps), "step"), _steps(found)) if found.steps else None,
        class_="followed", aria_label=_TITLE,
    )  # fmt: skip


def _target(found: Disruption, target: str, nodes: list[str]) -> Markup:
    every = el("small", f"every {found.periods[target] * 1000:.0f}{NBSP}ms")
    cells = (_outage_cell(found, target, node) for node in nodes)
    return el("tr", el("th", target, every, scope="row"), *cells)


def _outage_cell(found: Disruption, target: str, node: str) -> Markup:
    if (target, node) not in found.asked:
        return el("td", "not asked", class_="away")
    one = total(found, target, node)
    told = f"{count(one['outages'], 'outage')}, {count(one['failed'], 'failed request')}"
    if not one["outages"]:
        return el("td", "·", title=told)
    shown = join(el("b", in_seconds(one["seconds"])), el("small", in_seconds(one["longest"])))
    return el("td", shown, title=told, style=f"--heat:{heat(one['seconds']):.0f}%")


def _outages(found: Disruption, short: dict[str, str]) -> Markup:
    head = el("tr", *(el("th", text, scope="col") for text in ("when (UTC)", "after", "target", "node", "how long",
                                                              "outcomes", "step")))  # fmt: skip
    rows = []
    for outage, steps in sorted(found.seen, key=lambda pair: pair[0].start):
        clock = datetime.fromtimestamp(outage.start, UTC).strftime("%H:%M:%S.%f")[:-3]
        long = in_seconds(outage.seconds) + (", still open at the end" if outage.open else "")
        told = (f"+{outage.start - found.since:.1f}{NBSP}s", outage.probe, short[outage.node], long, outcomes(outage))
        rows.append(el("tr", el("td", clock), *(el("td", text) for text in told), el("td", ", ".join(steps))))
    return scrolling("outages", el("thead", head), el("tbody", *rows))


def _steps(found: Disruption) -> Markup:
    head = el("tr", *(el("th", text, scope="col") for text in ("step", "began", "took")))
    rows = (
        el("tr", el("td", step.name), el("td", f"+{step.start - found.since:.1f}{NBSP}s"),
           el("td", f"{step.end - step.start:.1f}{NBSP}s" if step.finished else "not finished"))
        for step in found.steps
    )  # fmt: skip
    return scrolling("steps", el("thead", head), el("tbody", *rows))


def _folded(summary: str, table: Markup) -> Markup:
    return el("details", el("summary", summary), table)
