"""What a finding says beside its own reason: why its scenario broke off, and which endpoints no pod stands behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kubeskeptic.findings import Finding, inconclusive, skipped
from kubeskeptic.timeline import Change
from tests.plugin.asked import BROKEN, ELSEWHERE, FINE, GAP, Asked, seen

WRITTEN_BY_HAND = Change(
    2.0, "ADDED", "EndpointSlice", {"metadata": {"name": "x", "uid": "x"}, "endpoints": [{"addresses": ["10.0.0.9"]}]}
)
"""Endpoints that no pod stands behind."""


# -- a scenario that broke off ------------------------------------------------------------------------------------------------
def test_the_first_case_of_a_scenario_that_broke_off_says_why_and_the_others_refer_to_it(tmp_path: Path) -> None:
    first, second = Asked(tmp_path), Asked(tmp_path, nodeid="test_x.py::test_other")
    second.item.config = first.item.config
    broke = seen(broke_off="no quota was left")
    for _ in range(2):
        assert first.judge(broke).write(GAP).why == "chapter/scenario broke off: no quota was left"
        assert second.judge(broke).write(GAP).why == (
            "chapter/scenario broke off before this was observed; see test_x.py::test_it for the reason"
        )
    assert first.state.judged[second.item.nodeid].why.endswith("see test_x.py::test_it for the reason")


def test_what_was_seen_before_a_scenario_broke_off_is_told_in_its_own_words(asked: Asked) -> None:
    broke = seen(broke_off="no quota was left")
    for finding in (BROKEN, FINE, ELSEWHERE):
        assert asked.judge(broke).write(finding).why == finding.why
    for whole in (seen(), None):
        assert asked.judge(whole).write(GAP).why == "a gap"
    assert asked.state.broken == {}


# -- endpoints without a pod --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("finding", [BROKEN, GAP])
def test_a_finding_that_is_no_pass_names_the_endpoints_that_no_pod_stands_behind(
    asked: Asked, finding: Finding
) -> None:
    told = asked.judge(seen(WRITTEN_BY_HAND)).write(finding).why
    assert told.startswith(f"{finding.why} EndpointSlice x of service none")
    assert told.endswith("contains 10.0.0.9, which no pod has.")
    assert asked.judge(seen()).write(finding).why == finding.why
    assert asked.judge().write(finding).why == finding.why


@pytest.mark.parametrize(
    "finding",
    [FINE, replace(FINE, probes=("web",)), skipped("not here", probes=("web",)), inconclusive("a gap")],
)
def test_a_finding_that_asked_nothing_or_holds_does_not(asked: Asked, finding: Finding) -> None:
    assert asked.judge(seen(WRITTEN_BY_HAND)).write(finding).why == finding.why
