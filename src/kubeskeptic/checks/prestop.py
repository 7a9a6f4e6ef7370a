"""What is the effect of a preStop delay: how many requests fail while pods with this delay are replaced?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import SYN_SENT, Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import ENDPOINTS
from kubeskeptic.checks.lanes import never_asked, span
from kubeskeptic.counting import counted
from kubeskeptic.durations import LATE, MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, ActSpan, Lane
from kubeskeptic.timeline.endpoints import strangers
from kubeskeptic.timeline.objects import is_ready, living
from kubeskeptic.timeline.outages import outages
from kubeskeptic.timeline.stale_conntrack import stale

_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)
_STRANGER = "answered by a pod that was not an endpoint"


@dataclass
class Update:
    """One rolling update: the results of clients while pods of one delay were replaced."""

    name: str
    delay: float
    asked: int = 0
    unknown: int = 0
    stale: int = 0
    """Failures that matched a stale conntrack entry; they are not part of ``failed``."""
    longest: float = 0.0
    """Seconds of the longest outage on any node."""
    failed: Counter[str] = field(default_factory=Counter)
    """By outcome, including late answers and answers from pods that were not endpoints."""

    @property
    def total(self) -> int:
        """The number of failed requests."""
        return self.failed.total()

    @property
    def share(self) -> float:
        """The share of failed requests, in percent."""
        return 100 * self.total / max(self.asked, 1)

    def __str__(self) -> str:
        if not self.total:
            return f"{self.name}: none of {self.asked} failed"
        how = ", ".join(f"{count} {what}" for what, count in self.failed.most_common(3))
        failed = f"{self.total} of {self.asked} failed ({self.share:.2f} %: {how})"
        return f"{self.name}: {failed}, the longest outage {self.longest:.2f} s"


@check
def fails_below_a_delay_only(act: Act, app: str, replicas: int, label: str, *, enough: float) -> Finding:
    """Check that no request fails or is late in updates of pods with a preStop delay of ``enough`` seconds or more; updates of
    pods with shorter delays are measured and shown.

    Failed requests that reuse the source port of one that timed out match a stale conntrack entry and are counted separately.

    :param app: the app of the pods, and the name of the probe that targets their service
    :param label: the label of the pods that contains their delay in seconds
    """
    lanes = act.lanes(app, unbroken=True)
    sure = act.watched(*ENDPOINTS)
    wrong = {
        lane.node: strangers(act.recording, lane, act.settings_on(lane.node)["SYNC"] + MARGIN, {}) for lane in lanes
    }
    leftover = {lane.node: stale(lane, SYN_SENT.value(act.settings_on(lane.node))) for lane in lanes}
    windows = _windows(act)
    updates = [Update(one.name, _delay(act, one, window, app, replicas, label)) for one, window in windows]
    for update, (_, window) in zip(updates, windows, strict=True):
        for lane in lanes:
            _look(update, lane, window, wrong[lane.node], leftover[lane.node], sure)
    limited = [update for update in updates if update.delay >= enough]
    if not limited:
        raise Inconclusive(f"no update of pods with a preStop delay of {enough:g} s was seen")
    limit = Bound(0, "requests", f"none may fail with a delay of {enough:g} s or more")
    measured = {name: measure for update in updates for name, measure in _measured(update)}
    measured["never asked"] = Measure(never_asked(lanes, act.start, act.end), "requests")
    return conclude(
        f"Requests during updates, by the preStop delay of the pods that were replaced: {'; '.join(map(str, updates))}.",
        measured,
        {f"failed, {update.name}": limit for update in limited},
        nodes=tuple(lane.node for lane in lanes), window=(act.start, act.end), probes=(app,),
        decisive=tuple(str(update) for update in limited if update.total),
    )  # fmt: skip


def _windows(act: Act) -> list[tuple[ActSpan, tuple[float, float]]]:
    """Return the updates that began, each with the time from its start to the start of the next: failures in between are its
    own.
    """
    begun = [one for one in act.spans if one.start is not None]
    ends = [*(one.reached("start") for one in begun[1:]), act.end]
    return [(one, (one.reached("start"), end)) for one, end in zip(begun, ends, strict=True)]


def _delay(act: Act, one: ActSpan, window: tuple[float, float], app: str, replicas: int, label: str) -> float:
    """Return the delay of the pods that an update replaced, which must be all existing pods, with a single delay.

    :raises Inconclusive: if it did not replace all of them with as many Ready pods, or they had several delays
    """
    since, until = window
    pods = list(act.changes("Pod", app=app))
    before, after = living(pods, since), living(pods, until)
    delays = {str(pod["metadata"].get("labels", {}).get(label, "")) for pod in before.values()}
    if len(delays) != 1 or len(before) != replicas:
        raise Inconclusive(
            f"“{one.name}” began with {counted(len(before), 'pod')} of {counted(len(delays), 'delay')}; "
            f"{replicas} of one delay are required"
        )
    ready = sum(is_ready(pod) for uid, pod in after.items() if uid not in before)
    if one.end is not None and (set(before) & set(after) or ready != replicas):
        raise Inconclusive(f"“{one.name}” ended before all {replicas} pods had been replaced")
    return float(delays.pop())


def _look(
    update: Update, lane: Lane, window: tuple[float, float], wrong: frozenset[int], leftover: frozenset[int], sure: bool
) -> None:
    """Add the samples of one lane to an update."""
    since, until = window
    for at in span(lane, since, until):
        update.asked += 1
        if lane.codes[at] == _UNKNOWN or (at in wrong and not sure):
            update.unknown += 1
        elif at in leftover:
            update.stale += 1
        elif what := _trouble(lane, at, wrong):
            update.failed[what] += 1
    update.longest = max([update.longest, *(one.seconds for one in outages(lane, since, until))])


def _trouble(lane: Lane, at: int, wrong: frozenset[int]) -> str:
    """Return what is wrong with an outcome; empty if nothing is."""
    if at in wrong:
        return _STRANGER
    if lane.codes[at] != _OK:
        return str(OUTCOMES[lane.codes[at]])
    return "late" if lane.took[at] > LATE else ""


def _measured(update: Update) -> Sequence[tuple[str, Measure]]:
    failed = Measure(update.total, "requests", update.total, update.total + update.unknown)
    return (
        (f"failed, {update.name}", failed),
        (f"share, {update.name}", Measure(round(update.share, 3), "%")),
        (f"longest outage, {update.name}", Measure(round(update.longest, 3), "s")),
        (f"failed by stale conntrack, {update.name}", Measure(update.stale, "requests")),
    )
