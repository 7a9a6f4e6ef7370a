"""Two runs beside each other, claim by claim, from their ``result.json`` alone: what an upgrade changed, and what it did not.

One run each is one measurement each: a number that differs within its bound is shown and is no finding. What turned is a
verdict. A claim that held and was not asked again counts as lost: nothing holds that was not measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from kubeskeptic.errors import BadInput
from kubeskeptic.findings import Verdict, within
from kubeskeptic.reports.building import bound_of, measure_of

Result = Mapping[str, Any]
"""A ``result.json``, schema 1."""
Noise = Mapping[tuple[str, str, str], float]
"""By how much a number varies while nothing changes, by claim, case and the number's name: see
:mod:`kubeskeptic.reports.tally`."""


class Turn(StrEnum):
    """What became of a claim between two runs, the worst first."""

    VIOLATED = "newly violated"
    LOST = "no longer seen to hold"
    WORSE = "holds with a number that is worse than the tolerance allows"
    MENDED = "violated before, not any more"
    GAINED = "newly seen to hold"
    OTHER = "not seen to hold in either"
    SAME = "the same verdict"


@dataclass(frozen=True)
class Pair:
    """A claim, asked in one case, before and after. None: it was not asked."""

    claim: str
    case: str
    before: Result | None
    after: Result | None
    tolerance: float | None = None
    """Percent by which a number that has a bound may come closer to it; None: any."""
    noise: Noise = field(default_factory=dict)

    def differs(self, name: str) -> bool:
        """Whether a measured number differs by more than it varies while nothing changes."""
        was, now = next(((a, b) for one, a, b in self.sides("measured") if one == name), (None, None))
        if not was or not now:
            return was != now
        return abs(float(now["value"]) - float(was["value"])) > self.noise.get((self.claim, self.case, name), 0.0)

    @property
    def worse(self) -> list[str]:
        """The names of measured numbers that came closer to their bounds than the tolerance allows, of a claim that holds."""
        if self.tolerance is None or self.verdicts != (Verdict.HOLDS, Verdict.HOLDS):
            return []
        bounds = {name: after for name, _, after in self.sides("bound") if after}
        allowed = 1 + self.tolerance / 100
        return [
            name
            for name, was, now in self.sides("measured")
            if was and now and name in bounds and _grew(was["value"], now["value"], bounds[name]["at_least"]) > allowed
            if self.differs(name)
        ]

    @property
    def verdicts(self) -> tuple[Verdict | None, Verdict | None]:
        """Before and after; None: it was not asked."""
        was, now = ((Verdict(one["verdict"]) if one else None) for one in (self.before, self.after))
        return was, now

    @property
    def turn(self) -> Turn:
        """What became of it."""
        was, now = self.verdicts
        if was == now:
            return Turn.WORSE if self.worse else Turn.SAME
        if now is Verdict.VIOLATED:
            return Turn.VIOLATED
        if was is Verdict.HOLDS:
            return Turn.LOST
        if now is Verdict.HOLDS:
            return Turn.MENDED if was is Verdict.VIOLATED else Turn.GAINED
        return Turn.OTHER

    def sides(self, what: str) -> Iterator[tuple[str, Result | None, Result | None]]:
        """Each entry of ``measured`` or ``bound`` by its name, before and after."""
        was, now = ((one[what] if one else {}) for one in (self.before, self.after))
        for name in dict.fromkeys([*was, *now]):
            yield name, was.get(name), now.get(name)


@dataclass(frozen=True)
class Comparison:
    """Two results."""

    before: Result
    after: Result
    tolerance: float | None = None
    """Percent by which a number may come closer to its bound; None: any."""
    noise: Noise = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse two runs that have nothing in common.

        :raises BadInput: when they share no claim
        """
        was, now = ({one["id"] for one in result["claims"]} for result in (self.before, self.after))
        if was and now and not was & now:
            raise BadInput(
                f"{self.before['run']['id']} and {self.after['run']['id']} share no claim, so there is nothing to compare"
            )

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every claim and case that one of them has: as the second has them, then what only the first has."""
        was, now = by_claim(self.before), by_claim(self.after)
        keys = dict.fromkeys([*now, *was])
        return tuple(Pair(*key, was.get(key), now.get(key), self.tolerance, self.noise) for key in keys)

    def turned(self, turn: Turn) -> list[Pair]:
        """Those of which that became."""
        return [pair for pair in self.pairs if pair.turn is turn]

    @property
    def settings(self) -> dict[str, tuple[Result | None, Result | None]]:
        """The settings of the cluster whose value is another one, or is known of one of them only."""
        was, now = self.before["run"]["settings"], self.after["run"]["settings"]
        both = {name: (was.get(name), now.get(name)) for name in dict.fromkeys([*was, *now])}
        return {name: pair for name, pair in both.items() if _value(pair[0]) != _value(pair[1])}

    @property
    def status(self) -> int:
        """The exit status: 1 when a claim is newly violated or worse than the tolerance allows, 10 when one is no longer seen
        to hold, else 0."""
        bad = self.turned(Turn.VIOLATED) or self.turned(Turn.WORSE)
        return 1 if bad else 10 if self.turned(Turn.LOST) else 0

    def reasons(self, pair: Pair) -> list[str]:
        """Return the settings that changed and that a bound of this claim is made of: why the bound is another one."""
        sources = " ".join(str(one["from"]) for _, *both in pair.sides("bound") for one in both if one)
        return [name for name in self.settings if re.search(rf"\b{re.escape(name)}\b", sources)]


def read(path: Path) -> Result:
    """A ``result.json``.

    :raises BadInput: when it cannot be read, or is none
    """
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; `skeptic report RUN` writes it") from error
    except ValueError as error:
        raise BadInput(f"{path} is no JSON ({error}); `skeptic report RUN` writes it again") from error
    if not isinstance(result, dict) or result.get("schema") != 1 or not {"run", "claims"} <= result.keys():
        raise BadInput(f"{path} is no result of kubeskeptic in schema 1; `skeptic report RUN` writes it again")
    return result


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison for programs."""
    return {
        "schema": 1,
        "before": comparison.before["run"],
        "after": comparison.after["run"],
        "settings": {name: {"before": was, "after": now} for name, (was, now) in comparison.settings.items()},
        "claims": [
            {"id": pair.claim, "case": pair.case or None, "turn": pair.turn, "before": pair.before, "after": pair.after}
            for pair in comparison.pairs
        ],
    }


