"""Marking an act that is no scenario's: what is watched while something else changes the cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kubeskeptic.durations import BASELINE, LISTED, SETTLE, Patience
from kubeskeptic.errors import Inconclusive, PatienceExhausted
from kubeskeptic.recorder import Recorder, Watch
from kubeskeptic.runs.model import Run
from kubeskeptic.waiting import NotYet, until


@contextmanager
def scenario_told(run: Run, scenario: str, act: str, says: str, namespace: str = "") -> Iterator[None]:
    """Write down that a scenario of one act begins and ends around the block, and why it broke off."""
    start = {"namespace": namespace, "test": "", "says": says, "acts": [act]}
    run.journal.write("scenario", sync=True, id=scenario, phase="start", **start)
    begun, why = time.monotonic(), ""
    try:
        yield
    except BaseException as error:
        why = str(error) or f"broken off by {type(error).__name__}"
        raise
    finally:
        spent = {"irreducible": 0.0, "seconds": round(time.monotonic() - begun, 1)}
        run.journal.write("scenario", sync=True, id=scenario, phase="end", why=why, **spent)


@contextmanager
def recorded(run: Run, scenario: str, watches: Sequence[Watch]) -> Iterator[None]:
    """Record changes of the API around the block, which begins when the first lists are in."""
    with Recorder(run.kube, run.journal, scenario, watches) as recorder:
        until(lambda: recorder.ready() or NotYet("still listing"), LISTED, what="the recorder's first lists")
        yield


def mark(run: Run, scenario: str, act: str, phase: str, **more: float) -> None:
    """Write down that an act came to a phase.

    :param more: ``at``, in Unix seconds, when it was not now
    """
    run.journal.write("act", sync=True, scenario=scenario, act=act, phase=phase, **more)


def begin(run: Run, scenario: str, act: str) -> None:
    """Mark where an act begins, from a calm stretch of :data:`~kubeskeptic.durations.SETTLE` seconds.

    :raises Inconclusive: when what is watched does not answer to begin with
    """

    def calm() -> bool | NotYet:
        """Whether every probe has been answered for long enough on every node."""
        troubled = run.agents.unsettled(scenario, run.nodes, SETTLE)
        return NotYet(f"not calm: {', '.join(troubled)}") if troubled else True

    try:
        until(calm, BASELINE, what="everything that is watched to answer")
    except PatienceExhausted as error:
        raise Inconclusive(str(error)) from error
    mark(run, scenario, act, "baseline", at=time.time() - SETTLE)
    mark(run, scenario, act, "start")


def let_pass(seconds: float) -> None:
    """Go on recording for so many seconds."""
    over = time.monotonic() + seconds
    until(lambda: time.monotonic() >= over or NotYet("watching"), Patience(seconds + 60), what="the time to pass")
