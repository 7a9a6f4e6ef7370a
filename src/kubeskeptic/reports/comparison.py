"""Two runs compared claim by claim, from their ``result.json`` alone: what an upgrade changed, and what it did not.

One run is one measurement: a number that differs within its bound is shown, but is not a finding. Only verdicts turn. A claim
that held and was not asked again counts as lost: nothing holds without being measured.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kubeskeptic.errors import BadInput, Inconclusive, reading
from kubeskeptic.findings import Verdict, within
from kubeskeptic.reports import by_node
from kubeskeptic.reports.building import bound_of, measure_of
from kubeskeptic.reports.pair import ClaimChange, Noise, Pair, Result, knows
from kubeskeptic.reports.wording import damaged, what_is_left

_AGAIN = "`skeptic report RUN` writes it again"
_RUN = ("id", "started", "ended", "seed", "kubernetes", "provider", "nodes", "settings", "harness")
"""What comparing reads of a run."""


@dataclass(frozen=True)
class Comparison:
    """A comparison of two results."""

    before: Result
    after: Result
    tolerance: float | None = None
    """How much closer to its bound a number may come, in percent of the bound; None for no limit."""
    noise: Noise = field(default_factory=Noise)

    def __post_init__(self) -> None:
        """Reject two runs without a common claim.

        :raises BadInput: when the runs share no claim
        """
        was, now = ({one["id"] for one in result["claims"]} for result in (self.before, self.after))
        if was and now and not was & now:
            raise BadInput(
                f"{self.before['run']['id']} and {self.after['run']['id']} share no claim; name two runs of the same suites"
            )

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every claim and case of either run: in the second run's order, followed by those that only the first has."""
        was, now = by_claim(self.before), by_claim(self.after)
        keys = dict.fromkeys([*now, *was])
        return tuple(self._pair(key, was.get(key), now.get(key)) for key in keys)

    def _pair(self, key: tuple[str, str], was: Result | None, now: Result | None) -> Pair:
        """Return the pair for a claim and case; a run may not have asked the case because its suites do not have it."""
        test = str((now or was or {}).get("test") or "")
        unknown = [
            one is None and knows(run["run"], *key, test) is False
            for one, run in ((was, self.before), (now, self.after))
        ]
        return Pair(*key, was, now, self.tolerance, self.noise, (unknown[0], unknown[1]))

    def turned(self, turn: ClaimChange) -> list[Pair]:
        """Return the pairs with this turn."""
        return [pair for pair in self.pairs if pair.turn is turn]

    @property
    def moved(self) -> list[tuple[Pair, str]]:
        """The numbers that moved by more than their noise, those that moved furthest towards their bound first."""
        found = [(pair, name) for pair in self.pairs for name in pair.moved]
        return sorted(found, key=lambda one: -one[0].nearer(one[1]))

    @property
    def settings(self) -> dict[str, tuple[Result | None, Result | None]]:
        """The settings whose values differ on at least one node, and those that only one of the two runs recorded."""
        was, now = self.before["run"]["settings"], self.after["run"]["settings"]
        both = {name: (was.get(name), now.get(name)) for name in dict.fromkeys([*was, *now])}
        return {name: pair for name, pair in both.items() if not by_node.same_setting(*pair)}

    @property
    def uneven(self) -> dict[str, Result]:
        """The settings that did not change, but differ between nodes."""
        settings = self.after["run"]["settings"].items()
        return {name: one for name, one in settings if by_node.uneven(one) and name not in self.settings}

    @property
    def kubelets(self) -> str:
        """The kubelet versions, if they changed or any differs from the API server's; empty otherwise."""
        return by_node.kubelets(self.before["run"], self.after["run"])

    @property
    def status(self) -> int:
        """The exit status: 1 when a claim is newly violated or worse than the tolerance allows, 10 when a claim that held
        is no longer seen to hold or is gone, or when neither run asked any, 0 otherwise."""
        bad = self.turned(ClaimChange.VIOLATED) or self.turned(ClaimChange.WORSE)
        return 1 if bad else 10 if not self.pairs or any(pair.lost for pair in self.pairs) else 0

    def reasons(self, pair: Pair) -> list[str]:
        """Return the changed settings from which a changed bound of this claim is derived."""
        both = [(was, now) for _, was, now in pair.sides("bound") if was and now and was["value"] != now["value"]]
        sources = " ".join(str(one["from"]) for bounds in both for one in bounds)
        return [name for name in self.settings if re.search(rf"\b{re.escape(name)}\b", sources)]

    def because_of(self, setting: str) -> list[Pair]:
        """Return the claims with a bound that changed because of a setting."""
        return [pair for pair in self.pairs if setting in self.reasons(pair)]


def read(path: Path) -> Result:
    """Return the contents of a ``result.json``.

    :raises BadInput: when the file cannot be read, or is not a result
    :raises Inconclusive: when the run's journal is damaged
    """
    return checked(loaded(path), path)


def loaded(path: Path, how: str = _AGAIN) -> Any:
    """Return the JSON in a file.

    :param how: what to do about a file that is not valid
    :raises BadInput: when the file cannot be read, or is not JSON
    """
    with reading(path, "JSON", how):
        return json.loads(path.read_text(encoding="utf-8"))


def checked(result: Any, path: Path) -> Result:
    """Return a result that was read from a file.

    :raises BadInput: when it is not a result in schema 1, or lacks something that comparing reads
    :raises Inconclusive: when the run's journal is damaged: its verdicts may be based on only a part of what was recorded
    """
    with reading(path, "a kubeskeptic result in schema 1", _AGAIN):
        if not isinstance(result, dict) or result.get("schema") != 1:
            raise ValueError("it has another schema, or none")
        for name in _RUN:
            result["run"][name]
        for setting in result["run"]["settings"].values():
            float(setting["value"]), setting["unit"], setting["from"]
        for one in by_claim(result).values():
            for bound in one["bound"].values():
                float(bound["value"]), bound["unit"], bound["from"], bound["at_least"]
            for measured in one["measured"].values():
                float(measured["value"]), measured["unit"]
        if said := damaged(result["run"].get("damage") or ()):
            name = result["run"]["id"]
            raise Inconclusive(f"nothing can be concluded from run {name}: {said}; {what_is_left(path.parent)}")
    return result


def document(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison for programs."""
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
    """Return a result's entries by claim and case, with verdicts as in :func:`believed`; of duplicates, the worse one."""
    found: dict[tuple[str, str], Result] = {}
    for one in map(believed, result["claims"]):
        key = (one["id"], one["case"] or "")
        found[key] = max((found.get(key, one), one), key=lambda entry: list(Verdict).index(Verdict(entry["verdict"])))
    return found


def believed(entry: Result) -> Result:
    """Return an entry with a verdict that its own numbers support: *holds* becomes *violated* if a value is outside its bound,
    and *inconclusive* if no measured number with a bound decides it.
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
    return {
        **entry,
        "verdict": str(verdict),
        "why": f"Recorded as “holds”, but its numbers do not support it: {entry['why']}",
    }