def by_claim(result: Result) -> dict[tuple[str, str], Result]:
    """Return a result's entries by claim and case: of one that is listed twice the worse, each with a verdict that is true."""
    found: dict[tuple[str, str], Result] = {}
    for one in map(believed, result["claims"]):
        key = (one["id"], one["case"] or "")
        found[key] = max((found.get(key, one), one), key=lambda entry: list(Verdict).index(Verdict(entry["verdict"])))
    return found


def believed(entry: Result) -> Result:
    """Return an entry as its own numbers allow: one that says *holds* beside a value outside its bound is violated, and
    beside no number inconclusive.
    """
    if entry["verdict"] != Verdict.HOLDS:
        return entry
    pairs = [
        (name, entry["measured"][name], bound) for name, bound in entry["bound"].items() if name in entry["measured"]
    ]
    verdicts = [within(measure_of(measured), bound_of(bound)) for _, measured, bound in pairs]
    verdict = max(verdicts, key=list(Verdict).index, default=Verdict.INCONCLUSIVE)
    if verdict is Verdict.HOLDS:
        return entry
    return {**entry, "verdict": str(verdict), "why": f"It says “holds”, and its numbers do not: {entry['why']}"}


def _grew(was: float, now: float, at_least: bool) -> float:
    """By which factor a number came closer to its bound."""
    small, large = (now, was) if at_least else (was, now)
    return large / small if small > 0 else (1.0 if large <= 0 else float("inf"))


def _value(setting: Result | None) -> tuple[Any, Any] | None:
    return (setting["value"], setting["unit"]) if setting else None
