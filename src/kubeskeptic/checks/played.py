"""Was the act played as a check expects: within its own time, with faults that took effect, and watched for long enough?"""

from __future__ import annotations

from collections.abc import Iterator

from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline import Act, ActSpan, FaultSpan

NEVER = float("inf")
_DOING = ("applying", "applied", "bit", "undoing")
"""The phases of a fault that lie within its act."""


def contradictions(act: Act) -> Iterator[str]:
    """Yield impossible records: acts that ended before they began, and faults of an act that were not injected within it."""
    for span in _spans(act):
        begun, start, end = span.baseline, span.start, span.end
        if start is None or end is None:
            continue  # it broke off, which is reported elsewhere
        if end <= start or (begun or start) > start:
            yield f"The recorded end of “{span.name}” is before its beginning"
        known = {fault.id for fault in act.recording.faults if fault.act == span.name}
        listed = known if span.faults is None else set(span.faults)
        yield from (f"No record of the fault {one} of “{span.name}”" for one in sorted(listed - known))
        yield from (f"The record of the end of “{span.name}” lacks its fault {one}" for one in sorted(known - listed))
        for fault in act.faults_of(span):
            if any(not (begun or start) <= fault.phases.get(phase, start) <= end for phase in _DOING):
                yield f"The fault {_told(fault)} is recorded for “{span.name}”, but was not injected within it"


def lacking(act: Act) -> Iterator[str]:
    """Yield the reasons that rule out *holds*: faults that were not seen to bite, and acts not watched for long enough."""
    for span in _spans(act):
        faults = act.faults_of(span)
        lame = [one for one in faults if not one.bit or "applied" not in one.phases]
        yield from (f"The fault {_told(one)} of “{span.name}” was not seen to bite" for one in lame)
        if span.start is not None and not lame:
            yield from _brief(act, span, faults)
    yield from _left_over(act)


def _left_over(act: Act) -> Iterator[str]:
    """Yield the faults of earlier acts that were not over when an act began: what followed may be an effect of theirs."""
    for span in _spans(act):
        for fault in act.recording.faults:
            begun = fault.phases.get("applying", NEVER)
            # A fault that heals by itself, and did so too late to be seen, is not undone and never done.
            late = NEVER if "undoing" in fault.phases else fault.phases.get("failed", NEVER)
            if fault.act not in act.names and begun < span.reached("start") < fault.phases.get("done", late):
                yield f"The fault {_told(fault)} of “{fault.act}” was not over when “{span.name}” began"


def _brief(act: Act, span: ActSpan, faults: list[FaultSpan]) -> Iterator[str]:
    try:
        bound = act.watched_for
    except (Inconclusive, NotAsked) as why:
        yield str(why)
        return
    since = max([span.reached("start"), *(one.applying.high for one in faults)])
    until = min([act.end if span.end is None else span.end, *(one.phases.get("undoing", act.end) for one in faults)])
    if bound and not bound.admits(until - since):
        yield f"“{span.name}” was watched for {until - since:.1f} s; at least {bound.value:g} s are required"


def _spans(act: Act) -> list[ActSpan]:
    try:
        return act.spans
    except (Inconclusive, NotAsked):
        return []


def _told(fault: FaultSpan) -> str:
    return f"{fault.fault} on {', '.join(fault.targets) or 'nothing'}"
