"""Was enough seen? What must be true of all that a check has read before its finding may say *holds*.

Every check goes through :func:`check`. The measuring function says what it measured against which bounds; here, in one place,
the verdict is kept from saying more than the evidence does:

1. a violation that was seen stays one, whatever was not seen;
2. a baseline that was dirty says nothing about the fault, either way, and a damaged journal, or acts and faults whose times
   contradict each other, nothing at all;
3. *holds* needs that the acts were played to their end, with faults that were seen to bite, that every node was asked, all
   the time that matters, that every outcome is known, that no watch had a gap, and that the act lasted until the bounds had
   passed;
4. what has another shape than a check reads says nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import played
from kubeskeptic.checks.lateness import is_late, surely_late
from kubeskeptic.durations import BRIEF, HOLE
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Finding, Verdict, inconclusive, skipped
from kubeskeptic.timeline import Act, Lane

FEW = 0.01
"""The share of a lane's questions that may never have been asked, where that is more than one tolerated hole has: what is no
gap in one piece is none in several, however short the stretch. They are counted and shown, and where a share of failures is
limited they count as failed."""

_MISSHAPEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, ZeroDivisionError)
"""What evidence of another shape can raise: a cell that is no table, a field that is not there, a text in place of a number."""
_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)
P = ParamSpec("P")


def check(measure: Callable[Concatenate[Act, P], Finding]) -> Callable[Concatenate[Act, P], Finding]:
    """Make a check of a function that measures: what it cannot measure, and what was not seen, becomes part of the finding."""

    @wraps(measure)
    def judged(act: Act, /, *args: P.args, **kwargs: P.kwargs) -> Finding:
        """Measure, and keep the verdict from saying more than the evidence does."""
        try:
            finding = measure(act, *args, **kwargs)
        except Inconclusive as why:
            return inconclusive(str(why), probes=tuple(act.reading.lanes), window=_window(act))
        except NotAsked as why:
            return skipped(str(why))
        except _MISSHAPEN as error:
            return inconclusive(f"What was recorded cannot be read as this check reads it: {_said(error)}")
        unreliable = next(_unreliable(act), "")
        if unreliable:
            return finding.but(unreliable)
        lacking = next(_lacking(act), "") if finding.verdict is not Verdict.VIOLATED else ""
        return finding.but(lacking) if lacking else finding

    return judged


def span(lane: Lane, since: float, until: float) -> range:
    """Return the positions of a lane's samples that were sent between two times."""
    return range(bisect_left(lane.sent, since), bisect_left(lane.sent, until))


def asked_until(lane: Lane, since: float, until: float) -> float:
    """Return until when a lane was asked from a moment on without a hole and with known outcomes: what is said not to have
    happened is known until then.
    """
    hole = _first_hole(lane, since, until, max(HOLE, 2 * lane.period))
    unknown = next((lane.sent[at] for at in span(lane, since, until) if lane.codes[at] == _UNKNOWN), until)
    return min(until if hole is None else hole, unknown)


def never_asked(lanes: Iterable[Lane], since: float, until: float) -> int:
    """Return how many questions were due between two times and never asked, in sum over the lanes."""
    return sum(_missing(lane, since, until) for lane in lanes)


