"""Performing a scenario: its namespace, its recorder and its probes around its story."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kubeskeptic.durations import LISTED
from kubeskeptic.errors import MissingRequirement, NotAsked, Refused, SkepticError
from kubeskeptic.guard.risk import Risk
from kubeskeptic.recorder import Recorder, Watch
from kubeskeptic.runs import Run
from kubeskeptic.scenarios.declaration import Scenario
from kubeskeptic.scenarios.namespaces import namespace
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline import Recording, load
from kubeskeptic.timeline.recording import ALL
from kubeskeptic.waiting import NotYet, until


def perform(run: Run, scenario: Scenario, test: str = "") -> Recording:
    """Perform a scenario and read its recording back from the journal; what was performed in this run is not done again.

    What breaks the story off is kept in the recording, whose checks are then inconclusive: what was seen until then may
    still violate a claim. Interrupts go on up.

    :param test: the suite file
    :raises Refused: when the cluster turns out not to be ours to touch
    """
    if scenario.id not in run.recordings:
        run.site.guard.permit(Risk.NAMESPACE, scenario.id)
        _play(run, scenario, test)
        run.recordings[scenario.id] = load(run.journal.path).scenarios[scenario.id]
    return run.recordings[scenario.id]


def _play(run: Run, scenario: Scenario, test: str) -> None:
    """Do what the story says, and write it down."""
    name = f"skeptic-{run.id}-{scenario.id.rsplit('/', 1)[-1].replace('_', '-')}"[:63].rstrip("-")
    start, why = time.monotonic(), ""
    run.journal.write(
        "scenario", sync=True, id=scenario.id, phase="start", namespace=name, test=test, says=scenario.says
    )
    stage = Stage(run, scenario, name)
    try:
        with namespace(run, name), _recorder(run, scenario, name), _probes(run, scenario), _last_look(stage):
            scenario.story(stage)
    except Refused as refusal:
        why = f"refused: {refusal}"
        raise
    except (MissingRequirement, NotAsked) as lacking:
        why = f"this cluster cannot be asked: {lacking}"
        stage.leave_out(ALL, str(lacking))
    except SkepticError as error:
        why = f"{type(error).__name__}: {error}"
    except BaseException as error:
        why = f"broken off by {type(error).__name__}"
        raise
    finally:
        run.journal.write(
            "scenario",
            sync=True,
            id=scenario.id,
            phase="end",
            irreducible=round(stage.irreducible, 1),
            seconds=round(time.monotonic() - start, 1),
            why=why,
        )


@contextmanager
def _last_look(stage: Stage) -> Iterator[None]:
    """Evidence before the namespace goes, when the story breaks off, whatever breaks it off."""
    try:
        yield
    except BaseException:
        with suppress(SkepticError, OSError):
            stage.take_evidence("deleting the namespace")
        raise


@contextmanager
def _recorder(run: Run, scenario: Scenario, name: str) -> Iterator[None]:
    watches = [Watch(kind, name) for kind in scenario.watches] + [Watch("Node", None)]
    with Recorder(run.kube, run.journal, scenario.id, watches) as recorder:
        until(lambda: recorder.ready() or NotYet("still listing"), LISTED, what="the recorder's first lists")
        yield


@contextmanager
def _probes(run: Run, scenario: Scenario) -> Iterator[None]:
    try:
        yield
    finally:
        run.agents.stop(scenario.id)
