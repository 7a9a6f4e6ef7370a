"""Finds the recording that a test reads: played on the cluster, or taken from a journal."""

from __future__ import annotations

from contextlib import suppress

import pytest

from kubeskeptic.claims.model import Case
from kubeskeptic.errors import BadInput, Inconclusive, NotAsked
from kubeskeptic.guard.risk import above
from kubeskeptic.plugin.cases import case_of, chosen_cases, scenario_of
from kubeskeptic.plugin.state import STATE
from kubeskeptic.runs import Run
from kubeskeptic.runs.earlier import evidence, recorded
from kubeskeptic.timeline import Act, Recording


def recording_of(request: pytest.FixtureRequest, run: Run | None) -> Recording:
    """Return the recording of a suite file's scenario.

    :param run: the run on the cluster; None in a replay
    :raises BadInput: when the file has no scenario
    :raises NotAsked: when the cluster does not allow the scenario's risk level
    """
    scenario = scenario_of(request.module)
    if scenario is None:
        raise BadInput(
            f"{request.module.__name__} neither declares nor imports a scenario; declare one with `Scenario(...)`"
        )
    if run is None:
        replay = request.config.stash[STATE].replay
        assert replay is not None
        return recorded(replay, scenario.id)
    if scenario.needs > run.allowed:
        raise NotAsked(above(scenario.id, scenario.needs, run.allowed))
    from kubeskeptic.scenarios.performing import perform  # imports the Kubernetes client

    cases = [case for case in chosen_cases(request.session.items, scenario) if not _missing(request.config, case, run)]
    return perform(run, scenario, cases, request.module.__name__)


def act_of(item: pytest.Item, recording: Recording, run: Run | None = None) -> Act:
    """Return the act that a test's case reads.

    :param run: the run on the cluster; None in a replay
    :raises BadInput: when the test is not about a claim
    :raises NotAsked: when the case does not apply to the cluster's version of Kubernetes, or all its acts were left out;
        raised here, before a check looks for them
    """
    case = case_of(item)
    if case is None:
        raise BadInput(f"{item.nodeid} has no claim; mark it with `claim(...)`")
    why = _missing(item.config, case, run)
    if why:
        raise NotAsked(why)
    with suppress(Inconclusive):  # acts that did not complete are for the check to judge
        assert Act(recording, case.acts).spans
    scenario = scenario_of(getattr(item, "module", None))
    assert scenario is not None, "without one there is no recording"
    return scenario.read(recording, case)


def _missing(config: pytest.Config, case: Case, run: Run | None) -> str:
    """Return why a case does not apply to the cluster's version of Kubernetes; empty when it applies."""
    if not (case.since or case.until):
        return ""
    replay = config.stash[STATE].replay
    recorded_in = str(evidence(replay).run.get("kubernetes") or "") if replay else ""
    return case.missing_in(run.cluster.kubernetes if run else recorded_in)
