"""Does a service's name keep resolving, for every kind of client, while the pods behind it are restarted?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import answered_in
from kubeskeptic.checks.known_names import not_replaced
from kubeskeptic.checks.lanes import asked_at, is_late, never_asked, span
from kubeskeptic.checks.ports import asked_by_new, lanes_of_kept, new_ports, one_port_each
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Lane, Sample
from kubeskeptic.timeline.endpoints import service_of

REPLACED, LEFT = "pods replaced", "old pods left"
"""The cells of a table that states what was restarted."""
ONE_ADDRESS = Bound(1, "addresses", "the service's ClusterIP")
NO_LOOKUP = Bound(0, "lookups", "none may fail")
_TOLD = 8
"""The number of wrong lookups that are told one by one."""


@dataclass(frozen=True)
class LookupResults:
    """The results of the lookups of some lanes, in the act of a check."""

    expected: str
    """The service's ClusterIP."""
    answers: frozenset[str]
    failed: Counter[str]
    """The number of failures, by outcome, probe and node."""
    unknown: int
    asked: int
    unasked: int
    late: int
    took: Mapping[str, Measure]
    """How long good answers took."""
    decisive: tuple[str, ...]
    """The first lookups that failed or returned another address, one sentence each."""

    @classmethod
    def of(cls, act: Act, lanes: Sequence[Lane]) -> LookupResults:
        """Return the results of the lookups of some lanes for one service."""
        expected = str(service_of(act.recording, lanes[0].probe)["spec"]["clusterIP"])
        every = [(lane, at, lane[at]) for lane in lanes for at in span(lane, act.baseline, act.end)]
        answered = (one for _, _, one in every if one.outcome in (Outcome.OK, Outcome.WRONG))
        answers = frozenset(",".join(DnsAnswer.of(one.by).records) for one in answered) - {""}
        failed = Counter(
            f"{one.outcome} of “{lane.probe}” on {lane.node}"
            for lane, _, one in every
            if one.failed and one.outcome is not Outcome.UNKNOWN
        )
        return cls(
            expected,
            answers,
            failed,
            unknown=sum(one.outcome is Outcome.UNKNOWN for _, _, one in every),
            asked=len(every),
            unasked=never_asked(lanes, act.baseline, act.end),
            late=sum(one.outcome is Outcome.OK and is_late(lane, at) for lane, at, one in every),
            took=answered_in(lanes, act.baseline, act.end),
            decisive=tuple(islice(_decisive(act, every, expected), _TOLD)),
        )

    @property
    def others(self) -> str:
        """The answered addresses other than the service's own; empty if there are none."""
        return ", ".join(sorted(self.answers - {self.expected}))

    def told(self, while_: str, right: str) -> str:
        """Return one sentence: the other addresses answered, else how many lookups failed, else ``right``."""
        if self.others:
            return f"The name resolved to {self.others} in addition to {self.expected}."
        if not self.failed:
            return f"{while_}{right}"
        listed = ", ".join(f"{count} {what}" for what, count in self.failed.most_common(4))
        return f"{while_}{self.failed.total()} of {self.asked} lookups failed ({listed}); none may."

    def measured(self) -> dict[str, Measure]:
        """Return the numbers that all checks of lookups show."""
        return {
            "addresses": Measure(len({self.expected, *self.answers}), "addresses"),
            "asked": Measure(self.asked, "lookups"),
            "never asked": Measure(self.unasked, "lookups"),
            "late": Measure(self.late, "lookups"),
            **self.took,
        }


def _decisive(act: Act, every: Iterable[tuple[Lane, int, Sample]], expected: str) -> Iterator[str]:
    """Yield the lookups that failed or returned another address than the expected one."""
    for lane, at, one in every:
        records = ",".join(DnsAnswer.of(one.by).records)
        if one.outcome in (Outcome.OK, Outcome.WRONG) and records not in ("", expected):
            yield f"{asked_at(act, lane, at)}: {records}"
        elif one.failed and one.outcome is not Outcome.UNKNOWN:
            yield f"{asked_at(act, lane, at)}: {one.outcome}"


@check
def same_answer(act: Act, probe: str, *, kept: bool = False) -> Finding:
    """Check that every lookup during all these acts, and between them, succeeds and returns the service's one ClusterIP.

    :param kept: whether the probe is to keep its UDP port, and did so; otherwise it must not keep one
    """
    asked_by_new(act, *([] if kept else [probe]))
    lanes = lanes_of_kept(act, probe) if kept else act.lanes(probe, unbroken=True)
    seen = LookupResults.of(act, lanes)
    right = f"All {seen.asked} lookups from {counted(len(lanes), 'node')} returned {seen.expected}."
    return _none_failed(act, seen, lanes, seen.told("", right), (probe,), {})


@check
def resolves_throughout(act: Act, restarted: str, *probes: str) -> Finding:
    """Check that throughout an act in which all pods of a service are replaced, every lookup of several probes succeeds and
    returns the service's one ClusterIP, and that a probe that is to keep its UDP port did so.

    :param restarted: the table in which the scenario noted how many pods were replaced, and how many old ones were left
    """
    replaced = replaced_in(act, restarted)
    lanes = [lane for probe in probes for lane in act.lanes(probe, unbroken=True)]
    selector = service_of(act.recording, lanes[0].probe)["spec"].get("selector") or {}
    act.reading.doubts += not_replaced(act, selector, replaced)
    kept = [lane for lane in lanes if act.recording.specs.get(lane.probe, {}).get("keep_port")]
    one_port_each(act, kept)
    new_ports(act, [lane for lane in lanes if lane not in kept])
    seen, nodes = LookupResults.of(act, lanes), len({lane.node for lane in lanes})
    from_kept = sum(len(span(lane, act.baseline, act.end)) for lane in kept)
    right = (
        f"all {seen.asked} lookups from {counted(nodes, 'node')} returned {seen.expected}, {from_kept} of them from "
        f"{counted(len(kept), 'kept port')}."
    )
    why = seen.told(f"While {counted(replaced, 'pod')} {agreeing(replaced, 'was', 'were')} replaced, ", right)
    return _none_failed(act, seen, lanes, why, probes, {REPLACED: Measure(replaced, "pods")})


def _none_failed(
    act: Act, seen: LookupResults, lanes: Sequence[Lane], why: str, probes: tuple[str, ...], more: dict[str, Measure]
) -> Finding:
    failed = seen.failed.total()
    return conclude(
        why,
        {**seen.measured(), "failed": Measure(failed, "lookups", failed, failed + seen.unknown), **more},
        {"addresses": ONE_ADDRESS, "failed": NO_LOOKUP},
        nodes=tuple(dict.fromkeys(lane.node for lane in lanes)),
        window=(act.baseline, act.end),
        probes=probes,
        decisive=seen.decisive,
    )


def replaced_in(act: Act, restarted: str) -> int:
    """Return how many pods were replaced.

    :raises Inconclusive: if none were, or if old ones were left
    """
    seen = act.table(restarted)
    if LEFT not in seen or REPLACED not in seen:
        raise Inconclusive(f"it was not recorded whether all pods were replaced in “{act.name}”")
    replaced, left = int(seen[REPLACED]), int(seen[LEFT])
    if left or replaced <= 0:
        pods = f"{counted(replaced, 'pod')} {agreeing(replaced, 'was', 'were')}"
        raise Inconclusive(f"{pods} replaced in “{act.name}”, and {counted(left, 'old one')} remained")
    return replaced
