"""What is drawn of a finding."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.reports.drawing.lanes import is_long
from kubeskeptic.reports.drawing.scene import holes, in_order, scene, short_names
from kubeskeptic.reports.drawing.timeline import picture, timeline_of
from kubeskeptic.reports.model import Entry, Report
from kubeskeptic.timeline import Gap, Lane, Sample

from .story import NODES


def entry(report: Report, anchor: str) -> Entry:
    return next(one for one in report.entries if one.anchor == anchor)


def test_a_crash_is_drawn_from_before_the_fault_with_a_row_per_node(report: Report) -> None:
    crash = entry(report, "service.node-dies.crash")
    drawn = scene(crash, report.scenarios[crash.scenario])
    assert drawn is not None
    assert [row.name for row in drawn.rows] == ["control-plane", "worker", "worker2", "worker3"]
    assert drawn.zero == drawn.faults[0].applied
    assert drawn.since < drawn.zero - 2
    assert drawn.rows[3].gaps[0].reason == "its agent died with it"
    assert "pods terminating" in " ".join(event.says for event in drawn.events())


def test_a_claim_without_probes_is_drawn_by_what_the_api_showed(report: Report) -> None:
    restarted = entry(report, "heal.crash")
    drawn = scene(restarted, report.scenarios[restarted.scenario])
    assert drawn is not None
    assert drawn.rows == ()
    assert [event.says for event in drawn.events()][-1].endswith("restarted, Ready")


def test_without_a_window_or_a_recording_nothing_is_drawn(report: Report) -> None:
    crash = entry(report, "service.node-dies.crash")
    assert scene(crash, None) is None
    assert timeline_of(report, replace(crash, window=None, case="", anchor="another")) is None


def test_short_outages_are_drawn_at_least_a_pixel_and_a_half_wide(report: Report) -> None:
    drawn = timeline_of(report, entry(report, "service.stable.pods"))
    assert drawn is not None
    forced = timeline_of(report, entry(report, "service.pod-killed.forced"))
    assert forced is not None
    svg = forced.svg(says="")
    widths = [float(w) for d in re.findall(r'class="t-refused" d="([^"]+)"', svg) for w in re.findall(r"h([\d.]+)v", d)]
    assert widths
    assert min(widths) >= 1.5


def test_a_drawing_of_its_own_is_whole_xml_with_its_own_colours(report: Report) -> None:
    crash = entry(report, "service.node-dies.crash")
    section = next(one for one in report.sections if crash in one.entries)
    svg = picture(report, section, crash)
    assert svg is not None
    ElementTree.fromstring(svg)
    assert "--o-timeout" in svg
    assert "url(http" not in svg


def test_only_what_is_empty_of_a_reported_gap_is_drawn_as_one() -> None:
    lane = Lane("w1", "web", 0.1, (Sample(n, 10 + n / 10, 0.01, Outcome.OK) for n in (0, 1, 5, 6, 7, 20)))
    gap = Gap("probe", "w1", "web", "", 10.0, 12.0, "stalled")
    found = [(round(hole.since, 1), round(hole.until or 0, 1)) for hole in holes(gap, lane, 20.0)]
    assert found == [(10.1, 10.5), (10.7, 12.0)]


def test_nodes_are_listed_as_people_do() -> None:
    assert in_order(["k-worker10", "k-worker2", "k-control-plane"], {}) == [
        "k-control-plane",
        "k-worker2",
        "k-worker10",
    ]
    assert short_names(NODES)["kubeskeptic-worker2"] == "worker2"
    assert short_names(["alpha", "beta"]) == {"alpha": "alpha", "beta": "beta"}


def test_missed_ticks_are_told_from_gaps_that_could_hide_an_outage() -> None:
    def gap(since: float, until: float | None) -> Gap:
        return Gap("probe", "w1", "web", "", since, until, "stalled")

    assert [is_long(gap(1, 1.02)), is_long(gap(1, 1.5)), is_long(gap(1, 1.6)), is_long(gap(1, None))] == [
        False, False, True, True
    ]  # fmt: skip
