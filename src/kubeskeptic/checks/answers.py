"""Which pod answers a request, and how?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import ENDPOINTS, answered_in
from kubeskeptic.checks.lanes import asked_at, asked_until, is_late, missing, never_asked, span, surely_late
from kubeskeptic.checks.ports import asked_by_new
from kubeskeptic.counting import agreeing
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import identity, ready_pods, service_of, strangers

_NO_REQUEST = Bound(0, "requests", "none may fail")
_DOUBTFUL = "doubtful"
"""A request of which it is not known whether it was answered correctly."""


@check
def answers_everywhere(act: Act, *probes: str, node_port: str = "") -> Finding:
    """Check that every node's requests are answered by pods of the service only, and none of them only after a retransmission,
    both on nodes that host such a pod and on nodes that do not.

    :param probes: the probes that ask the service at its ClusterIP
    :param node_port: the probe that asks the service's NodePort on each node, at that node's own address; empty if none does
    """
    act.reading.doubts += _elsewhere(act, probes, node_port)
    probes = (*probes, *([node_port] if node_port else []))
    asked_by_new(act, *probes)
    lanes = [lane for probe in probes for lane in act.lanes(probe, unbroken=True)]
    hosting = set(ready_pods(act.recording, service_of(act.recording, probes[0]), act.start).values())
    nodes = {lane.node for lane in lanes}
    if not nodes & hosting or not nodes - hosting:
        raise Inconclusive("nothing to compare: nodes with and nodes without a pod of the service are needed")
    every = list(_answers(act, lanes))
    wrong = [one for one in every if one[2] not in ("", _DOUBTFUL)]
    failed = Counter(f"{how} on {lane.node}" for lane, _, how in wrong)
    asked, bad, unknown = len(every), len(wrong), sum(how == _DOUBTFUL for _, _, how in every)
    without = len(nodes - hosting)
    host = agreeing(without, "hosts", "host")
    why = f"All {asked} requests were answered through {len(nodes)} nodes; {without} {host} no pod of the service."
    if bad:
        why = f"{bad} of {asked} requests were not answered correctly ({_listed(failed)}); all must be."
    return conclude(
        why,
        {
            "failed": Measure(bad, "requests", bad, bad + unknown),
            "asked": Measure(asked, "requests"),
            "late": Measure(sum(_late(lane, at) for lane, at, _ in every), "requests"),
            "never asked": Measure(never_asked(lanes, act.start, act.end), "requests"),
            **answered_in(lanes, act.start, act.end),
        },
        {"failed": _NO_REQUEST},
        nodes=tuple(sorted(nodes)),
        window=(act.start, act.end),
        probes=probes,
        decisive=tuple(f"{asked_at(act, lane, at)}: {how}, after {lane.took[at]:.3f} s" for lane, at, how in wrong[:8]),
    )


def _elsewhere(act: Act, probes: Iterable[str], node_port: str) -> Iterator[str]:
    """Yield the probes that did not ask where they are to ask, one sentence each."""
    for probe in (*probes, *([node_port] if node_port else [])):
        spec, service = act.recording.specs.get(probe, {}), service_of(act.recording, probe)["spec"]
        here, ports = ("$NODE", "nodePort") if probe == node_port else (service.get("clusterIP"), "port")
        opened = {one.get(ports) for one in service.get("ports") or ()}
        if spec.get("host") != here or (opened and spec.get("port") not in opened):
            where = "a NodePort at its own node" if probe == node_port else "the ClusterIP"
            yield f"“{probe}” asked port {spec.get('port')} of {spec.get('host')}, which is not {where}"


def _answers(act: Act, lanes: Iterable[Lane]) -> Iterator[tuple[Lane, int, str]]:
    """Yield the requests of some lanes, and how each was answered wrongly; empty if the answer was right."""
    sure = act.watched(*ENDPOINTS)
    for lane in lanes:
        wrong = strangers(act.recording, lane, act.settings_on(lane.node)["SYNC"] + MARGIN, {})
        for at in span(lane, act.start, act.end):
            yield lane, at, _not_right(act, lane, at, stranger=at in wrong, sure=sure)


def _late(lane: Lane, at: int) -> bool:
    return lane[at].outcome is Outcome.OK and is_late(lane, at)


def _not_right(act: Act, lane: Lane, at: int, *, stranger: bool, sure: bool) -> str:
    """Return how a request was answered wrongly; empty if the answer was right.

    :param stranger: whether the answer came from something other than a pod of the service, according to its observed endpoints
    :param sure: whether the endpoints were watched without a gap
    """
    sample = lane[at]
    if stranger and sure:
        return f"answered by {identity(sample.by)[0]}, which is not a pod of the service,"
    if sample.failed and sample.outcome is not Outcome.UNKNOWN:
        return str(sample.outcome)
    if sample.outcome is Outcome.OK and surely_late(act, lane, at):
        return "late"
    return _DOUBTFUL if sample.outcome is Outcome.UNKNOWN or stranger or is_late(lane, at) else ""


@check
def crosses_nodes(act: Act, probe: str) -> Finding:
    """Check that, without any pod having moved, answers on every node also come from pods on other nodes.

    Each node has its own bound: half of the share expected if endpoints are chosen at random. A request that failed was not
    answered from another node.
    """
    asked_by_new(act, probe)
    lanes = act.lanes(probe)
    home = ready_pods(act.recording, service_of(act.recording, probe), act.start)
    shares: dict[str, tuple[Interval, Bound]] = {}
    answers = crossed = 0
    for lane in lanes:
        good = [identity(lane[at].by)[0] for at in span(lane, act.start, act.end) if lane[at].outcome is Outcome.OK]
        unknown = sorted(set(good) - set(home))
        if unknown:
            raise Inconclusive(f"an answer came from {unknown[0]}, which is not one of the service's pods")
        away = sum(1 for by in good if home[by] != lane.node)
        answers, crossed = answers + len(good), crossed + away
        if not good and asked_until(lane, act.start, act.end) < act.end:
            raise Inconclusive(f"the outcomes of the requests of {lane.node} are not known")
        shares[lane.node] = _crossed(act, lane, away, len(good)), _half_of_chance(home, lane.node)
    if not {lane.node for lane in lanes} & set(home.values()):
        raise Inconclusive("no node that sent requests has a pod of the service")
    closest = gravest(shares, lambda node: shares[node])
    share, bound = shares[closest]
    all_ = 100 * crossed / answers if answers else 0.0
    return conclude(
        f"No pod was moved: {all_:.1f} % of {answers} answers came from a pod on another node than the one that sent the "
        f"request. Closest to its bound was {closest} with {share.low:.1f} %, where at least {bound.value:g} % are required.",
        {
            "share closest to its bound": Measure(round(share.low, 1), "%", *(round(end, 1) for end in share)),
            "share": Measure(round(all_, 1), "%"),
        },
        {"share closest to its bound": bound},
        nodes=tuple(sorted(lane.node for lane in lanes)),
        window=(act.start, act.end),
        probes=(probe,),
    )


def _crossed(act: Act, lane: Lane, away: int, good: int) -> Interval:
    """Return the percentage of a lane's requests that pods on other nodes answered. One whose outcome is not known, or that was
    never sent, may have been one of these.
    """
    due, never = span(lane, act.start, act.end), missing(lane, act.start, act.end)
    asked, open_ = len(due) + never, never + sum(1 for at in due if lane[at].outcome is Outcome.UNKNOWN)
    return Interval(100 * away / asked, 100 * (away + open_) / asked) if good else Interval(0.0, 0.0)


def _half_of_chance(home: dict[str, str], node: str) -> Bound:
    elsewhere = sum(1 for other in home.values() if other != node)
    source = f"half of the share of a random choice: {elsewhere} of {len(home)} pods are on other nodes"
    return Bound(round(50 * elsewhere / len(home), 1), "%", source, at_least=True)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common(4))
