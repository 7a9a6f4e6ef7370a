"""The contents of a report, independent of its format: findings with their claims, in the post's order.

Built by :mod:`kubeskeptic.reports.building`; every format reads this and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.claims import Claim
from kubeskeptic.findings import Measure, Post, Verdict
from kubeskeptic.reports.grades import GradedCase
from kubeskeptic.timeline import Recording

WORST_FIRST = (Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.SKIPPED, Verdict.HOLDS)
"""The order in which verdicts are counted and listed."""


@dataclass(frozen=True)
class Trial:
    """One trial of a sabotage on a claim."""

    sabotage: str
    case: str
    verdict: str
    run: str = ""
    kubernetes: str = ""
    at: float = 0.0
    why: str = ""
    digest: str = ""
    """A hash of the test and of the checks that it called at that time."""

    @property
    def broke(self) -> bool:
        """Whether the claim was violated, as it must be."""
        return self.verdict == Verdict.VIOLATED


@dataclass(frozen=True)
class Entry:
    """One finding: a claim, asked in one case."""

    claim: str
    case: str
    test: str
    scenario: str
    verdict: Verdict
    post: Post | None
    """What the catalogue expects the claim to say about the post."""
    why: str
    measured: Mapping[str, Measure]
    bounds: Mapping[str, Bound]
    nodes: tuple[str, ...]
    window: tuple[float, float] | None
    probes: tuple[str, ...]
    decisive: tuple[str, ...]
    anchor: str
    """The permalink, unique in the report."""
    must_break: tuple[str, ...] = ()
    """The sabotages that must turn the case violated; empty when unknown."""
    digest: str = ""
    """A hash of the test and of the checks that it calls; empty when unknown."""

    def judged_as(self, proof: Trial) -> bool:
        """Return whether a proof applies to this case: the same versions of its test and checks made it and judged this run."""
        return proof.case == self.case and (not self.digest or proof.digest == self.digest)

    @property
    def of_post(self) -> Post | None:
        """What the finding says about the post; None unless the claim holds."""
        return self.post if self.verdict is Verdict.HOLDS else None

    @property
    def seconds(self) -> float | None:
        """The length of the observed window, in seconds."""
        return self.window[1] - self.window[0] if self.window else None


@dataclass(frozen=True)
class Section:
    """A claim with all its findings in this run."""

    claim: Claim
    entries: tuple[Entry, ...]
    proofs: tuple[Trial, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the cases that were asked; *skipped* when none was."""
        asked = [entry.verdict for entry in self.entries if entry.verdict is not Verdict.SKIPPED]
        return min(asked, key=WORST_FIRST.index, default=Verdict.SKIPPED)

    @property
    def skipped(self) -> str:
        """How many cases were skipped, in words; empty when none or all of them were."""
        many = sum(entry.verdict is Verdict.SKIPPED for entry in self.entries)
        return f"{many} of {len(self.entries)} skipped" if 0 < many < len(self.entries) else ""

    @property
    def post(self) -> Post | None:
        """What the cases say about the post: the strongest statement of them. None if no case says anything, or if the verdict
        is *violated* or *inconclusive*, because the post's words apply to all cases."""
        said = [entry.of_post for entry in self.entries if entry.of_post]
        silent = self.verdict in (Verdict.VIOLATED, Verdict.INCONCLUSIVE)
        return None if silent else max(said, key=list(Post).index, default=None)

    @property
    def unproven(self) -> tuple[str, ...]:
        """The cases that, with the checks of this run, were not seen to fail under every sabotage that must break them. A
        claim with a single case has one case without a name."""
        return tuple(dict.fromkeys(entry.case for entry in self.entries if not self._proves(entry)))

    def _proves(self, entry: Entry) -> bool:
        broken = {proof.sabotage for proof in self.proofs if proof.broke and entry.judged_as(proof)}
        return bool(broken) and broken >= set(entry.must_break)

    @property
    def proven(self) -> bool:
        """Whether every case has been seen to fail."""
        return not self.unproven

    @property
    def proven_by_others(self) -> tuple[str, ...]:
        """Those of the unproven cases that were seen to fail with other versions of their tests and checks than this run's,
        older or newer."""
        never = {entry.case for entry in self.entries if not self._proves(replace(entry, digest=""))}
        return tuple(case for case in self.unproven if case not in never)

    @property
    def proven_otherwise(self) -> bool:
        """Whether the claim is proven, but some of its cases only with other versions of their tests and checks."""
        return not self.proven and self.proven_by_others == self.unproven


