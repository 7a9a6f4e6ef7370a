"""Several runs on one cluster side by side: does every case get the same verdict, and how much do its numbers vary?

The range of a number while nothing changes is its *noise*. A smaller difference between two other runs means nothing, and
:mod:`kubeskeptic.reports.comparison` leaves it out when it is given the noise.

A run's folder takes tens of megabytes and is deleted later; a tally keeps of it only a line for each case, its verdicts and
numbers, in a file small enough for a repository. Kept runs can be tallied together with new ones, so that ten runs need not
exist at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from kubeskeptic.errors import BadInput, reading
from kubeskeptic.findings import Verdict
from kubeskeptic.reports import comparison
from kubeskeptic.reports.comparison import by_claim
from kubeskeptic.reports.pair import Noise, Result
from kubeskeptic.reports.wording import NBSP, SYMBOL, count, plain, quantity

Key = tuple[str, str]
"""Claim and case."""


@dataclass(frozen=True)
class CaseRow:
    """One case in all runs."""

    claim: str
    case: str
    entries: tuple[Result | None, ...]
    """One for each run, in order; None where the case was not asked."""

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdict in each run; empty where the case was not asked."""
        return tuple(str(one["verdict"]) if one else "" for one in self.entries)

    @property
    def steady(self) -> bool:
        """Whether all runs came to the same verdict, and it is not *inconclusive*."""
        return self.agreed and "" not in self.verdicts

    @property
    def agreed(self) -> bool:
        """Whether all runs that asked the case came to the same verdict, and it is not *inconclusive*."""
        return len({*self.verdicts} - {""}) == 1 and Verdict.INCONCLUSIVE not in self.verdicts

    def values(self) -> dict[str, list[float]]:
        """Return the values of each measured number, from the runs that have it."""
        found: dict[str, list[float]] = {}
        for one in filter(None, self.entries):
            for name, measured in one["measured"].items():
                found.setdefault(name, []).append(float(measured["value"]))
        return found

    def unit(self, name: str) -> str:
        """Return the unit of a measured number."""
        return next(str(one["measured"][name]["unit"]) for one in self.entries if one and name in one["measured"])

    def bounded(self) -> set[str]:
        """Return the names of the numbers that have a bound."""
        return {name for one in self.entries if one for name in one["bound"]}


def tallied(results: Sequence[Result]) -> list[CaseRow]:
    """Return a row for each case that any of the runs asked.

    :raises BadInput: for fewer than two runs, or for a run that is given twice
    """
    names = [str(one["run"]["id"]) for one in results]
    if len(names) < 2 or len(set(names)) < len(names):
        raise BadInput("a tally needs at least two runs, each given once")
    all_ = [by_claim(one) for one in results]
    keys = dict.fromkeys(key for one in all_ for key in one)
    return [CaseRow(*key, tuple(one.get(key) for one in all_)) for key in keys]


def render(results: Sequence[Result], rows: Sequence[CaseRow]) -> str:
    """Return the tally as text: a sign for each run and case, then how much each number with a bound varied."""
    head = [
        f"{at:>3}  {one['run']['id']}  Kubernetes {one['run']['kubernetes'] or '?'}"
        for at, one in enumerate(results, 1)
    ]
    width = max((len(_name(row)) for row in rows), default=0)
    lines = [line for row in rows for line in _lines(row, width)]
    steady = sum(row.steady for row in rows)
    partly = sum(row.agreed for row in rows) - steady
    more = f", {partly} more in all runs that asked them" if partly else ""
    return "\n".join(
        [
            *head,
            "",
            *lines,
            "",
            f"{steady} of {count(len(rows), 'case')} came to the same verdict in all {len(results)} runs{more}.",
        ]
    )


