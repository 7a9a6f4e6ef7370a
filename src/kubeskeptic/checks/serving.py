"""Do clients notice deliberate changes, such as an update, or repeated faults, such as deleting pods again and again?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import SYN_SENT, Bound, Interval
from kubeskeptic.checks.draining import on_drained_node
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import ENDPOINTS, answered_in
from kubeskeptic.checks.lanes import is_late, never_asked, span, surely_late
from kubeskeptic.checks.repeated import begun_in, pods_deleted, require_repeated
from kubeskeptic.checks.shares import LaneSecond, worst_of
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import LATE, MARGIN, STRETCH
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import strangers
from kubeskeptic.timeline.objects import living
from kubeskeptic.timeline.stale_conntrack import after_silence, stale

_NO_REQUEST = Bound(0, "requests", "none may fail")
_NONE_ELSE = Bound(0, "requests", "none may fail while no endpoint is wrong")
_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)
_SHOWN = 4
"""Failed requests of a node that are listed one by one."""


@check
def serves_throughout(act: Act, probe: str, *, while_replaced: str = "") -> Finding:
    """Check that in the whole act no request on any node fails, is late, or is answered by a pod that is not an endpoint.

    :param while_replaced: the app whose pods each act must replace entirely meanwhile; empty if none
    """
    lanes = act.lanes(probe, unbroken=True)
    act.reading.unfinished += _not_replaced(act, while_replaced) if while_replaced else ()
    sure = act.watched(*ENDPOINTS)
    bad, shown = Counter[str](), list[str]()
    unknown = asked = late = 0
    for lane in lanes:
        wrong = _strangers(act, lane)
        for at in span(lane, act.start, act.end):
            what = _trouble(lane, at, wrong)
            asked, late = asked + 1, late + (what == "late")
            if what == str(Outcome.UNKNOWN) or (at in wrong and not sure):
                unknown += 1
            elif what:
                bad[f"{what} on {lane.node}"] += 1
                shown += [_sample(lane, at, act.start, what)] if bad[f"{what} on {lane.node}"] <= _SHOWN else []
    failed = sum(bad.values())
    why = f"None of {asked} requests failed, sent from {counted(len(lanes), 'node')} for {act.end - act.start:.0f} s."
    if failed:
        listed = ", ".join(f"{count} {what}" for what, count in bad.most_common(4))
        why = f"{failed} of {asked} requests failed ({listed}); none may."
    return conclude(
        why,
        {
            "failed or late": Measure(failed, "requests", failed, failed + unknown),
            "late": Measure(late, "requests"),
            "asked": Measure(asked, "requests"),
            "never asked": Measure(never_asked(lanes, act.start, act.end), "requests"),
            **answered_in(lanes, act.start, act.end),
        },
        {"failed or late": _NO_REQUEST},
        nodes=tuple(lane.node for lane in lanes),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(shown),
    )


@dataclass
class _Seen:
    """The requests of one lane in the act."""

    lane: Lane
    asked: int = 0
    failed: int = 0
    late: int = 0
    unknown: int = 0
    """Requests that may have failed, or may have been late at a wrong time."""
    wrong_time: list[str] = field(default_factory=list)
    """Requests that failed or were late while no endpoint could be wrong, in words."""
    stretches: dict[tuple[int, int], LaneSecond] = field(default_factory=lambda: defaultdict(LaneSecond))
    """While an endpoint may be wrong: by deletion, and second after it."""
    elsewhere: LaneSecond = field(default_factory=LaneSecond)
    """The rest of the act, from its start: before the first deletion no endpoint is wrong."""


@check
def fails_only_briefly(act: Act, probe: str, replicas: int, *, lasting: float = 0.0) -> Finding:
    """Check that requests fail or are late only within the case's bound after each of the act's faults, and that in no second
    of these the failed share of a node's requests is more than the wrong endpoints explain.

    Each fault makes one endpoint of ``replicas`` wrong for at most the bound. Requests that matched a stale conntrack entry
    count in the share, but not as failures at a wrong time. Requests that were never sent may have failed and count in the
    share's upper end.

    :param lasting: seconds for which faults must follow one another (:func:`~kubeskeptic.checks.repeated.require_repeated`)
    """
    begun = begun_in(act)
    require_repeated(act, begun, lasting)
    return _only_briefly(act, probe, replicas, begun)


@check
def fails_only_while_evicted(act: Act, probe: str, replicas: int) -> Finding:
    """Check the same of a node that is drained: an endpoint is wrong after each eviction of a pod of the app ``probe``.

    :raises Inconclusive: if no such pod was on the node, or none was marked for deletion
    """
    pods = list(act.changes("Pod", app=probe))
    leaving = {change.uid for change in on_drained_node(act, probe)}
    marked: dict[str, Interval] = {}
    for change in pods:
        if change.uid in leaving and (change.object["metadata"].get("deletionTimestamp") or change.type == "DELETED"):
            marked.setdefault(change.uid, change.when)
    if not marked:
        raise Inconclusive(f"no pod of {probe} on the drained node was marked for deletion")
    return _only_briefly(act, probe, replicas, sorted(marked.values()))


def _only_briefly(act: Act, probe: str, replicas: int, begun: Sequence[Interval]) -> Finding:
    lanes = act.lanes(probe)
    act.lasts_since(begun[-1], max((act.bound_on(lane.node) for lane in lanes), key=lambda one: one.value))
    seen = [_look(act, lane, begun) for lane in lanes]
    wrong = _at_once(begun, max(act.bound_on(lane.node).value for lane in lanes))
    stretches = [stretch for one in seen for stretch in one.stretches.values()]
    share, limit = worst_of(stretches, min(wrong / replicas, 1.0), f"{wrong} of {replicas} endpoints")
    asked, failed, late = sum(one.asked for one in seen), sum(one.failed for one in seen), sum(one.late for one in seen)
    outside = sum(len(one.wrong_time) for one in seen)
    more = f", {late} {agreeing(late, 'was', 'were')} answered late" if late else ""
    more += f", {outside} of them while no endpoint could be wrong" if outside else ""
    return conclude(
        f"In {act.end - act.start:.0f} s in which {pods_deleted(len(begun))}, {failed} of {asked} requests "
        f"failed{more}: at most {share.value:.0f} % of a node's in a second; the limit is {limit.value:g} %.",
        {
            "share failed in the worst second": share,
            "failed at a wrong time": Measure(outside, "requests", outside, outside + sum(one.unknown for one in seen)),
            "failed": Measure(failed, "requests"),
            "late": Measure(late, "requests"),
            "asked": Measure(asked, "requests"),
            "pods deleted": Measure(len(begun), "pods"),
            "never asked": Measure(never_asked(lanes, act.start, act.end), "requests"),
            **answered_in(lanes, act.start, act.end),
        },
        {"share failed in the worst second": limit, "failed at a wrong time": _NONE_ELSE},
        nodes=tuple(lane.node for lane in lanes),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(line for one in seen for line in _lines(one)),
    )


def _not_replaced(act: Act, app: str) -> Iterator[str]:
    """Yield the acts that did not replace all pods of an app."""
    pods = list(act.changes("Pod", app=app))
    for one in act.spans:
        before, after = (living(pods, at) for at in (one.reached("start"), one.end or act.end))
        left = [uid for uid in before if uid in after and not after[uid]["metadata"].get("deletionTimestamp")]
        if left or not before:
            yield f"“{one.name}” left {len(left)} of {counted(len(before), 'pod')} of {app} in place"


def _at_once(begun: Sequence[Interval], lasting: float) -> int:
    """Return how many endpoints may be wrong at the same time: one for each fault of the last ``lasting`` seconds."""
    return max(sum(one.low <= now.high <= one.high + lasting for one in begun) for now in begun)


def _look(act: Act, lane: Lane, begun: Sequence[Interval]) -> _Seen:
    """Return what became of a lane's requests in the act."""
    syn_sent = SYN_SENT.value(act.settings_on(lane.node))
    wrong, leftover, after = _strangers(act, lane), stale(lane, syn_sent), after_silence(lane, syn_sent)
    sure = act.watched(*ENDPOINTS)
    seen, positions = _Seen(lane), span(lane, act.start, act.end)
    for at in positions:
        stretch = _stretch(act, seen, begun, lane.sent[at])
        seen.asked, stretch.asked = seen.asked + 1, stretch.asked + 1
        due = stretch is not seen.elsewhere
        if lane.codes[at] == _UNKNOWN or (at in wrong and not sure):
            seen.unknown, stretch.unknown = seen.unknown + 1, stretch.unknown + 1
        elif lane.codes[at] != _OK or at in wrong:
            seen.failed, stretch.failed = seen.failed + 1, stretch.failed + 1
            seen.wrong_time += (
                [] if due or at in leftover else [_sample(lane, at, act.start, _trouble(lane, at, wrong))]
            )
        elif is_late(lane, at):
            seen.late += 1
            certain, excused = surely_late(act, lane, at), due or at in after
            stretch.answered_late(surely=certain)
            seen.wrong_time += [_sample(lane, at, act.start, "late")] if certain and not excused else []
            seen.unknown += not certain and not excused
    for before, at in pairwise(positions):
        for number in range(1, lane.ticks[at] - lane.ticks[before]):
            _stretch(act, seen, begun, lane.sent[before] + number * lane.period).unasked += 1
    return seen


