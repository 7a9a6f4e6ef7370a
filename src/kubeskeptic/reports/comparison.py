"""Two runs beside each other, claim by claim, from their ``result.json`` alone: what an upgrade changed, and what it did not.

One run each is one measurement each: a number that differs within its bound is shown and is no finding. What turned is a
verdict. A claim that held and was not asked again counts as lost: nothing holds that was not measured.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kubeskeptic.errors import BadInput
from kubeskeptic.findings import Verdict, within
from kubeskeptic.reports import by_node
from kubeskeptic.reports.building import bound_of, measure_of
from kubeskeptic.reports.pair import Noise, Pair, Result, Turn, knows


@dataclass(frozen=True)
class Comparison:
    """Two results."""

    before: Result
    after: Result
    tolerance: float | None = None
    """Percent by which a number may come closer to its bound; None: any."""
    noise: Noise = field(default_factory=Noise)

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
        return tuple(self._pair(key, was.get(key), now.get(key)) for key in keys)

    def _pair(self, key: tuple[str, str], was: Result | None, now: Result | None) -> Pair:
        """Return a claim and case of both; one that a run did not ask may be one that its suites do not have."""
        test = str((now or was or {}).get("test") or "")
        unknown = [
            one is None and knows(run["run"], *key, test) is False
            for one, run in ((was, self.before), (now, self.after))
        ]
        return Pair(*key, was, now, self.tolerance, self.noise, (unknown[0], unknown[1]))

    def turned(self, turn: Turn) -> list[Pair]:
        """Those of which that became."""
        return [pair for pair in self.pairs if pair.turn is turn]

    @property
    def moved(self) -> list[tuple[Pair, str]]:
        """The numbers that moved by more than they vary anyway, those first that came most of the way to their bound."""
        found = [(pair, name) for pair in self.pairs for name in pair.moved]
        return sorted(found, key=lambda one: -one[0].nearer(one[1]))

    @property
    def settings(self) -> dict[str, tuple[Result | None, Result | None]]:
        """The settings whose values differ, on at least one node, and those that only one of the two runs recorded."""
        was, now = self.before["run"]["settings"], self.after["run"]["settings"]
        both = {name: (was.get(name), now.get(name)) for name in dict.fromkeys([*was, *now])}
        return {name: pair for name, pair in both.items() if not by_node.same_setting(*pair)}

    @property
    def uneven(self) -> dict[str, Result]:
        """The settings that did not change, and are not the same on every node."""
        settings = self.after["run"]["settings"].items()
        return {name: one for name, one in settings if by_node.uneven(one) and name not in self.settings}

    @property
    def kubelets(self) -> str:
        """The kubelets' versions, when they changed or are not all the API server's; else nothing."""
        return by_node.kubelets(self.before["run"], self.after["run"])

    @property
    def status(self) -> int:
        """The exit status: 1 when a claim is newly violated or worse than the tolerance allows, 10 when one that held
        is no longer seen to hold, or gone, else 0."""
        bad = self.turned(Turn.VIOLATED) or self.turned(Turn.WORSE)
        return 1 if bad else 10 if any(pair.lost for pair in self.pairs) else 0

    def reasons(self, pair: Pair) -> list[str]:
        """Return the settings that changed and that a bound of this claim is made of: why the bound is another one."""
        both = [(was, now) for _, was, now in pair.sides("bound") if was and now and was["value"] != now["value"]]
        sources = " ".join(str(one["from"]) for bounds in both for one in bounds)
        return [name for name in self.settings if re.search(rf"\b{re.escape(name)}\b", sources)]

    def because_of(self, setting: str) -> list[Pair]:
        """Return the claims a bound of which is another one because of a setting."""
        return [pair for pair in self.pairs if setting in self.reasons(pair)]


def read(path: Path) -> Result:
    """A ``result.json``.

    :raises BadInput: when it cannot be read, or is none
    """
    return checked(loaded(path), path)


def loaded(path: Path) -> Any:
    """Whatever JSON a file holds.

    :raises BadInput: when it cannot be read, or is no JSON
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; `skeptic report RUN` writes it") from error
    except ValueError as error:
        raise BadInput(f"{path} is no JSON ({error}); `skeptic report RUN` writes it again") from error


def checked(result: Any, path: Path) -> Result:
    """A result that was read from a file.

    :raises BadInput: when it is none
    """
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
        "uneven": comparison.uneven,
        "kubelets": comparison.kubelets or None,
        "noise": {"runs": comparison.noise.runs} if comparison.noise else None,
        "claims": [_claim(comparison, pair) for pair in comparison.pairs],
    }


def _claim(comparison: Comparison, pair: Pair) -> dict[str, Any]:
    varies = {name: pair.varies(name) for name, *_ in pair.sides("measured")}
    return {
        "id": pair.claim,
        "case": pair.case or None,
        "turn": pair.turn,
        "before": pair.before,
        "after": pair.after,
        "moved": pair.moved,
        "varies": {name: by for name, by in varies.items() if by is not None},
        "bound_changed_with": comparison.reasons(pair),
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