def markdown(rows: Sequence[CaseRow]) -> str:
    """Return the noise as a Markdown table: every number with a bound in seconds or percent, from its smallest to its largest
    value."""
    head = ["| claim | number | runs | smallest | median | largest | bound |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*head, *(line for row in rows for line in _noise_lines(row))])


def _lines(row: CaseRow, width: int) -> Iterator[str]:
    signs = "".join(SYMBOL[Verdict(one)] if one else "–" for one in row.verdicts)
    unasked = row.verdicts.count("")
    remarks = [*_varied(row), *([f"not asked in {count(unasked, 'run')}"] if unasked else [])]
    yield f"{signs}  {_name(row):<{width}}  {'; '.join(remarks)}".rstrip()
    if not row.agreed:
        worst = max((one for one in row.entries if one), key=lambda one: list(Verdict).index(Verdict(one["verdict"])))
        yield f"{'':<{len(signs)}}    {worst['verdict']}: {worst['why']}"


def _varied(row: CaseRow) -> Iterator[str]:
    bounded, values = row.bounded(), row.values()
    for name, found in values.items():
        if name in bounded and min(found) != max(found):
            least, most = (quantity(value, row.unit(name)) for value in (min(found), max(found)))
            digits, _, unit = least.rpartition(NBSP)
            yield f"{plain(name)} {digits if digits and most.endswith(NBSP + unit) else least} to {most}"


def _noise_lines(row: CaseRow) -> Iterator[str]:
    bounds = {
        name: bound for one in row.entries if one for name, bound in one["bound"].items()
    }  # those of the last run
    about = f"`{row.claim}`{f' · {plain(row.case)}' if row.case else ''}"
    for name, values in row.values().items():
        bound = bounds.get(name)
        if bound and len(values) > 1 and bound["unit"] in ("s", "%"):
            unit = row.unit(name)
            cells = (quantity(round(value, 3), unit) for value in (min(values), median(values), max(values)))
            limit = f"{'≥' if bound['at_least'] else '≤'}{NBSP}{quantity(bound['value'], bound['unit'])}"
            yield f"| {about} | {plain(name)} | {len(values)} | {' | '.join(cells)} | {limit} |"


def _name(row: CaseRow) -> str:
    return f"{row.claim} ({plain(row.case)})" if row.case else row.claim


SCHEMA = 3
"""Schema 1 had only the ranges of numbers, so runs could not be added to it; schema 2 had only the last run's bounds, which
made violations of numbers that had been within their own run's bound."""
_WRITES = "`skeptic tally --write FILE` writes a noise file"


def text(results: Sequence[Result], rows: Sequence[CaseRow]) -> str:
    """Return the kept runs as text: a line for each run and each case, so that a review shows which ones changed."""
    runs = [{name: one["run"].get(name) for name in ("id", "kubernetes", "harness", "started")} for one in results]
    lists = {"runs": runs, "claims": [_kept(row) for row in rows]}
    parts = (f' "{name}": [\n' + ",\n".join(f"  {_line(one)}" for one in all_) + "\n ]" for name, all_ in lists.items())
    return f'{{\n "schema": {SCHEMA},\n' + ",\n".join(parts) + "\n}\n"


def read(path: Path) -> list[Result]:
    """Return the results in a file: those of the runs that a tally kept, or the single one of a ``result.json``.

    :raises BadInput: when the file cannot be read, or is neither
    :raises Inconclusive: when the journal of the single one is damaged
    """
    document = comparison.loaded(path)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return [comparison.checked(document, path)]
    return _runs(document, path)


def _runs(document: dict[str, Any], path: Path) -> list[Result]:
    with reading(path, "a noise file", _WRITES):
        return [_result(document, at) for at in range(len(document["runs"]))]


def read_noise(path: Path) -> Noise:
    """Return how much numbers vary in the runs that ``skeptic tally --write`` kept.

    :raises BadInput: when the file cannot be read, or is not a noise file
    """
    document = comparison.loaded(path, _WRITES)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise BadInput(f"{path} is not a noise file in schema {SCHEMA}; {_WRITES}")
    results = _runs(document, path)
    try:
        rows = tallied(results)
    except BadInput as error:
        raise BadInput(f"{path} is not a noise file: it must have at least two runs, each once; {_WRITES}") from error
    return noise(rows, len(results))


def noise(rows: Sequence[CaseRow], runs: int) -> Noise:
    """Return the range of each number that all runs measured; a range from fewer runs would be less certain."""
    ranges = {(row.claim, row.case, name): values for row in rows for name, values in row.values().items()}
    found = Noise({key: max(values) - min(values) for key, values in ranges.items() if len(values) == runs})
    found.runs = runs
    return found


def _line(one: Result) -> str:
    return json.dumps(one, ensure_ascii=False)


def _kept(row: CaseRow) -> dict[str, Any]:
    why = {str(at): one["why"] for at, one in enumerate(row.entries) if one and one["verdict"] != Verdict.HOLDS}
    numbers = {name: _number(row, name) for name in row.values()}
    kept = {"id": row.claim, "case": row.case, "verdicts": [one or None for one in row.verdicts], "numbers": numbers}
    return kept | ({"why": why} if why else {})


def _number(row: CaseRow, name: str) -> dict[str, Any]:
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
