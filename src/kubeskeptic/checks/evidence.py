"""Was enough observed? The conditions that everything read by a check must meet before its finding may be *holds*.

Every check goes through :func:`check`. The measuring function returns measured values and bounds. This module is the one place
that prevents a verdict from claiming more than the evidence supports:

1. a violation that was seen stays *violated*, whatever was not seen;
2. a dirty baseline makes it impossible to judge the fault, either way; a damaged journal, or acts and faults whose times
   contradict each other, prove nothing at all;
3. *holds* requires that the acts were played to their end, with faults that were seen to bite; that every node sent requests
   throughout the time that matters; that every outcome is known; that no watch had a gap; and that the act lasted until the
   bounds had elapsed (:mod:`kubeskeptic.checks.coverage`);
4. evidence with a structure that the check cannot read proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import played
from kubeskeptic.checks.coverage import lacking
from kubeskeptic.checks.lanes import is_late, span, surely_late
from kubeskeptic.counting import counted
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Finding, Verdict, inconclusive, skipped
from kubeskeptic.timeline import Act

_MISSHAPEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, ZeroDivisionError)
"""Errors raised by evidence with another structure: a cell that is not a table, a missing field, or a string for a number."""
_OK = OUTCOMES.index(Outcome.OK)
P = ParamSpec("P")


def check(measure: Callable[Concatenate[Act, P], Finding]) -> Callable[Concatenate[Act, P], Finding]:
    """Turn a measuring function into a check: failures to measure, and gaps in the evidence, become part of the finding."""

    @wraps(measure)
    def judged(act: Act, /, *args: P.args, **kwargs: P.kwargs) -> Finding:
        """Measure, and limit the verdict to what the evidence supports."""
        try:
            finding = measure(act, *args, **kwargs)
        except Inconclusive as why:
            return inconclusive(str(why), probes=tuple(act.reading.lanes), window=_window(act))
        except NotAsked as why:
            return skipped(str(why))
        except _MISSHAPEN as error:
            return inconclusive(f"The recorded evidence is not structured as this check expects: {_said(error)}")
        unreliable = next(_unreliable(act), "")
        if unreliable:
            return finding.but(unreliable)
        unseen = next(lacking(act), "") if finding.verdict is not Verdict.VIOLATED else ""
        return finding.but(unseen) if unseen else finding

    return judged


def _said(error: Exception) -> str:
    """Return an error in words, with the line that raised it."""
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
    """Yield the reasons why nothing can be concluded, either way: a damaged journal, contradictory times, and requests that
    failed or were answered late before anything was done.
    """
    yield from (f"The journal is damaged: {what}" for what in act.recording.damage)
    yield from played.contradictions(act)
    fault = act.reading.fault  # the baseline lasts until then only if a check measures the fault's consequences
    until = fault.applying.low if fault else act.start
    for probe, (_, read_until) in act.reading.lanes.items():
        for lane in act.lanes(probe, until=read_until):
            before = span(lane, act.baseline, max(until, act.start))
            failed = sum(1 for at in before if lane.codes[at] != _OK)
            late = sum(1 for at in before if lane.codes[at] == _OK and is_late(lane, at) and surely_late(act, lane, at))
            if failed or late:
                how = (
                    f"{counted(failed, 'request')} of “{probe}” failed"
                    if failed
                    else f"{counted(late, 'answer')} to “{probe}” came late"
                )
                yield f"The baseline of “{act.names[0]}” was dirty: {how} on {lane.node} before anything was done"
