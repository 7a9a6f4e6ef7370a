"""What a tally keeps of runs: their verdicts and numbers, without recordings, in a file small enough for a repository.

A run's folder takes tens of megabytes and is deleted later; :mod:`kubeskeptic.reports.tally` needs only a line for each case.
Kept runs can be tallied together with new ones, so that ten runs need not exist at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kubeskeptic.errors import BadInput, reading
from kubeskeptic.findings import Verdict
from kubeskeptic.reports import comparison
from kubeskeptic.reports.pair import Noise, Result
from kubeskeptic.reports.tally import Row, tallied

SCHEMA = 3
"""Schema 1 had only the ranges of numbers, so runs could not be added to it; schema 2 had only the last run's bounds, which
made violations of numbers that had been within their own run's bound."""


def text(results: Sequence[Result], rows: Sequence[Row]) -> str:
    """Return the kept runs as text: a line for each run and each case, so that a review shows which ones changed."""
    runs = [{name: one["run"].get(name) for name in ("id", "kubernetes", "harness", "started")} for one in results]
    lists = {"runs": runs, "claims": [_kept(row) for row in rows]}
    parts = (f' "{name}": [\n' + ",\n".join(f"  {_line(one)}" for one in all_) + "\n ]" for name, all_ in lists.items())
    return f'{{\n "schema": {SCHEMA},\n' + ",\n".join(parts) + "\n}\n"


def read(path: Path) -> list[Result]:
    """Return the results in a file: those of the runs that a tally kept, or the single one of a ``result.json``.

    :raises BadInput: when the file cannot be read, or is neither
    """
    document = comparison.loaded(path)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return [comparison.checked(document, path)]
    with reading(path, "a file of kept runs", "`skeptic tally --write` writes one"):
        return [_result(document, at) for at in range(len(document["runs"]))]


def read_noise(path: Path) -> Noise:
    """Return how much numbers vary in the runs that ``skeptic tally --write`` kept.

    :raises BadInput: when the file cannot be read, or is not a file of kept runs
    """
    try:
        results = read(path)
        rows = tallied(results)
    except BadInput as error:
        raise BadInput(f"{path} is not a table of noise ({error}); `skeptic tally --write` writes one") from error
    return noise(rows, len(results))


def noise(rows: Sequence[Row], runs: int) -> Noise:
    """Return the range of each number that all runs measured; a range from fewer runs would be less certain."""
    ranges = {(row.claim, row.case, name): values for row in rows for name, values in row.values().items()}
    found = Noise({key: max(values) - min(values) for key, values in ranges.items() if len(values) == runs})
    found.runs = runs
    return found


def _line(one: Result) -> str:
    return json.dumps(one, ensure_ascii=False)


def _kept(row: Row) -> dict[str, Any]:
    why = {str(at): one["why"] for at, one in enumerate(row.entries) if one and one["verdict"] != Verdict.HOLDS}
    numbers = {name: _number(row, name) for name in row.values()}
    kept = {"id": row.claim, "case": row.case, "verdicts": [one or None for one in row.verdicts], "numbers": numbers}
    return kept | ({"why": why} if why else {})


def _number(row: Row, name: str) -> dict[str, Any]:
    """Return a number in all runs. A bound follows the settings and the calibration of its own run: ``bound`` says for each run
    which of ``bounds`` it had.
    """
    values = [float(one["measured"][name]["value"]) if one and name in one["measured"] else None for one in row.entries]
    each = [one["bound"].get(name) if one else None for one in row.entries]
    bounds = [bound for at, bound in enumerate(each) if bound and bound not in each[:at]]
    which = [bounds.index(bound) if bound else None for bound in each]
    return {"unit": row.unit(name), "bounds": bounds, "bound": which, "values": values}


def _result(document: dict[str, Any], at: int) -> Result:
    claims = list(_claims(document["claims"], at))
    return {"schema": 1, "run": {"settings": {}} | document["runs"][at], "claims": claims}


def _claims(kept: Sequence[dict[str, Any]], at: int) -> Iterator[Result]:
    for one in kept:
        if one["verdicts"][at] is None:
            continue
        numbers = {name: two for name, two in one["numbers"].items() if two["values"][at] is not None}
        yield {
            "id": one["id"],
            "case": one["case"],
            "verdict": str(Verdict(one["verdicts"][at])),
            "why": one.get("why", {}).get(str(at), ""),
            "measured": {name: {"value": two["values"][at], "unit": two["unit"]} for name, two in numbers.items()},
            "bound": {
                name: two["bounds"][two["bound"][at]] for name, two in numbers.items() if two["bound"][at] is not None
            },
        }
