"""Who reached whom: the matrix of pods and nodes, and the truth tables of network policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.reports.html.markup import Markup, el, join, table
from kubeskeptic.reports.wording import plain
from kubeskeptic.timeline import Recording

_PAIR = {"from", "to", "kind", "outcome"}
_NOT_ASKED = "–"


def truth_fold(recording: Recording | None, window: tuple[float, float] | None) -> Markup | None:
    """Return the tables of outcomes that were noted in a window, folded to one line; None when there are none."""
    found = truth_tables(recording, window) if recording and window else None
    return el("div", el("details", el("summary", "Truth table"), found), class_="folds") if found else None


def truth_tables(recording: Recording, window: tuple[float, float]) -> Markup | None:
    """Return the tables of outcomes that were noted in a window; None when there are none."""
    since, until = window
    found = []
    for name, cells in recording.tables.items():
        looked = recording.looked.get(name, {})
        noted = {cell: value for cell, value in cells.items() if since <= looked.get(cell, until + 1) <= until}
        found += [one for one in (_matrix(name, noted), _steps(name, noted)) if one]
    return join(*found) if found else None


def _matrix(name: str, cells: Mapping[str, Any]) -> Markup | None:
    """Return the table of pairs: a row for each client and a column for each server; None if the cells are no pairs."""
    if not cells or not all(isinstance(one, dict) and one.keys() >= _PAIR for one in cells.values()):
        return None
    pairs: dict[tuple[str, str], dict[str, str]] = {}
    for one in cells.values():
        pairs.setdefault((one["from"], one["to"]), {})[one["kind"]] = str(one["outcome"])
    ends = dict.fromkeys(end for pair in pairs for end in pair)
    rows = [[plain(client), *(_pair(pairs.get((client, server), {})) for server in ends)] for client in ends]
    kinds = "; ".join(dict.fromkeys(kind for each in pairs.values() for kind in each))
    return table(f"Who reached whom ({name}): {kinds}", ["from \\ to", *map(plain, ends)], rows)


def _pair(kinds: Mapping[str, str]) -> str:
    """Return a pair's outcomes: how many were good, or which were not."""
    bad = [f"{kind}: {outcome}" for kind, outcome in kinds.items() if outcome != Outcome.OK]
    return ", ".join(bad) or (f"ok × {len(kinds)}" if kinds else _NOT_ASKED)


def _steps(name: str, cells: Mapping[str, Any]) -> Markup | None:
    """Return the table of steps: a row for each client and server, a column for each step; None if the cells are none."""
    if not cells or not all(": " in cell and _is_outcome(value) for cell, value in cells.items()):
        return None
    by_who: dict[str, dict[str, str]] = {}
    for step, who, outcome in _split(cells):
        by_who.setdefault(who, {})[step] = outcome
    steps = list(dict.fromkeys(step for step, *_ in _split(cells)))
    rows = [[who, *(each.get(step, _NOT_ASKED) for step in steps)] for who, each in by_who.items()]
    return table(f"Outcomes under each policy ({name})", ["", *steps], rows)


def _split(cells: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for cell, outcome in cells.items():
        step, _, who = cell.partition(": ")
        yield step, who, str(outcome)


def _is_outcome(value: object) -> bool:
    return isinstance(value, str) and value in OUTCOMES
