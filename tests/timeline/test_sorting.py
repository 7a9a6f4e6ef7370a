"""Every field of every kind of record ends up where checks and reports read it; records without optional fields are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline import ActSpan, Change, Gap, JournalFollower
from kubeskeptic.timeline.recording import Taken
from tests.timeline.written import loaded, only

Write = Callable[..., object]


def pod(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}}


def test_the_run(journal: Journal) -> None:
    unread = {"readable": True, "missing": {"LEASE": "no right to read it"}}
    start = {"START": {"value": 2.0, "unit": "s", "from": "measured"}}
    journal.write("run", id="r", nodes=["n1", "n2"], roles={"n1": "control-plane"}, settings=start, unread=unread)
    journal.write("scenario", id="s", phase="start")
    for kind in ("instrument", "sabotage", "finding"):
        journal.write(kind, id="x", node="n1", scenario="s", claim="c", verdict="holds")
    journal.write("run-ended", clean=True)
    evidence = loaded(journal)
    recording = evidence.scenarios["s"]
    assert recording.settings is evidence.settings
    assert (evidence.settings.readable, evidence.settings.missing) == (True, {"LEASE": "no right to read it"})
    assert (recording.nodes, recording.roles) == (("n1", "n2"), {"n1": "control-plane"})
    assert [len(each) for each in (evidence.instrument, evidence.sabotages, evidence.findings)] == [1, 1, 1]
    assert evidence.ended is not None
    assert evidence.ended["clean"] is True
    assert (evidence.damage, evidence.torn, evidence.numbered) == ((), 0, True)


def test_a_run_of_which_little_is_known(journal: Journal) -> None:
    journal.write("run", id="r")
    journal.write("scenario", id="s", phase="start")
    evidence = loaded(journal)
    recording = evidence.scenarios["s"]
    assert (recording.nodes, recording.roles, evidence.settings.missing, evidence.ended) == ((), {}, {}, None)


def test_a_scenario(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start", namespace="ns", test="t.py", acts=["a", "b"])
    journal.write("fact", scenario="s", name="victim", value="pod-a")
    journal.write("seen", scenario="s", table="t", cells={"one": 1})
    journal.write("seen", scenario="s", table="t", cells={"two": 2})
    journal.write("probe", scenario="s", probe="web", spec={"port": 80})
    journal.write("scenario", id="s", phase="end", irreducible=1.5, why="the cluster went away")
    seen = only(journal)
    assert (seen.id, seen.namespace, seen.test, seen.asked) == ("s", "ns", "t.py", ("a", "b"))
    assert (seen.started, seen.ended, seen.irreducible, seen.broke_off) == (0, 5, 1.5, "the cluster went away")
    assert (seen.facts, seen.tables) == ({"victim": "pod-a"}, {"t": {"one": 1, "two": 2}})
    assert seen.specs == {"web": {"port": 80}}


def test_a_scenario_of_which_little_is_known(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start")
    seen = only(journal)
    assert (seen.namespace, seen.test, seen.asked, seen.ended, seen.broke_off) == ("", "", None, None, "")


def test_an_act_with_its_phases(journal: Journal) -> None:
    for phase in ("baseline", "start", "end", "another"):
        journal.write("act", scenario="s", act="a", phase=phase)
    assert only(journal).acts == {"a": ActSpan("a", 0, 1, 2)}


def test_an_act_says_at_its_end_which_faults_were_injected(journal: Journal) -> None:
    journal.write("act", scenario="s", act="a", phase="end", faults=["crash_node-1"], waited=0.5)
    journal.write("act", scenario="s", act="a", phase="another")
    act = only(journal).acts["a"]
    assert (act.faults, act.waited) == (["crash_node-1"], 0.5)


def test_what_was_taken_before_undoing(journal: Journal) -> None:
    taken: dict[str, Any] = {"scenario": "s", "act": "a", "before": "undoing", "folder": "evidence/1", "files": 3}
    journal.write("evidence", **taken, missing=["events: no right"])
    journal.write("evidence", **taken)
    first, second = only(journal).evidence
    assert first == Taken(0, "a", "undoing", "evidence/1", 3, ("events: no right",))
    assert second.missing == ()


def test_a_fault_with_its_phases(journal: Journal) -> None:
    says: dict[str, Any] = {"says": "kill it", "targets": ["pod/ns/a", "pod/ns/b"], "settings": {"grace": 5}}
    journal.write("fault", id="f", scenario="s", act="a", fault="kill", phase="intent", **says)
    journal.write("fault", id="f", scenario="s", phase="applying", says="no", targets=["pod/ns/c"], settings={"x": 1})
    journal.write("fault", id="f", scenario="s", phase="bit", evidence="it is gone")
    journal.write("fault", id="f", scenario="s", phase="bit", evidence="it is gone for good")
    journal.write("fault", id="g", scenario="s", phase="intent")
    fault, other = only(journal).faults
    assert (fault.id, fault.fault, fault.act, fault.says) == ("f", "kill", "a", "kill it")
    assert (fault.targets, fault.settings) == (("pod/ns/a", "pod/ns/b"), {"grace": 5})
    assert fault.phases == {"intent": 0, "applying": 1, "bit": 2}, "each when it was reached first"
    assert fault.evidence == {"bit": "it is gone for good"}
    assert (other.fault, other.act, other.says, other.targets, other.settings, other.evidence) == (
        "", "", "", (), {}, {},
    )  # fmt: skip


def test_a_fault_that_is_heard_of_late_has_what_its_record_says(journal: Journal) -> None:
    journal.write(
        "fault", id="f", scenario="s", act="a", fault="kill", phase="applied", targets=["pod/ns/a"], says="no"
    )
    (fault,) = only(journal).faults
    assert (fault.fault, fault.act, fault.says, fault.targets) == ("kill", "a", "", ())


def test_changes_are_put_in_the_order_in_which_they_were_seen(journal: Journal) -> None:
    added: dict[str, Any] = {"scenario": "s", "resource": "Pod", "type": "ADDED"}
    journal.write("change", **added, seen=7.0, object=pod("late"), age=2.5, written=5.0, by=["kubelet/status", "x"])
    journal.write("change", **added, seen=3.0, object=pod("early"))
    assert only(journal).changes == [
        Change(3.0, "ADDED", "Pod", pod("early"), 0.0),
        Change(7.0, "ADDED", "Pod", pod("late"), 2.5, 5.0, ("kubelet/status", "x")),
    ]


def test_changes_that_were_seen_at_once_stay_in_the_order_in_which_they_were_written(journal: Journal) -> None:
    for name in ("z", "a", "m"):
        journal.write("change", scenario="s", resource="Pod", type="ADDED", seen=3.0, object=pod(name))
    assert [change.name for change in only(journal).changes] == ["z", "a", "m"]


def test_kinds_of_later_versions_are_passed_over(journal: Journal) -> None:
    journal.write("run", id="r")
    journal.write("of-tomorrow", scenario="s", phase=7)
    evidence = loaded(journal)
    assert (evidence.damage, evidence.scenarios) == ((), {})


# -- gaps -----------------------------------------------------------------------------------------------------------------
def two_scenarios(write: Write) -> None:
    write("scenario", id="s", phase="start", at=10.0)
    write("scenario", id="s", phase="end", at=20.0)
    write("scenario", id="t", phase="start", at=30.0)


@pytest.mark.parametrize(
    ("gap", "of"),
    [
        ({"scenario": "s"}, "s"),
        ({"scenario": "t"}, "t"),
        ({"scenario": ""}, "s"),
        ({}, "s"),
        ({"scenario": "nobody's"}, "s"),
        ({"until": 31.0}, "st"),
        ({"until": None}, "st"),
        ({"since": 20.0, "until": 30.0}, ""),
        ({"since": 40.0, "until": None}, "t"),
    ],
)
def test_a_gap_belongs_to_its_scenario_or_to_those_that_it_touches(
    journal: Journal, gap: dict[str, Any], of: str
) -> None:
    two_scenarios(journal.write)
    journal.write("gap", **{"source": "watch", "resource": "Pod", "since": 15.0, "until": 16.0, "reason": "r", **gap})
    scenarios = loaded(journal).scenarios
    assert "".join(name for name, one in scenarios.items() if one.gaps) == of


def test_what_a_gap_says(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start", at=0.0)
    journal.write("gap", scenario="s", source="probe", node="n1", probe="web", since=5.0, until=6.0, reason="later")
    journal.write("gap", source="watch", resource="Pod", since=1.0, reason="earlier")
    assert only(journal).gaps == [
        Gap("watch", "", "", "Pod", 1.0, None, "earlier"),
        Gap("probe", "n1", "web", "", 5.0, 6.0, "later"),
    ]


@pytest.mark.parametrize("scenario", ["s", ""])
def test_a_gap_that_is_noted_later_is_found_when_the_journal_is_followed(journal: Journal, scenario: str) -> None:
    followed = JournalFollower(journal.path)
    two_scenarios(journal.write)
    assert followed.evidence().scenarios["s"].gaps == []
    journal.write("gap", scenario=scenario, source="watch", resource="Pod", since=15.0, until=16.0, reason="r")
    assert [gap.reason for gap in followed.evidence().scenarios["s"].gaps] == ["r"]
    journal.close()