def _said(error: Exception) -> str:
    """An error in words, with the line that met it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}: {error}{where}"


def _window(act: Act) -> tuple[float, float] | None:
    try:
        return act.start, act.end
    except (Inconclusive, NotAsked):
        return None


def _unreliable(act: Act) -> Iterator[str]:
    """Yield what leaves nothing to be concluded, either way: a damaged journal, and requests that failed, or were answered
    late, before anything was done.
    """
    yield from (f"The journal is damaged: {what}" for what in act.recording.damage)
    yield from played.contradictions(act)
    fault = act.reading.fault  # only a check that measures a fault's consequences has a baseline that lasts until then
    until = fault.applying.low if fault else act.start
    for probe, (_, read_until) in act.reading.lanes.items():
        for lane in act.lanes(probe, until=read_until):
            before = span(lane, act.baseline, max(until, act.start))
            failed = sum(1 for at in before if lane.codes[at] != _OK)
            late = sum(1 for at in before if lane.codes[at] == _OK and is_late(lane, at) and surely_late(act, lane, at))
            if failed or late:
                how = f"{failed} requests of “{probe}” failed" if failed else f"{late} answers to “{probe}” came late"
                yield f"The baseline of “{act.names[0]}” was dirty: {how} on {lane.node} before anything was done"


def _lacking(act: Act) -> Iterator[str]:
    """What keeps *holds* from being said, one sentence each."""
    reading = act.reading
    if not reading.lanes and not reading.kinds and not reading.tables:
        yield "The check read no lane, no API object and no table"
    yield from (f"Not all of it was played: {why}" for why in reading.unfinished)
    yield from played.lacking(act)
    for probe, (since, until) in reading.lanes.items():
        lanes = act.lanes(probe, until=until)
        yield from _not_asked(act, probe, lanes, since, until)
        yield from _unknown_pods(act, probe, lanes, since, until)
        yield from _shared_hole(lanes, since, until)
    for kind, (since, until) in reading.kinds.items():
        for gap in act.recording.gaps:
            if gap.source == "watch" and gap.resource == kind and gap.touches(since, until):
                yield f"The watch of {kind} was interrupted where it matters: {gap.reason}"
    for lasted, bound in reading.lasting:
        if bound.admits(lasted.low):
            yield f"The act ended {lasted.low:.1f} s after the fault, before the bound of {bound.value:g} s had passed"


def _not_asked(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    unasked = _nodes(act, since, until) - {lane.node for lane in lanes} - act.taken_away()
    if unasked:
        yield f"“{probe}” was not asked from {', '.join(sorted(unasked))}"
    for lane in lanes:
        strict = probe in act.reading.unbroken
        allowed = max(BRIEF, 2.5 * lane.period) if strict else max(HOLE, 2 * lane.period)
        at = _first_hole(lane, since, until, allowed)
        if at is not None:
            yield (
                f"“{probe}” on {lane.node} was not asked for more than {allowed:g} s, {at - since:.1f} s into the "
                f"{until - since:.0f} s that matter"
            )
        asked, missing = len(span(lane, since, until)), _missing(lane, since, until)
        if missing > max(FEW * asked, allowed / lane.period):
            yield f"{missing} of {missing + asked} questions of “{probe}” on {lane.node} were never asked"
        unknown = sum(1 for i in span(lane, since, until) if lane.codes[i] == _UNKNOWN)
        if unknown:
            yield f"{unknown} outcomes of “{probe}” on {lane.node} are not known"


def _unknown_pods(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield good answers from no recorded pod: a pod is identified by its name and uid, not by its name alone."""
    if act.recording.specs.get(probe, {}).get("qname"):
        return  # it is DNS that answers, with records
    known = {(change.name, change.uid) for change in act.recording.of_kind("Pod")}
    names = {change.name for change in act.recording.of_kind("Pod")}
    for lane in lanes:
        pods = [AnsweringPod.of(by) for by in lane.names]
        strange = {
            at for at, pod in enumerate(pods) if pod.name in names and pod.uid and (pod.name, pod.uid) not in known
        }
        answered = {lane.bys[at] for at in span(lane, since, until) if lane.codes[at] == _OK} if strange else set()
        for by in sorted(strange & answered):
            yield f"{pods[by].name} answered “{probe}” on {lane.node} under a uid that no pod of this name had"


def _nodes(act: Act, since: float, until: float) -> set[str]:
    """The nodes of the cluster in a stretch of time, with those that joined in it."""
    joined = {c.name for c in act.recording.of_kind("Node") if c.type == "ADDED" and since <= c.seen <= until}
    joined |= {node for node, at in act.recording.joined.items() if at <= until}
    return set(act.recording.nodes) | joined


def _shared_hole(lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """A stretch in which no lane at all was asked: however short, an event that all clients felt would hide in it."""
    if len(lanes) < 2:
        return
    allowed = 2.5 * min(lane.period for lane in lanes)
    sent = sorted(lane.sent[at] for lane in lanes for at in span(lane, since, until))
    for before, after in zip([since, *sent], [*sent, until], strict=True):
        if after - before > allowed:
            yield (
                f"“{lanes[0].probe}” was asked from no node at all for {after - before:.3f} s, {before - since:.1f} s into "
                f"the {until - since:.0f} s that matter"
            )
            return


def _first_hole(lane: Lane, since: float, until: float, allowed: float) -> float | None:
    """When a stretch longer than ``allowed`` begins in which a lane was not asked; None when there is none."""
    before = since
    for at in span(lane, since, until):
        if lane.sent[at] - before > allowed:
            return before
        before = lane.sent[at]
    return before if until - before > allowed else None


def _missing(lane: Lane, since: float, until: float) -> int:
    ticks = {lane.ticks[at] for at in span(lane, since, until)}
    return max(ticks) - min(ticks) + 1 - len(ticks) if ticks else 0
