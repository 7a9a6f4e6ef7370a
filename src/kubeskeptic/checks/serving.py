"""Do clients notice deliberate changes, such as an update, or repeated faults, such as deleting pods again and again?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import SYN_SENT, Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import ENDPOINTS
from kubeskeptic.checks.lanes import is_late, never_asked, span, surely_late
from kubeskeptic.durations import LATE, MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import strangers
from kubeskeptic.timeline.objects import living
from kubeskeptic.timeline.stale_conntrack import after_silence, stale

_NO_REQUEST = Bound(0, "requests", "none may fail")
_NONE_ELSE = Bound(0, "requests", "none may fail while no endpoint is wrong")
_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)
_CHANCE = 3.09
"""The one-sided normal quantile that chance exceeds once in a thousand times."""


@check
def serves_throughout(act: Act, probe: str, *, while_replaced: str = "") -> Finding:
    """Check that in the whole act no request on any node fails, is late, or is answered by a pod that is not an endpoint.

    :param while_replaced: the app whose pods each act must replace entirely meanwhile; empty if none
    """
    lanes = act.lanes(probe, unbroken=True)
    act.reading.unfinished += _not_replaced(act, while_replaced) if while_replaced else ()
    sure = act.watched(*ENDPOINTS)
    bad: Counter[str] = Counter()
    unknown = asked = 0
    for lane in lanes:
        wrong = _strangers(act, lane)
        for at in span(lane, act.start, act.end):
            what = _trouble(lane, at, wrong)
            asked += 1
            if what == str(Outcome.UNKNOWN) or (at in wrong and not sure):
                unknown += 1
            elif what:
                bad[f"{what} on {lane.node}"] += 1
    failed = sum(bad.values())
    why = f"None of {asked} requests failed, sent from {len(lanes)} nodes for {act.end - act.start:.0f} s."
    if failed:
        listed = ", ".join(f"{count} {what}" for what, count in bad.most_common(4))
        why = f"{failed} of {asked} requests failed ({listed}); none may."
    return conclude(
        why,
        {
            "failed or late": Measure(failed, "requests", failed, failed + unknown),
            "asked": Measure(asked, "requests"),
            "never asked": Measure(never_asked(lanes, act.start, act.end), "requests"),
        },
        {"failed or late": _NO_REQUEST},
        nodes=tuple(lane.node for lane in lanes),
        window=(act.start, act.end),
        probes=(probe,),
    )


@check
def fails_only_briefly(act: Act, probe: str, replicas: int) -> Finding:
    """Check that requests fail only within the case's bound after each of the act's faults, and that their share is small.

    Each fault makes one endpoint of ``replicas`` wrong for at most the bound. The failed share of a node's requests is
    therefore at most faults × bound / replicas ÷ the time from the first fault to the end, plus an allowance for chance.
    Requests that matched a stale conntrack entry count in the share, but not as failures at a wrong time. Requests that were
    never sent may have failed and count in the share's upper end.
    """
    lanes = act.lanes(probe)
    begun = _begun(act)
    since = begun[0].low
    looked = {lane.node: _look(act, lane, begun) for lane in lanes}
    limits = {lane.node: _share(act, lane.node, replicas, begun, looked[lane.node][0]) for lane in lanes}
    worst = max(looked, key=lambda node: limits[node].ratio(_percent(looked[node])))
    asked, failed = (sum(counts[n] for counts in looked.values()) for n in (0, 1))
    outside, unknown = (sum(counts[n] for counts in looked.values()) for n in (2, 3))
    missing = never_asked((lane for lane in lanes if lane.node == worst), since, act.end)
    least = 100 * looked[worst][1] / max(looked[worst][0], 1)
    most = 100 * (looked[worst][1] + looked[worst][3] + missing) / max(looked[worst][0] + missing, 1)
    wrong_time = f", {outside} of them more than the bound after a pod was deleted" if outside else ""
    return conclude(
        f"In {act.end - since:.0f} s in which {len(begun)} pods were deleted one after another, {failed} of {asked} requests "
        f"failed{wrong_time}: at worst {least:.2f} % on {worst}; the limit is {limits[worst].value:g} %.",
        {
            "worst share failed": Measure(round(least, 2), "%", least, most),
            "failed at a wrong time": Measure(outside, "requests", outside, outside + unknown),
            "failed": Measure(failed, "requests"),
            "asked": Measure(asked, "requests"),
            "pods deleted": Measure(len(begun), "pods"),
            "never asked": Measure(never_asked(lanes, since, act.end), "requests"),
        },
        {"worst share failed": limits[worst], "failed at a wrong time": _NONE_ELSE},
        nodes=tuple(looked),
        window=(act.start, act.end),
        probes=(probe,),
    )


def _not_replaced(act: Act, app: str) -> Iterator[str]:
    """Yield the acts that did not replace all pods of an app."""
    pods = list(act.changes("Pod", app=app))
    for one in act.spans:
        before, after = (living(pods, at) for at in (one.reached("start"), one.end or act.end))
        left = [uid for uid in before if uid in after and not after[uid]["metadata"].get("deletionTimestamp")]
        if left or not before:
            yield f"“{one.name}” left {len(left)} of {len(before)} pods of {app} in place"


def _begun(act: Act) -> list[Interval]:
    """Return when each of the act's faults was applied, in order.

    :raises Inconclusive: if there was none, or one was not seen to bite
    """
    faults = [one for one in act.recording.faults if one.act in act.names]
    lame = [one.fault for one in faults if not one.bit]
    if not faults or lame:
        raise Inconclusive(f"{lame[0]} was not seen to bite" if lame else f"no fault was recorded in “{act.name}”")
    return sorted(one.applying for one in faults)


def _look(act: Act, lane: Lane, begun: Sequence[Interval]) -> tuple[int, int, int, int]:
    """Return the numbers of requests that were sent, that failed, that failed or were late while no endpoint could be wrong,
    and whose outcome is not known.
    """
    lasting = act.bound_on(lane.node).value
    syn_sent = SYN_SENT.value(act.settings_on(lane.node))
    wrong, leftover, after = _strangers(act, lane), stale(lane, syn_sent), after_silence(lane, syn_sent)
    sure = act.watched(*ENDPOINTS)
    asked = failed = outside = unknown = 0

    def due(sent: float) -> bool:
        """Return whether an endpoint may be wrong when a request is sent."""
        return any(one.low - lane.doubt <= sent <= one.high + lasting + lane.doubt for one in begun)

    for at in span(lane, begun[0].low, act.end):
        asked += 1
        if lane.codes[at] == _UNKNOWN or (at in wrong and not sure):
            unknown += 1
        elif lane.codes[at] != _OK or at in wrong:
            failed += 1
            outside += not due(lane.sent[at]) and at not in leftover
        elif is_late(lane, at) and at not in after and not due(lane.sent[at]):
            outside, unknown = outside + surely_late(act, lane, at), unknown + (not surely_late(act, lane, at))
    return asked, failed, outside, unknown


def _share(act: Act, node: str, replicas: int, begun: Sequence[Interval], asked: int) -> Bound:
    bound = act.bound_on(node)
    time = act.end - begun[0].low
    share = min(len(begun) * bound.value / replicas / time, 1.0)
    chance = _CHANCE * math.sqrt(share * (1 - share) / max(asked, 1))
    wrong = f"{len(begun)} times 1 of {replicas} endpoints for {bound.value:g} s, in {time:.0f} s"
    source = f"{wrong}, + {100 * chance:.1f} for chance"
    return Bound(round(100 * (share + chance), 2), "%", source)


def _percent(counts: tuple[int, int, int, int]) -> float:
    return 100 * counts[1] / max(counts[0], 1)


def _strangers(act: Act, lane: Lane) -> frozenset[int]:
    """Return the positions of answers from pods that were not endpoints then."""
    return strangers(act.recording, lane, act.settings_on(lane.node)["SYNC"] + MARGIN, {})


def _trouble(lane: Lane, at: int, wrong: frozenset[int]) -> str:
    """Return what is wrong with an outcome; empty if nothing is."""
    if at in wrong:
        return "answered by a pod that was not an endpoint"
    if lane.codes[at] != _OK:
        return str(OUTCOMES[lane.codes[at]])
    return "late" if lane.took[at] > LATE else ""
