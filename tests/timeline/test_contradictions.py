"""What contradicts what the journal said before, or the scenario that it says it is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline import Act, ActSpan, FaultSpan, load
from kubeskeptic.timeline.batches import Ticks, untimely
from kubeskeptic.timeline.contradictions import contradictions, overlapping
from kubeskeptic.timeline.samples import OUTSIDE, SampleColumns
from tests.drawn import pod, recording
from tests.timeline.written import batch, concerned, loaded, scenario


def test_a_cell_of_a_table_is_seen_once(tmp_path: Path) -> None:
    written = Journal(tmp_path / "cells.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    for name, values in (("a", (False, True)), ("b", (True, True))):
        written.write("scenario", id=name, phase="start")
        for value in values:
            written.write("seen", scenario=name, table="t", cells={"c": value})
        written.write("scenario", id=name, phase="end")
    written.close()
    evidence = load(written.path)
    assert concerned(evidence) == "a"
    assert evidence.scenarios["a"].tables == {"t": {"c": False}}
    assert "another value of “c” in the table “t”" in evidence.damage[0]


def test_an_object_of_another_namespace_is_none_of_the_scenario(tmp_path: Path) -> None:
    written = Journal(tmp_path / "objects.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    for name, namespace in (("a", "ns-b"), ("b", "ns-b"), ("c", None)):
        written.write("scenario", id=name, phase="start", namespace=f"ns-{name}")
        meta = {"name": "web-1"} | ({"namespace": namespace} if namespace else {})
        written.write("change", scenario=name, resource="Pod", type="ADDED", seen=1.0, object={"metadata": meta})
    written.close()
    assert concerned(load(written.path)) == "a"


def test_what_was_seen_last_of_an_act_that_was_broken_off_belongs_to_it() -> None:
    broken_off = recording(acts={"act": ActSpan("act", 2.0, 3.0)})
    broken_off.see("table", {"cell": "no"}, at=5.0)
    act = Act(broken_off, ["act"])
    assert act.end == 5.0
    assert act.table("table") == {"cell": "no"}


# -- records that are whole and do not go together ----------------------------------------------------------------------
def fault_of(**phases: float) -> FaultSpan:
    return FaultSpan("f", "crash_node", "", "act", ("node/n1",), phases=phases)


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ({"intent": 1.0, "armed": 1.1, "applying": 1.2, "applied": 1.3, "bit": 1.3, "undoing": 9.0, "undone": 9.5}, ""),
        ({"applying": 1.0, "applied": 1.0, "undoing": 2.0, "undone": 3.0, "healed": 2.0}, ""),
        ({"applying": 1.0, "undoing": 2.0, "undone": 3.0}, ""),
        ({"applied": 1.0, "bit": 2.0}, "reached “applied” without “applying”"),
        ({"applying": 2.0, "applied": 2.5, "bit": 2.0}, "reached “bit” 0.5 s before “applied”"),
        ({"applying": 2.0, "applied": 1.5}, "reached “applied” 0.5 s before “applying”"),
        ({"bit": 2.0, "undoing": 1.0, "undone": 3.0}, "reached “undoing” 1.0 s before “bit”"),
        ({"undoing": 3.0, "undone": 2.0}, "reached “undone” 1.0 s before “undoing”"),
        ({"applying": 1.0, "applied": 1.0, "undone": 2.0}, "reached “undone” without “undoing”"),
        ({"undoing": 3.0, "undone": 4.0, "healed": 2.5}, "reached “healed” 0.5 s before “undoing”"),
        ({"applying": 1.0, "applied": 1.0, "healed": 2.5}, ""),
    ],
)
def test_the_phases_of_a_fault_have_an_order(phases: dict[str, float], said: str) -> None:
    found = list(contradictions(recording(faults=[fault_of(**phases)])))
    assert [said in one for one in found] == ([True] if said else []), found


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (("LISTED", "MODIFIED", "DELETED"), ""),
        (("ADDED", "MODIFIED"), ""),
        (("LISTED", "DELETED", "MODIFIED"), "Pod web-a changed after it was deleted"),
        (("DELETED", "DELETED"), "Pod web-a changed after it was deleted"),
        (("ADDED", "LISTED"), "Pod web-a is listed as present from the start, but was recorded before"),
    ],
)
def test_an_object_is_listed_first_and_deleted_last(types: tuple[str, ...], said: str) -> None:
    changes = [pod(float(at), "web-a", uid="u1", type=type_) for at, type_ in enumerate(types)]
    assert list(contradictions(recording(*changes))) == ([said] if said else [])
    another = [one._replace(object={"metadata": {"name": "web-a", "uid": f"u{one.seen}"}}) for one in changes]
    assert list(contradictions(recording(*another))) == []
    nameless = [one._replace(object={"metadata": {"name": "web-a"}}) for one in changes]
    assert list(contradictions(recording(*nameless))) == [], "nothing tells them apart"
    assert list(contradictions(recording(nameless[0], *changes))) == ([said] if said else [])


def asked(since: float, until: float) -> Ticks:
    ticks = Ticks()
    ticks.asked = since, until
    return ticks


@pytest.mark.parametrize(("since", "said"), [(10.0, 0), (9.5, 0), (9.4, 1)])
def test_an_agent_has_one_process_at_a_time(since: float, said: int) -> None:
    one: dict[object, Ticks] = {"b1": asked(0.0, 10.0), "b2": asked(since, 20.0)}
    for processes in (one, dict(reversed(one.items()))):
        found = list(overlapping({("n1", "web"): processes}))
        assert len(found) == said
        assert all("on n1 sent “web” at the same time, for 0.6 s" in each for each in found)
    assert list(overlapping({("n1", "web"): {"b1": one["b1"]}, ("n2", "web"): {"b2": one["b2"]}})) == []


def test_samples_of_two_processes_at_a_time_are_damage_of_their_scenario(tmp_path: Path) -> None:
    for ticks, damaged in ((range(3), True), (range(10, 13), False)):
        written = Journal(tmp_path / f"{damaged}.jsonl", run="r1")
        written.write("run", id="r1", nodes=["n1"])
        scenario(written, "a", batch("a"), batch("a", boot="b2", ticks=ticks))
        (found,) = loaded(written).scenarios.values()
        assert [("two processes" in one) for one in found.damage] == ([True] if damaged else [])


@pytest.mark.parametrize(
    ("sent", "period", "said"),
    [
        ([100.0, 101.0, 102.0], 1.0, ""),
        ([100.0, 101.0, 104.0], 1.0, ""),
        ([100.0, 101.0, 104.1], 1.0, "sent 2.1 s after their ticks were due"),
        ([99.5, 101.0, 102.0], 1.0, ""),
        ([99.4, 101.0, 102.0], 1.0, "sent 0.6 s before their ticks were due"),
        ([100.0, 102.0, 104.0], 2.0, "every 2 s, but its period is 1 s"),
    ],
)
def test_a_tick_is_asked_when_it_is_due(sent: list[float], period: float, said: str) -> None:
    one = batch("a", sent=sent)
    one["probes"][0]["period"] = period
    columns = SampleColumns([0, 1, 2], sent, [0.001] * 3, [0] * 3, [0] * 3, [1] * 3)
    found = list(untimely(columns, {"offset": 0.0}, one["probes"][0], {"period": 1.0}))
    assert [said in each for each in found] == ([True] if said else []), found
    assert list(untimely(columns, {"offset": 0.0}, {"period": 1.0}, {})) == [], (
        "older agents do not say when they began"
    )


def test_samples_that_do_not_fit_their_ticks_are_damage_of_their_scenario(tmp_path: Path) -> None:
    for late, damaged in ((0.0, False), (2.6, True)):
        written = Journal(tmp_path / f"{damaged}.jsonl", run="r1")
        written.write("run", id="r1", nodes=["n1"])
        scenario(written, "a", batch("a", sent=[100.0, 101.0, 102.0 + late]))
        (found,) = loaded(written).scenarios.values()
        assert [("samples of “web” on n1 that were sent 2.6 s after" in one) for one in found.damage] == [
            True
        ] * damaged


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        ("scenario", {"id": "a", "phase": "start"}),
        ("act", {"scenario": "a", "act": "quiet", "phase": "start"}),
    ],
)
def test_what_begins_twice_is_damage(tmp_path: Path, kind: str, again: dict[str, Any]) -> None:
    written = Journal(tmp_path / "twice.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    written.write("scenario", id="a", phase="start")
    written.write("act", scenario="a", act="quiet", phase="start")
    first = load(written.path).scenarios["a"]
    assert first.damage == ()
    written.write(kind, **again)
    (found,) = loaded(written).scenarios.values()
    assert ["a second time" in one for one in found.damage] == [True]
    assert (found.started, found.acts["quiet"].start) == (first.started, first.acts["quiet"].start)


def test_an_agent_is_proven_by_a_proof_and_no_failed_one(tmp_path: Path) -> None:
    written = Journal(tmp_path / "proofs.jsonl", run="r1")
    nodes = [f"n{number}" for number in range(1, 6)]
    written.write("run", id="r1", nodes=nodes)
    for node, proven in (("n1", True), ("n2", False), ("n3", None), ("n5", True), ("n5", False), ("n6", False)):
        written.write("instrument", node=node, proven=proven)
    for name in "ab":
        scenario(written, name, *(batch(name, node=node) for node in (*nodes, f"{OUTSIDE}n1")))
    assert {one.unproven for one in loaded(written).scenarios.values()} == {frozenset({"n2", "n3", "n4", "n5"})}


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ({"one": (1.0, 5.0), "two": (5.0, 9.0)}, []),
        ({"one": (1.0, 5.0), "two": (4.5, 9.0)}, ["the act “two” began 0.5 s before “one” had ended"]),
        ({"two": (4.5, 9.0), "one": (1.0, 5.0)}, ["the act “two” began 0.5 s before “one” had ended"]),
        ({"one": (1.0, None), "two": (4.5, 9.0)}, []),
        ({"one": (None, None), "two": (4.5, 9.0)}, []),
    ],
)
def test_acts_are_played_one_after_another(acts: dict[str, tuple[float | None, float | None]], said: list[str]) -> None:
    spans = {name: ActSpan(name, None, start, end) for name, (start, end) in acts.items()}
    assert [*contradictions(recording(acts=spans))] == said


def test_an_agent_is_on_one_node_and_a_probe_is_declared_once(tmp_path: Path) -> None:
    written = Journal(tmp_path / "journal.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1", "n2"])
    scenario(written, "a", batch("a"), batch("a", node="n2"))
    assert load(written.path).scenarios["a"].damage == ()
    written.write("samples", **batch("a", node="n2", ticks=range(5, 8), agent="agent-n1"))
    assert "its agent agent-n1 is on n1, and not on n2" in load(written.path).scenarios["a"].damage[0]
    written.write("probe", scenario="a", probe="web", spec={}, nodes=["n1"])
    assert len(load(written.path).scenarios["a"].damage) == 1
    written.write("probe", scenario="a", probe="web", spec={"port": 81}, nodes=["n1"])
    assert "it declares “web” a second time, differently" in loaded(written).scenarios["a"].damage[1]


@pytest.mark.parametrize(("agent", "node"), [("", "n2"), ("agent-n1", f"{OUTSIDE}n2")])
def test_what_has_no_name_or_asks_from_outside_is_not_held_to_one_node(tmp_path: Path, agent: str, node: str) -> None:
    first = node.replace("n2", "n1")
    written = Journal(tmp_path / "journal.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1", "n2"])
    scenario(written, "a", batch("a", node=first, agent=agent), batch("a", node=node, agent=agent))
    assert loaded(written).scenarios["a"].damage == ()


@pytest.mark.parametrize(
    ("measured", "proven"), [(0.5, True), (0.52, True), (0.53125, True), (0.56, False), (5.0, False), (None, True)]
)
def test_an_agent_is_proven_by_the_numbers_of_its_proof(tmp_path: Path, measured: float | None, proven: bool) -> None:
    written = Journal(tmp_path / "numbers.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    written.write("instrument", node="n1", injected=0.5, measured=measured, tick=0.03125, proven=True)
    scenario(written, "a")
    (one,) = loaded(written).scenarios.values()
    assert one.unproven == (frozenset() if proven else {"n1"})
