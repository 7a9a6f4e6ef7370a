"""From a test to the recording that it reads: played on the cluster, or taken from a journal."""

from __future__ import annotations

import pytest

from kubeskeptic.errors import BadInput, NotAsked
from kubeskeptic.guard.risk import above
from kubeskeptic.plugin.cases import case_of, chosen_cases, scenario_of
from kubeskeptic.plugin.state import STATE
from kubeskeptic.runs import Run
from kubeskeptic.runs.replaying import recorded
from kubeskeptic.timeline import Act, Recording


def recording_of(request: pytest.FixtureRequest, run: Run | None) -> Recording:
    """Return the recording of a suite file's scenario.

    :param run: None when a journal is judged again
    :raises BadInput: when the file has no scenario
    :raises NotAsked: when the cluster does not allow it
    """
    scenario = scenario_of(request.module)
    if scenario is None:
        raise BadInput(f"{request.module.__name__} declares no scenario, and imports none")
    if run is None:
        replay = request.config.stash[STATE].replay
        assert replay is not None
        return recorded(replay, scenario.id)
    if scenario.needs > run.allowed:
        raise NotAsked(above(scenario.id, scenario.needs, run.allowed))
    from kubeskeptic.scenarios.performing import perform  # brings the Kubernetes client, too

    return perform(run, scenario, chosen_cases(request.session.items, scenario), request.module.__name__)


def act_of(item: pytest.Item, recording: Recording) -> Act:
    """Return the act that a test's case is about.

    :raises BadInput: when the test is about no claim
    """
    case = case_of(item)
    if case is None:
        raise BadInput(f"{item.nodeid} is about no claim: mark it with `claim(...)`")
    return Act(recording, case.acts, of=case.of, within=case.within, soonest=case.soonest)
