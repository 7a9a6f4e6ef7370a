"""Does a service's name go on resolving, for every sort of client, while what is behind it is restarted?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check, never_asked, span
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import service_of

REPLACED, LEFT = "pods replaced", "old pods left"
"""The cells of a table that says what was restarted."""
_ONE_ADDRESS = Bound(1, "addresses", "the service's ClusterIP")
_NO_LOOKUP = Bound(0, "lookups", "none may fail")


@check
def resolves_throughout(act: Act, restarted: str, *probes: str) -> Finding:
    """Check that through an act in which all pods of something are replaced, every lookup by each of several probes succeeds
    and answers the service's one ClusterIP; and that a probe that keeps its UDP port did.

    :param restarted: the table in which the scenario noted how many pods were replaced, and how many old ones were left
    """
    replaced = _replaced(act, restarted)
    lanes = [lane for probe in probes for lane in act.lanes(probe, unbroken=True)]
    kept = [lane for lane in lanes if act.recording.specs.get(lane.probe, {}).get("keep_port")]
    _one_port_each(act, kept)
    expected = str(service_of(act.recording, probes[0])["spec"]["clusterIP"])
    answers, failed, unknown = _looked_up(act, lanes)
    asked, bad = sum(len(span(lane, act.baseline, act.end)) for lane in lanes), sum(failed.values())
    others = sorted(answers - {expected})
    nodes = tuple(dict.fromkeys(lane.node for lane in lanes))
    why = (
        f"While {replaced} pods were replaced, {asked} lookups from {len(nodes)} nodes all answered {expected}, "
        f"{sum(len(span(lane, act.baseline, act.end)) for lane in kept)} of them from {len(kept)} ports that were kept."
    )
    if others:
        why = f"The name answered {', '.join(others)} besides {expected}."
    elif bad:
        listed = ", ".join(f"{count} {what}" for what, count in failed.most_common(4))
        why = f"While {replaced} pods were replaced, {bad} of {asked} lookups failed ({listed}); none may."
    return conclude(
        why,
        {
            "addresses": Measure(len({expected, *answers}), "addresses"),
            "failed": Measure(bad, "lookups", bad, bad + unknown),
            "asked": Measure(asked, "lookups"),
            "never asked": Measure(never_asked(lanes, act.baseline, act.end), "lookups"),
            REPLACED: Measure(replaced, "pods"),
        },
        {"addresses": _ONE_ADDRESS, "failed": _NO_LOOKUP},
        nodes=nodes,
        window=(act.baseline, act.end),
        probes=probes,
    )


def _replaced(act: Act, restarted: str) -> int:
    """Return how many pods were replaced.

    :raises Inconclusive: when none were, or old ones were left
    """
    seen = act.table(restarted)
    replaced, left = int(seen.get(REPLACED, 0)), int(seen.get(LEFT, 0))
    if left or not replaced:
        raise Inconclusive(f"{replaced} pods were replaced in “{act.name}”, and {left} old ones were left")
    return replaced


def _one_port_each(act: Act, lanes: Sequence[Lane]) -> None:
    """Raise unless each of these lanes asked everything from one port.

    :raises Inconclusive: naming the lane that did not
    """
    for lane in lanes:
        ports = {lane.ports[at] for at in span(lane, act.baseline, act.end)}
        if len(ports) > 1:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} was to keep its port, and asked from {len(ports)}")


def _looked_up(act: Act, lanes: Sequence[Lane]) -> tuple[set[str], Counter[str], int]:
    """Which answers came, how often lookups of which probe failed in which way on which node, and how many are not known."""
    answers: set[str] = set()
    failed: Counter[str] = Counter()
    unknown = 0
    for lane in lanes:
        for at in span(lane, act.baseline, act.end):
            sample = lane[at]
            if sample.outcome in (Outcome.OK, Outcome.WRONG):
                answers.add(",".join(DnsAnswer.of(sample.by).records))
            unknown += sample.outcome is Outcome.UNKNOWN
            if sample.failed and sample.outcome is not Outcome.UNKNOWN:
                failed[f"{sample.outcome} of “{lane.probe}” on {lane.node}"] += 1
    return answers, failed, unknown
