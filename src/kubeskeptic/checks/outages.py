"""Which requests of clients on other nodes fail while a node is out, over new connections and over kept ones?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failing import expired, until_expired
from kubeskeptic.checks.failures import ENDPOINTS, Failures, counts, look_at, worst_share
from kubeskeptic.checks.lanes import span
from kubeskeptic.checks.ports import asked_by_kept, asked_by_new
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import PROBE_DEADLINE, STRETCH
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import identity, ready_pods, service_of

_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)
_UNCUT = Bound(0, "connections", "a connection to a pod on another node is not affected")


@dataclass(frozen=True)
class _Endpoints:
    """The endpoints of the service before the fault."""

    away: frozenset[str]
    """The nodes that the fault takes away."""
    lost: frozenset[str]
    """The pods on them."""
    count: int

    @property
    def words(self) -> str:
        """The number of lost endpoints and of all endpoints, in words."""
        return f"{len(self.lost)} of {self.count} endpoints"


def only_its_share_fails(act: Act, probe: str, *kept: str) -> Finding:
    """Check that while a node is out, at most its endpoints' share of the requests from other nodes fails, for at most the
    case's bound, over new and over kept connections; and that no kept connection to another pod is cut. An answer that came
    only after a retransmission shows, like a failure, that packets were still lost.

    A node that is cut off still sends requests; these are left out. Requests that match a stale conntrack entry may fail for
    the SYN_SENT timeout more. Only requests whose deadline passed before the node returned count.

    :param probe: sends requests over new connections
    :param kept: probes that send requests over kept connections; a run of an earlier version had fewer of them
    """
    return _only_its_share_fails(act.in_force(before_undoing=PROBE_DEADLINE), probe, *kept)


@check
def _only_its_share_fails(act: Act, probe: str, *kept: str) -> Finding:
    asked_by_kept(act, *kept)
    asked_by_new(act, probe)
    endpoints = _endpoints(act, probe)
    lanes = _elsewhere(act.lanes(probe), endpoints)
    _answered_before(act, lanes, endpoints)
    asked = [name for name in kept if name in act.recording.specs]
    kept_lanes = [lane for name in asked for lane in _elsewhere(act.lanes(name), endpoints)]
    led = sum(_led_there(act, lane, endpoints) for lane in kept_lanes)
    if not led:
        raise Inconclusive(
            f"none of {counted(len(kept_lanes), 'kept connection')} led to {', '.join(sorted(endpoints.lost))}"
        )
    new, old = ([look_at(act, lane) for lane in ones] for ones in (lanes, kept_lanes))
    measured, bounds = _compared(act, probe, endpoints, new, old)
    measured["kept connections that led there"] = Measure(led, "connections")
    act.lasts(max((expired(act, one) for one in (*new, *old)), key=lambda one: one.value))
    return conclude(
        _told(endpoints, measured, new, old, act.end - act.since.low),
        measured,
        bounds,
        nodes=tuple(lane.node for lane in lanes),
        window=(act.start, act.end),
        probes=(probe, *kept),
        decisive=tuple(map(_line, new)),
    )


def _compared(
    act: Act, probe: str, endpoints: _Endpoints, new: Sequence[Failures], old: Sequence[Failures]
) -> tuple[dict[str, Measure], dict[str, Bound]]:
    """Return the measured values, including plain counts, and the bounds."""
    sure = act.watched(*ENDPOINTS)  # otherwise another pod may have been lost
    share = len(endpoints.lost) / endpoints.count if sure else 1.0
    measured, bounds = {}, {}
    for what, seen in (("", new), ("kept, ", old)):
        by_failures = sorted(seen, key=lambda one: -one.failed)
        worst = gravest(by_failures, lambda one: (one.troubled, act.bound_on(one.lane.node)))
        measured[f"{what}failing"] = seconds(worst.troubled)
        bounds[f"{what}failing"] = act.bound_on(worst.lane.node)
        in_a_second = f"{what}share failed in the worst second"
        measured[in_a_second], bounds[in_a_second] = worst_share(seen, share, endpoints.words)
    certain, possible = (sum(_cut(act, one.lane, endpoints.lost)[n] for one in old) for n in (0, 1))
    measured["clients still failing"], bounds["clients still failing"] = until_expired(act, [*new, *old])
    cut = Measure(certain, "connections", certain if sure else 0, certain + possible)
    measured["kept connections to other pods that were cut"] = cut
    bounds["kept connections to other pods that were cut"] = _UNCUT
    measured |= counts(act, probe, new)
    measured["kept, failed"] = Measure(sum(one.failed for one in old), "requests")
    measured["kept, asked"] = Measure(sum(one.asked for one in old), "requests")
    return measured, bounds


# -- looking -----------------------------------------------------------------------------------------------------------
def _endpoints(act: Act, probe: str) -> _Endpoints:
    """Return the endpoints before the fault.

    :raises Inconclusive: if none or all of them were on nodes that the fault takes away
    """
    away = frozenset(target.rpartition("/")[2] for target in act.fault.targets)
    pods = ready_pods(act.recording, service_of(act.recording, probe), act.since.low)
    lost = frozenset(pod for pod, node in pods.items() if node in away)
    if not 0 < len(lost) < len(pods):
        raise Inconclusive(
            f"{len(lost)} of {len(pods)} pods of the service were on {', '.join(sorted(away))}; some, but not all, must be"
        )
    return _Endpoints(away, lost, len(pods))


def _elsewhere(lanes: Iterable[Lane], endpoints: _Endpoints) -> list[Lane]:
    """Return the lanes of the remaining nodes.

    :raises Inconclusive: if there are none
    """
    others = [lane for lane in lanes if lane.node not in endpoints.away]
    if not others:
        raise Inconclusive("no other node sent requests")
    return others


def _answered_before(act: Act, lanes: Sequence[Lane], endpoints: _Endpoints) -> None:
    """Require that every node got answers from the pods that are about to be lost; otherwise it could not see their loss.

    :raises Inconclusive: if a node got none; the message names it
    """
    for lane in lanes:
        theirs = {number for number, by in enumerate(lane.names) if identity(by)[0] in endpoints.lost}
        if not any(lane.bys[at] in theirs for at in span(lane, act.baseline, act.since.low)):
            raise Inconclusive(f"{lane.node} got no answer from {', '.join(sorted(endpoints.lost))} before it was lost")


def _led_there(act: Act, lane: Lane, endpoints: _Endpoints) -> bool:
    """Return whether the connection that a lane had open when the fault was applied led to a lost pod."""
    answered = [at for at in span(lane, act.baseline, act.since.low) if lane.codes[at] == _OK]
    return bool(answered) and identity(lane[answered[-1]].by)[0] in endpoints.lost


def _cut(act: Act, lane: Lane, lost: frozenset[str]) -> tuple[int, int]:
    """Return how many connections of a lane failed after a pod that was not lost had answered on them, and how many more may
    have failed, because the outcome of their next request is not known.

    A connection is identified by its source port; a port that was silent for :data:`STRETCH` starts a new connection.
    """
    answered: dict[int, tuple[float, str]] = {}
    cut = [0, 0]
    for at in span(lane, act.baseline, act.end):
        port, sent = lane.ports[at], lane.sent[at]
        if lane.codes[at] == _OK:
            answered[port] = (sent, identity(lane[at].by)[0])
            continue
        before, pod = answered.pop(port, (0.0, ""))
        cut[lane.codes[at] == _UNKNOWN] += bool(pod) and sent - before <= STRETCH and pod not in lost
    return cut[0], cut[1]


# -- telling -----------------------------------------------------------------------------------------------------------
def _told(
    endpoints: _Endpoints,
    measured: dict[str, Measure],
    new: Sequence[Failures],
    old: Sequence[Failures],
    watched: float,
) -> str:
    """Return one sentence for each kind of connection, and one for requests that are counted separately."""
    told = (
        f"{endpoints.words} {agreeing(len(endpoints.lost), 'was', 'were')} on {', '.join(sorted(endpoints.away))}. Over "
        f"new connections {_failed(new)}, at most {measured['share failed in the worst second'].value:.0f} % in a second"
        f"{_until(new)}. Over kept connections ({measured['kept connections that led there'].value:g} of {len(old)} led "
        f"there), {_failed(old)}{_until(old)}."
    )
    cut = measured["kept connections to other pods that were cut"].value
    left = sum(one.stale for one in new)
    if left:
        last = max(one.last_stale - one.since.low for one in new)
        told += (
            f" {left} more reused the source port of a request that had timed out, the last {last:.1f} s after the fault, in "
            f"the {watched:.0f} s that were watched."
        )
    return told + (
        f" {counted(cut, 'kept connection')} to other pods {agreeing(cut, 'was', 'were')} cut." if cut else ""
    )


def _failed(seen: Sequence[Failures]) -> str:
    """Return, in words, how many requests from the other nodes failed, and with which outcomes."""
    how: Counter[str] = sum((one.outcomes for one in seen), Counter())
    listed = f" ({', '.join(f'{count} {what}' for what, count in how.most_common())})" if how else ""
    return f"{sum(one.failed for one in seen)} of {sum(one.asked for one in seen)} requests from the other nodes failed{listed}"


def _until(seen: Sequence[Failures]) -> str:
    """Return, in words, when the last of them failed."""
    last = max((one.last - one.since.low for one in seen if one.failed), default=None)
    return "" if last is None else f", the last {last:.1f} s after the fault"


def _line(seen: Failures) -> str:
    how = f" ({seen.listed})" if seen.listed else ""
    return (
        f"{seen.lane.node}: {seen.failed} of {seen.asked} requests failed{how}, {seen.stale} by stale conntrack entries"
    )
