from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.errors import Inconclusive
from kubeskeptic.journal import Journal
from kubeskeptic.timeline import Act, RunEvidence, load
from kubeskeptic.timeline.stalls import Stall, Standstill
from tests import drawn


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def samples(journal: Journal, sent: list[float], offset: float = 0.0, error: float = 0.0, **more: object) -> None:
    count = len(sent)
    columns: dict[str, Any] = {
        "probe": [0] * count,
        "tick": list(range(count)),
        "sent": sent,
        "took": [0.001] * count,
        "outcome": [OUTCOMES.index(Outcome.OK)] * count,
        "by": [1] * count,
        "port": [40000] * count,
    }
    probes = [{"name": "web", "scenario": "s", "period": 0.02, "t0": 0.0}]
    journal.write(
        "samples",
        node="n1",
        agent="a",
        boot="b",
        offset=offset,
        error=error,
        probes=probes,
        names=["", "pod-a"],
        **columns,
    )


def loaded(journal: Journal) -> RunEvidence:
    journal.close()
    return load(journal.path)


def test_a_scenario_with_its_samples(journal: Journal) -> None:
    journal.write("run", id="r", settings={"GRACE": {"value": 50, "unit": "s", "from": "arguments"}}, nodes=["n1"])
    journal.write("scenario", id="s", phase="start", namespace="ns")
    journal.write("probe", scenario="s", probe="web", spec={}, nodes=["n1"])
    samples(journal, [2.0, 1.0, 3.0], offset=0.5)
    journal.write("scenario", id="s", phase="end", irreducible=1.0, why="")
    recording = loaded(journal).scenarios["s"]
    lane = recording.lanes["n1", "web"]
    assert [sample.sent for sample in lane] == [1.5, 2.5, 3.5]
    assert [sample.tick for sample in lane] == [1, 0, 2]
    assert lane[0].by == "pod-a"
    assert recording.settings["GRACE"] == 50


def test_samples_of_nobodys_probe_are_passed_over(journal: Journal) -> None:
    samples(journal, [1.0])
    assert loaded(journal).scenarios == {}


def faulted(journal: Journal, *phases: str) -> Act:
    for phase in ("baseline", "start", "end"):
        journal.write("act", scenario="s", act="a", phase=phase)
    for phase in phases:
        journal.write(
            "fault", id="f", fault="crash_node", scenario="s", act="a", targets=["node/n1"], phase=phase, evidence=phase
        )
    return Act(loaded(journal).scenarios["s"], ["a"])


def test_faults_collect_their_phases(journal: Journal) -> None:
    act = faulted(journal, "intent", "applying", "applied", "bit", "undoing")
    fault = act.fault
    assert act.since == (fault.phases["applying"], fault.phases["applied"])
    assert (act.lifted, act.node, act.taken_away()) == (fault.phases["undoing"], "n1", {"n1"})
    assert fault.evidence["bit"] == "bit"


def test_an_act_in_force_ends_before_its_fault_is_undone() -> None:
    fault = drawn.fault({"applying": 1, "applied": 1, "bit": 1, "undoing": 6})
    seen = drawn.recording(acts={"act": drawn.act(0, 1, 9)}, faults=[fault])
    whole = Act(seen, ["act"])
    assert (whole.end, whole.in_force().end, whole.in_force(before_undoing=3.5).end) == (9, 6, 2.5)
    seen.faults[0].phases.pop("undoing")
    assert whole.in_force().end == 9


def test_a_fault_that_was_not_seen_to_bite_proves_nothing(journal: Journal) -> None:
    with pytest.raises(Inconclusive, match="not seen to bite"):
        assert faulted(journal, "intent", "applying", "applied").fault


def test_an_act_that_was_broken_off_proves_nothing(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start")
    journal.write("act", scenario="s", act="a", phase="start")
    journal.write("scenario", id="s", phase="end", why="the cluster went away")
    with pytest.raises(Inconclusive, match="the cluster went away"):
        loaded(journal).scenarios["s"].act("a")


def test_gaps_without_a_scenario_belong_to_those_they_touch(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start", at=100.0)
    journal.write("gap", source="probe", node="n1", probe="", since=120.0, until=130.0, reason="agent died")
    journal.write("gap", source="probe", node="n1", probe="", since=220.0, until=None, reason="later")
    journal.write("scenario", id="s", phase="end", at=200.0)
    assert [gap.reason for gap in loaded(journal).scenarios["s"].gaps] == ["agent died"]


def test_an_act_that_was_broken_off_after_its_fault_has_no_end(journal: Journal) -> None:
    for phase in ("baseline", "start", "broken"):
        journal.write("act", scenario="s", act="a", phase=phase)
    with pytest.raises(Inconclusive, match="not played to its end"):
        loaded(journal).scenarios["s"].act("a")


def test_samples_whose_time_is_in_doubt_are_a_gap(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start", at=0.0)
    journal.write("probe", scenario="s", probe="web", spec={}, nodes=["n1"])
    samples(journal, [1.0, 1.5])
    samples(journal, [2.0, 3.0], offset=0.5, error=0.8)
    recording = loaded(journal).scenarios["s"]
    assert list(recording.lanes["n1", "web"].sent) == [1.0, 1.5]
    (gap,) = recording.gaps
    assert (gap.node, gap.since, gap.until) == ("n1", 2.5, 3.5)
    assert "uncertain by 0.80 s" in gap.reason


def test_nodes_that_joined_and_stalls_belong_to_the_recordings_they_touch(tmp_path: Path) -> None:
    now = 0.0
    journal = Journal(tmp_path / "moved.jsonl", clock=lambda: now)
    journal.write("run", id="r", nodes=["n1"])
    for name, start, end in (("early", 0.0, 10.0), ("late", 20.0, 30.0)):
        now = start
        journal.write("scenario", id=name, phase="start")
        if name == "late":
            now = 25.0
            journal.write("nodes", nodes=["n1", "n2"], joined=["n2"], left=[])
            journal.write("stall", node="n1", boot="b", since=22.0, until=23.0, error=0.01)
            for processor, since in enumerate((22.0, 22.5)):
                journal.write("pause", processor=processor, processors=2, since=since, until=23.0, nodes=["n1"])
        now = end
        journal.write("scenario", id=name, phase="end", irreducible=1.0, why="")
    scenarios = loaded(journal).scenarios
    early, late = scenarios["early"], scenarios["late"]
    assert (early.joined, early.stalls, early.standstills) == ({}, [], [])
    assert late.joined == {"n2": 25.0}
    assert late.stalls == [Stall("n1", 22.0, 23.0, 0.01)]
    assert late.standstills == [Standstill(22.5, 23.0, frozenset({"n1"}))]
    assert late.nodes == ("n1",), "what the run began with"


def test_real_time_priority_that_was_lost_once_was_not_there_all_through(journal: Journal) -> None:
    journal.write("priority", node="n1", agent="a", boot="b", realtime=True, how="this machine", why_not="")
    journal.write("priority", node="n2", agent="a", boot="b", realtime=True, how="this machine", why_not="")
    journal.write(
        "priority", node="n2", agent="a", boot="b", realtime=False, how="this machine", why_not="it used too much"
    )
    journal.write("priority", node="n2", agent="a", boot="c", realtime=True, how="this machine", why_not="")
    assert loaded(journal).realtime == {"n1": True, "n2": False}
