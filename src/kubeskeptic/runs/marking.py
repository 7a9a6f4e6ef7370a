"""Marking an act outside any declared scenario: what is watched while something else changes the cluster."""

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
    """Record the start and end of a scenario of one act around the block, and the error that aborted it."""
    start = {"namespace": namespace, "test": "", "says": says, "acts": [act]}
    run.journal.write("scenario", sync=True, id=scenario, phase="start", **start)
    begun, why = time.monotonic(), ""
    try:
        yield
    except BaseException as error:
        why = str(error) or f"interrupted by {type(error).__name__}"
        raise
    finally:
        spent = {"irreducible": 0.0, "seconds": round(time.monotonic() - begun, 1)}
        run.journal.write("scenario", sync=True, id=scenario, phase="end", why=why, **spent)


@contextmanager
def recorded(run: Run, scenario: str, watches: Sequence[Watch]) -> Iterator[Recorder]:
    """Record API changes around the block, which begins once the first lists have arrived, and yield the recorder."""
    with Recorder(run.kube, run.journal, scenario, watches) as recorder:
        until(lambda: recorder.ready() or NotYet("still listing"), LISTED, what="the recorder's first lists")
        yield recorder


def mark(run: Run, scenario: str, act: str, phase: str, **more: float) -> None:
    """Record that an act reached a phase.

    :param more: ``at``, in Unix seconds, when that was not now
    """
    run.journal.write("act", sync=True, scenario=scenario, act=act, phase=phase, **more)


def begin(run: Run, scenario: str, act: str) -> None:
    """Mark the beginning of an act, after a calm stretch of :data:`~kubeskeptic.durations.SETTLE` seconds.

    :raises Inconclusive: when the probes are not answered even before the act
    """

    def calm() -> bool | NotYet:
        """Return whether every probe has been answered for long enough on every node."""
        troubled = run.agents.unsettled(scenario, run.nodes, SETTLE)
        return NotYet(f"not settled: {', '.join(troubled)}") if troubled else True

    try:
        until(calm, BASELINE, what="all probes to be answered")
    except PatienceExhausted as error:
        raise Inconclusive(str(error)) from error
    mark(run, scenario, act, "baseline", at=time.time() - SETTLE)
    mark(run, scenario, act, "start")


def let_pass(seconds: float) -> None:
    """Keep recording for this many seconds."""
    over = time.monotonic() + seconds
    until(lambda: time.monotonic() >= over or NotYet("watching"), Patience(seconds + 60), what="the time to pass")
