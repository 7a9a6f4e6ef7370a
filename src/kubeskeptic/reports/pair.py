"""A claim in two runs: how its verdict changed, and which of its numbers moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kubeskeptic.findings import Verdict

Result = Mapping[str, Any]
"""A ``result.json``, schema 1, or a part of one."""


class Noise(dict[tuple[str, str, str], float]):
    """How much each number varies while nothing changes, by claim, case and the number's name: see
    :mod:`kubeskeptic.reports.tally`.

    :param runs: the number of runs in which this was measured; 0 when unknown
    """

    runs: int = 0


class ClaimChange(StrEnum):
    """How a claim changed between two runs, the worst change first."""

    VIOLATED = "newly violated"
    LOST = "no longer seen to hold"
    GONE = "gone"
    WORSE = "holds with a number that is worse than the tolerance allows"
    MENDED = "violated before, not any more"
    GAINED = "newly seen to hold"
    NEW = "new"
    OTHER = "not seen to hold in either"
    SAME = "the same verdict"


@dataclass(frozen=True)
class Pair:
    """One case of a claim, before and after. None means that it was not asked."""

    claim: str
    case: str
    before: Result | None
    after: Result | None
    tolerance: float | None = None
    """How much closer to its bound a number may come, in percent of the bound; None for no limit."""
    noise: Noise = field(default_factory=Noise)
    unknown: tuple[bool, bool] = (False, False)
    """Whether the case does not exist in the suites of the run before, and of the run after."""

    def differs(self, name: str) -> bool:
        """Return whether a measured number differs by more than it varies while nothing changes."""
        was, now = self.both("measured", name)
        if not was or not now:
            return was != now
        return abs(float(now["value"]) - float(was["value"])) > (self.varies(name) or 0.0)

    def varies(self, name: str) -> float | None:
        """Return how much a number varies while nothing changes, in its unit; None when unknown."""
        return self.noise.get((self.claim, self.case, name))

    @property
    def moved(self) -> list[str]:
        """The names of the numbers that both runs measured and that differ by more than their noise, those with a bound
        first."""
        both = [name for name, was, now in self.sides("measured") if was and now and self.differs(name)]
        return sorted(both, key=lambda name: name not in self.bounded)

    def nearer(self, name: str) -> float:
        """Return how much closer a number came to its bound, as a share of the bound; negative when it moved away, 0 without a
        bound."""
        was, now = self.both("measured", name)
        earlier, later = self.both("bound", name)
        bound = later or earlier
        if not (was and now and bound and bound["value"]):
            return 0.0
        grew = (float(now["value"]) - float(was["value"])) / float(bound["value"])
        return -grew if bound["at_least"] else grew

    @property
    def bounded(self) -> set[str]:
        """The names of the numbers that have a bound in either run."""
        return {name for name, *_ in self.sides("bound")}

    @property
    def worse(self) -> list[str]:
        """The names of numbers that came closer to their bounds than the tolerance allows, if the claim holds in both runs."""
        if self.tolerance is None or self.verdicts != (Verdict.HOLDS, Verdict.HOLDS):
            return []
        return [name for name in self.moved if self.nearer(name) > self.tolerance / 100]

    @property
    def verdicts(self) -> tuple[Verdict | None, Verdict | None]:
        """The verdicts before and after; None if the case was not asked."""
        was, now = ((Verdict(one["verdict"]) if one else None) for one in (self.before, self.after))
        return was, now

    @property
    def words(self) -> tuple[str, str]:
        """The verdicts as words, or the reason for their absence."""
        was, now = (
            str(verdict) if verdict else "not in the suites" if unknown else "not asked"
            for verdict, unknown in zip(self.verdicts, self.unknown, strict=True)
        )
        return was, now

    @property
    def turn(self) -> ClaimChange:
        """How the claim changed."""
        was, now = self.verdicts
        if was == now:
            return ClaimChange.WORSE if self.worse else ClaimChange.SAME
        if now is Verdict.VIOLATED:
            return ClaimChange.VIOLATED
        if now is None and self.unknown[1]:
            return ClaimChange.GONE
        if was is None and self.unknown[0]:
            return ClaimChange.NEW
        if was is Verdict.HOLDS:
            return ClaimChange.LOST
        if now is Verdict.HOLDS:
            return ClaimChange.MENDED if was is Verdict.VIOLATED else ClaimChange.GAINED
        return ClaimChange.OTHER

    @property
    def lost(self) -> bool:
        """Whether the claim held before and is now *inconclusive*, *skipped*, not asked, or gone."""
        return self.verdicts[0] is Verdict.HOLDS and self.turn in (ClaimChange.LOST, ClaimChange.GONE)

    def sides(self, what: str) -> Iterator[tuple[str, Result | None, Result | None]]:
        """Yield each entry of ``measured`` or ``bound`` with its name, before and after."""
        was, now = ((one[what] if one else {}) for one in (self.before, self.after))
        for name in dict.fromkeys([*was, *now]):
            yield name, was.get(name), now.get(name)

    def both(self, what: str, name: str) -> tuple[Result | None, Result | None]:
        """Return one entry of ``measured`` or ``bound``, before and after."""
        was, now = ((one[what] if one else {}).get(name) for one in (self.before, self.after))
        return was, now


def knows(run: Result, claim: str, case: str, test: str) -> bool | None:
    """Return whether the suites of a run have a case; None when the run does not record this.

    :param run: the ``run`` record of its result
    :param test: the node id of the case in another run; a run that did not collect that place cannot tell
    """
    known = run.get("known")
    if not known:
        return None
    if case in known["cases"].get(claim, ()):
        return True
    read = any(
        place == "." or test == place or test.startswith((f"{place}/", f"{place}::")) for place in known["within"]
    )
    return False if test and read else None
