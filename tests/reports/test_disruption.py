"""What clients saw: each outage with its begin, its length and the step that ran at the time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kubeskeptic.reports.disruption import STEP, UPGRADE, WATCHED, Disruption, disruption, document, markdown, summary
from kubeskeptic.reports.html.by_nodes import disrupted
from kubeskeptic.reports.model import Report
from kubeskeptic.timeline import ActSpan, FaultSpan, Lane, Recording
from tests.drawn import lane, recording


def step(name: str, start: float, end: float | None) -> FaultSpan:
    phases = {"intent": start, "applied": start} | ({} if end is None else {"done": end})
    return FaultSpan(name, STEP, name, UPGRADE, (f"step/{name}",), phases=phases)


def watched(*lanes: Lane, steps: tuple[FaultSpan, ...] = (), end: float | None = 6.0) -> Recording:
    more: dict[str, Any] = {"lanes": {(one.node, one.probe): one for one in lanes}, "faults": list(steps)}
    specs = {one.probe: {"period": one.period} for one in lanes}
    return recording(acts={UPGRADE: ActSpan(UPGRADE, 0, 1, end)}, specs=specs, nodes=("n1", "n2"), **more)


def seen(*lanes: Lane, steps: tuple[FaultSpan, ...] = (), end: float | None = 6.0) -> Disruption:
    found = disruption("r1", watched(*lanes, steps=steps, end=end))
    assert found
    return found


STEPS = (step("drain n1", 1.5, 2.5), step("kubelet n1", 2.6, 5.0))


def test_an_outage_is_dated_and_told_with_the_step_that_ran() -> None:
    found = seen(lane("." * 20 + "rrr" + "." * 40), steps=STEPS)
    (told,) = document(found)["outages"]
    assert (told["target"], told["node"], told["begin"], told["after"]) == ("web", "n1", 2.0, 1.0)
    assert (told["seconds"], told["failed"], told["outcomes"], told["ended"]) == (0.3, 3, {"refused": 3}, True)
    assert told["steps"] == ["drain n1"]


def test_an_outage_that_spans_two_steps_names_both_and_one_between_them_says_so() -> None:
    found = seen(lane("." * 24 + "rrr" + "." * 36), lane("." * 53 + "r" + "." * 8, "n2"), steps=STEPS)
    assert [one["steps"] for one in document(found)["outages"]] == [["drain n1", "kubelet n1"], ["between steps"]]


def test_totals_are_of_each_target_on_each_node_also_where_nothing_failed() -> None:
    found = seen(lane("." * 20 + "rr" + "." * 20 + "ttt" + "." * 20), lane("." * 62, "n2"), steps=STEPS)
    first, second = document(found)["totals"]
    assert (first["outages"], first["seconds"], first["longest"], first["failed"]) == (2, 0.5, 0.3, 5)
    assert (second["outages"], second["seconds"], second["failed"]) == (0, 0, 0)
    assert found.longest == first["longest"] or abs(found.longest - 0.3) < 1e-9


def test_a_failure_before_the_upgrade_is_none_of_it() -> None:
    assert seen(lane("..r" + "." * 60), steps=STEPS).seen == ()


def test_of_an_upgrade_that_was_killed_everything_until_then_is_told() -> None:
    found = seen(lane("." * 40 + "rrr"), steps=(step("drain n1", 1.5, None),), end=None)
    (told,) = document(found)["outages"]
    assert told["ended"] is False
    assert document(found)["steps"][0]["finished"] is False
    assert "not finished" in markdown(found)


def test_nothing_is_told_of_what_was_never_watched() -> None:
    assert disruption("r1", recording()) is None


def test_one_line_for_each_target() -> None:
    quiet = lane("." * 62, probe="dns", period=0.02)
    found = seen(lane("." * 20 + "rrr" + "." * 40), quiet, steps=STEPS)
    assert summary(found) == [
        "web: unavailable for 0.30 s in total on n1; the longest outage was 0.30 s on n1 (3 refused), during drain n1",
        "dns: no request failed, asked from 1 node every 20 ms",
    ]


def test_the_section_has_every_outage_and_every_step() -> None:
    told = markdown(seen(lane("." * 20 + "rrr" + "." * 40), steps=STEPS))
    assert "| 00:00:02.000 | +1.0 s | web | n1 | 0.30 s | 3 refused | drain n1 |" in told
    assert "| kubelet n1 | +1.6 s | 2.4 s |" in told


# -- in the report -----------------------------------------------------------------------------------------------------------
def test_the_page_has_a_cell_for_each_target_and_node_and_every_outage(report: Report) -> None:
    assert disrupted(report) is None
    lanes = (lane("." * 20 + "rrr" + "." * 10 + "r" + "." * 30), lane("." * 62, "n2"))
    shown = str(disrupted(replace(report, scenarios={"upgrade": watched(*lanes, steps=STEPS)})))
    assert 'title="2\u00a0outages, 4\u00a0failed requests"' in shown
    assert "<b>0.40\u00a0s</b><small>0.30\u00a0s</small>" in shown
    assert 'title="0\u00a0outages, 0\u00a0failed requests">·' in shown
    assert (
        "<td>00:00:02.000</td><td>+1.0\u00a0s</td><td>web</td><td>n1</td><td>0.30\u00a0s</td><td>3 refused</td>"
        in shown
    )
    assert "<td>drain n1</td>" in shown


def test_what_a_command_did_has_outages_and_no_steps(report: Report) -> None:
    seen_by_watch = recording(
        acts={WATCHED: ActSpan(WATCHED, 0, 1, 6)},
        specs={"web": {"period": 0.1}},
        lanes={("n1", "web"): lane("." * 20 + "rrr" + "." * 40)},
        nodes=("n1",),
    )
    shown = str(disrupted(replace(report, scenarios={"watch": seen_by_watch})))
    assert "1\u00a0outage" in shown
    assert "between steps" not in shown
    assert "step</summary>" not in shown
