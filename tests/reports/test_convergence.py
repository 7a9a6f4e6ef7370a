"""How soon each node followed an event: the last wrong and the first right answer, drawn tick by tick, half a second apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.reports.convergence import EventRow, convergence
from kubeskeptic.reports.html.by_nodes import MOST_EVENTS, followed
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.wording import NBSP
from kubeskeptic.timeline import Recording
from kubeskeptic.timeline.faults import FaultSpan
from tests.drawn import act, endpoints, gone, lane, watched

LEFT = endpoints(2.0, "pod-b", type="MODIFIED")
"""`pod-a` has left the endpoints."""


def seen(*drawings: str, fault: FaultSpan | None = None, by: str = "pod-b") -> Recording:
    lanes = [lane(drawing, f"n{number}", period=0.5, by=by) for number, drawing in enumerate(drawings, 1)]
    pods = {"pod-a": "n1", "pod-b": "n2"}
    asked = watched(*lanes, pods=pods, changes=(LEFT,), faults=(fault or gone(),), spans=(act(0, 1, 5),))
    return asked.recording


def rows(*drawings: str, fault: FaultSpan | None = None, by: str = "pod-b") -> list[EventRow]:
    return convergence(seen(*drawings, fault=fault, by=by))


def test_the_last_wrong_and_the_first_right_answer_of_each_node() -> None:
    (row,) = rows("..rr.r....", "..........")
    first, second = row.cells
    assert (first.node, first.asked, first.wrong) == ("n1", 8, 3)
    assert first.last_wrong == pytest.approx(1.5, abs=0.01)
    assert first.first_right == pytest.approx(1.0, abs=0.01)
    assert (second.wrong, second.last_wrong) == (0, None)
    assert row.slowest == first.last_wrong


def test_an_answer_of_a_pod_that_was_no_endpoint_any_more_is_wrong() -> None:
    (row,) = rows("......    ", by="pod-a")
    assert row.cells[0].wrong == 1  # at 2.5: it left at 2.0
    assert row.cells[0].last_wrong == pytest.approx(1.5, abs=0.01)


def test_what_was_done_to_a_pod_is_a_row_though_nobody_noticed_and_to_anything_else_is_not() -> None:
    assert len(rows("..........")) == 1
    assert rows("..........", fault=gone(target="kubelet/n1")) == []
    assert rows("..........", fault=gone(target="pod/ns/other")) == []


def looked_up(*, expect: list[str] | None) -> list[EventRow]:
    """The name of the service is looked up, every time with the right answer."""
    named = lane("..........", "n1", "name", period=0.5, by="10.0.0.1|NOERROR|5")
    asked = watched(named, faults=(gone(),), spans=(act(0, 1, 5),))
    asked.recording.specs["name"] |= {"kind": "dns-udp", "qtype": "A", "expect": expect}
    return convergence(asked.recording)


def test_a_name_that_follows_the_pods_is_a_row_though_no_answer_was_wrong() -> None:
    (row,) = looked_up(expect=None)
    assert (row.way, row.cells[0].wrong) == ("DNS over UDP", 0)
    assert looked_up(expect=["10.96.0.1"]) == []


def test_what_is_wrong_after_the_next_event_is_that_ones() -> None:
    lanes = [lane("..r...r...", "n1", period=0.5, by="pod-b")]
    faults = (gone(), gone(at=2.6, target="pod/ns/pod-b"))
    asked = watched(*lanes, pods={"pod-a": "n1", "pod-b": "n2"}, faults=faults, spans=(act(0, 1, 5),))
    assert [row.cells[0].wrong for row in convergence(asked.recording)] == [1, 1]


def test_what_is_wrong_while_the_next_event_is_brought_about_is_that_ones() -> None:
    lanes = [lane("..r...r...", "n1", period=0.5, by="pod-b")]
    later = gone(at=3.4, target="pod/ns/pod-b")
    later.phases["applying"] = 2.6
    asked = watched(*lanes, pods={"pod-a": "n1", "pod-b": "n2"}, faults=(gone(), later), spans=(act(0, 1, 5),))
    (first,), (second,) = (row.cells for row in convergence(asked.recording))
    assert (first.wrong, second.wrong, second.last_wrong) == (1, 1, 0.0)


def test_a_node_that_was_taken_away_asked_nothing() -> None:
    (row,) = rows("..rrrr....", "..rrrr....", fault=gone(target="node/n1"))
    assert [cell.node for cell in row.cells] == ["n2"]


def test_what_was_undone_is_an_event_of_its_own() -> None:
    told = rows("..r..r....", fault=gone(undoing=3.0, undone=3.1))
    assert [row.event.says for row in told] == ["says", "undone: says"]
    assert [row.cells[0].asked for row in told] == [4, 4]  # what is asked while it is undone is the latter's


def test_the_page_has_the_matrix_where_something_was_done(report: Report) -> None:
    run = {**report.run, "nodes": ["n1", "n2"]}
    shown = str(
        followed(replace(report, run=run, scenarios={"s": replace(seen("..rr.r....", ".........."), id="suites/s_1")}))
    )
    assert 'rowspan="1"' in shown
    assert "<small>suites/s_1, " in shown
    assert "1.50" in shown
    assert shown.count("--heat:") == 1
    assert followed(replace(report, scenarios={})) is None


@pytest.mark.parametrize(
    ("drawing", "wrong_first"),
    [("..rr.r....", True), ("...r......", False), ("..........", False), ("..rrrrrrrr", True)],
)
def test_a_first_right_answer_tells_something_only_after_a_wrong_one(drawing: str, wrong_first: bool) -> None:
    (row,) = rows(drawing)
    assert row.cells[0].wrong_first is wrong_first
    assert row.noticed is ("r" in drawing)


def matrix(report: Report, *recordings: Recording) -> str:
    told = {f"s{at}": replace(one, id=f"s{at}") for at, one in enumerate(recordings)}
    return str(followed(replace(report, run={**report.run, "nodes": ["n1"]}, scenarios=told))).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("drawing", "cell"),
    [
        ("..rr.r....", "<b>1.50 s</b><small>1.00 s</small></td>"),
        ("...r......", "<b>0.50 s</b></td>"),
        ("..rrrrrrrr", "<small>none right</small></td>"),
        ("..........", ">·</td>"),
    ],
)
def test_a_cell_has_the_first_right_answer_where_a_wrong_one_came_before_it(
    report: Report, drawing: str, cell: str
) -> None:
    assert cell in matrix(report, seen(drawing))


def test_a_right_answer_before_the_event_was_complete_is_not_shown(report: Report) -> None:
    fault = gone(at=2.6)
    fault.phases["applying"] = 1.0
    (row,) = rows("..r.rr....", fault=fault)
    assert (row.cells[0].wrong_first, row.cells[0].first_right) == (True, 0.0)
    assert "<small>0.00 s</small>" not in matrix(report, seen("..r.rr....", fault=fault))


def test_few_events_are_all_drawn(report: Report) -> None:
    shown = matrix(report, *[seen("..........")] * MOST_EVENTS)
    assert shown.count("<tbody>") == 1
    assert shown.count('scope="rowgroup"') == MOST_EVENTS
    assert " slowest of " not in shown


def test_of_many_events_the_slowest_are_drawn_and_all_are_folded_below(report: Report) -> None:
    quiet, quick, slow = (seen(drawing) for drawing in ("..........", "..rr......", "..rrrrr..."))
    shown = matrix(report, quick, quiet, *[slow] * MOST_EVENTS)
    drawn, folded = shown.split("<details>")
    assert "The 8 slowest of 10 events." in drawn
    assert [name for name in ("s0", "s1", "s2", "s9") if f"<small>{name}, " in drawn] == ["s2", "s9"]
    assert "<summary>All 10 events in the order of their times, with requests that received no wrong answer<" in folded
    assert folded.count('scope="rowgroup"') == 10


def test_of_many_events_that_were_not_noticed_all_are_drawn(report: Report) -> None:
    shown = matrix(report, *[seen("..........")] * (MOST_EVENTS + 1))
    assert shown.count('scope="rowgroup"') == MOST_EVENTS + 1
    assert "<details>" not in shown