def _stretch(act: Act, seen: _Seen, begun: Sequence[Interval], sent: float) -> LaneSecond:
    """Return the stretch in which a request is sent: a second after the last fault, while an endpoint may be wrong."""
    lasting, doubt = act.bound_on(seen.lane.node).value, seen.lane.doubt
    for number in range(len(begun) - 1, -1, -1):
        if begun[number].low - doubt <= sent <= begun[number].high + lasting + doubt:
            return seen.stretches[number, int((sent - begun[number].low) // STRETCH)]
    return seen.elsewhere


def _lines(seen: _Seen) -> Iterator[str]:
    """Yield the second in which most of a node's requests failed, if any did, and the first failures at a wrong time."""
    if any(one.failed for one in seen.stretches.values()):
        (number, second), worst = max(seen.stretches.items(), key=lambda one: one[1].failed)
        how = " or were late" if worst.late else ""
        yield (
            f"{seen.lane.node}: {worst.failed} of {worst.asked} requests failed{how} in the worst second, "
            f"from {second * STRETCH:g} s after deletion {number + 1} on"
        )
    yield from seen.wrong_time[:_SHOWN]


def _sample(lane: Lane, at: int, origin: float, what: str) -> str:
    """Return one failed request in words."""
    by = f" ({lane[at].by})" if lane[at].by else ""
    return f"{lane.node}, {lane.sent[at] - origin:.2f} s into the act: request {lane.ticks[at]}, {what}{by}"


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