@dataclass(frozen=True)
class Chapter:
    """A chapter of the post with those of its claims that were asked."""

    id: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Report:
    """Everything that a report contains about one run."""

    run: Mapping[str, Any]
    """The journal's ``run`` record; empty when it is missing."""
    ended: float | None
    """When the run ended, or the time of the last known event."""
    broken_off: bool
    clean: bool | None
    """Whether the cluster was left clean; None when that was not checked."""
    torn: int
    """1 when the journal ends in the middle of a line, otherwise 0."""
    damage: tuple[str, ...]
    """What is wrong with the rest of the journal."""
    numbered: bool
    """Whether a missing line of the journal would have been noticed."""
    chapters: tuple[Chapter, ...]
    scenarios: Mapping[str, Recording]
    instrument: tuple[Mapping[str, Any], ...]
    sabotages: tuple[Mapping[str, Any], ...]
    tick_lag_p99: float | None
    """The 99th percentile of the delay with which requests were sent, in seconds."""
    realtime: Mapping[str, bool] = field(default_factory=dict)
    """Whether each node's agent had real-time priority throughout the run."""
    grades: tuple[GradedCase, ...] = ()
    """What the bounds can detect, for all cases that were ever graded."""
    unclean: str = ""
    """What was left behind or differs, or why the check for a clean cluster was not made, if the run recorded it."""
    drawings: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Timelines already laid out, by the finding's anchor; see :mod:`kubeskeptic.reports.drawing.timeline`."""

    @property
    def unlooked(self) -> bool:
        """Whether the run ended without a check that the cluster is clean."""
        return self.clean is None and not self.broken_off

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All claims, in the post's order."""
        return tuple(section for chapter in self.chapters for section in chapter.sections)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All findings, in the post's order."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @cached_property
    def graded(self) -> list[tuple[GradedCase, Entry]]:
        """The graded cases that this run has asked, each with its finding here."""
        asked = {(entry.claim, entry.case): entry for entry in self.entries}
        return [(one, asked[one.claim, one.case]) for one in self.grades if (one.claim, one.case) in asked]

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        """The number of findings per verdict."""
        return Counter(entry.verdict for entry in self.entries)

    @property
    def proven(self) -> tuple[int, str]:
        """How many claims are proven able to fail with this run's checks, and how many only with other versions, in words."""
        others = sum(section.proven_otherwise for section in self.sections)
        words = f", {others} more with other versions of their checks than this run's" if others else ""
        return sum(section.proven for section in self.sections), words

    @property
    def unasked(self) -> list[tuple[str, str]]:
        """The cases of the run's suites without a verdict, with their claims: slow cases, and those not selected."""
        known, found = self.run.get("known") or {"cases": {}}, {(one.claim, one.case) for one in self.entries}
        return [(id_, case) for id_, cases in known["cases"].items() for case in cases if (id_, case) not in found]

    @property
    def samples(self) -> int:
        """The number of samples: requests with a recorded outcome."""
        return sum(len(lane) for recording in self.scenarios.values() for lane in recording.lanes.values())

    @property
    def gaps(self) -> int:
        """The number of time spans that were not observed."""
        return len({gap for recording in self.scenarios.values() for gap in recording.gaps})

    @property
    def standstills(self) -> list[float]:
        """The lengths, in seconds and in order, of the periods in which the nodes' machine stood still."""
        found = {one for recording in self.scenarios.values() for one in recording.standstills}
        return [one.until - one.since for one in sorted(found, key=lambda one: one.since)]

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.run.get("id", ""))

    @property
    def name(self) -> str:
        """The cluster's name for display: its context, else its provider."""
        return str(self.run.get("context") or self.run.get("provider") or "a cluster")
