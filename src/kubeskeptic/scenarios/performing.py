"""Performing a scenario: its namespace, its recorder and its probes around its acts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from kubeskeptic.claims.case import Case
from kubeskeptic.durations import LISTED
from kubeskeptic.errors import MissingRequirement, NotAsked, Refused, SkepticError
from kubeskeptic.guard.risk import Risk
from kubeskeptic.recorder import Recorder, Watch
from kubeskeptic.runs import Run, evidence
from kubeskeptic.scenarios.declaration import GIVEN, Scenario
from kubeskeptic.scenarios.namespaces import namespace
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline import Recording
from kubeskeptic.timeline.recording import ALL
from kubeskeptic.waiting import NotYet, until


def perform(run: Run, scenario: Scenario, cases: Sequence[Case], test: str = "") -> Recording:
    """Perform a scenario and return its recording, read back from the journal; it is performed once in a run.

    Only the acts that the cases need are played. What breaks the scenario off is kept in the recording: what was seen until
    then may still violate a claim. Interrupts go on up.

    :param cases: the chosen cases of this scenario
    :param test: the suite file
    :raises Refused: when the cluster turns out not to be ours to touch
    """
    if scenario.id not in run.recordings:
        run.site.guard.permit(Risk.NAMESPACE, scenario.id)
        _play(run, scenario, cases, test)
        run.recordings[scenario.id] = run.followed.evidence().scenarios[scenario.id]
    return run.recordings[scenario.id]


def _play(run: Run, scenario: Scenario, cases: Sequence[Case], test: str) -> None:
    """Play the acts that are needed, and write down how it went."""
    name = f"skeptic-{run.id}-{scenario.id.rsplit('/', 1)[-1].replace('_', '-')}"[:63].rstrip("-")
    begun, why = time.monotonic(), ""
    acts = scenario.needed(act for case in cases for act in case.acts)
    run.journal.write(
        "scenario", sync=True, id=scenario.id, phase="start", namespace=name, test=test, says=scenario.says,
        acts=[GIVEN, *(act.name for act in acts)],
    )  # fmt: skip
    stage = Stage(run, scenario, name, cases)
    for sabotage in stage.sabotages:
        run.journal.write("sabotage", id=sabotage.id, says=sabotage.says)
    try:
        with namespace(run, name), _recorder(run, scenario, name), _probes(run, scenario), _last_look(stage):
            stage.play_setup()
            for act in acts:
                stage.play(act)
    except Refused as refusal:
        why = f"refused: {refusal}"
        raise
    except (MissingRequirement, NotAsked) as lacking:
        why = f"this cluster cannot be asked: {lacking}"
        stage.leave_out(ALL, str(lacking))
    except SkepticError as error:
        why = str(error)
    except BaseException as error:
        why = f"broken off by {type(error).__name__}"
        raise
    finally:
        spent = {"irreducible": round(stage.irreducible, 1), "seconds": round(time.monotonic() - begun, 1)}
        run.journal.write("scenario", sync=True, id=scenario.id, phase="end", why=why, **spent)


@contextmanager
def _last_look(stage: Stage) -> Iterator[None]:
    """Take evidence before the namespace goes, when the scenario breaks off for whatever reason."""
    try:
        yield
    except BaseException:
        with suppress(SkepticError, OSError):
            evidence.take(stage.run, stage.scenario.id, stage.namespace, "", "deleting the namespace")
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
