"""All claims at a glance, and what a long report folds away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Measure, Verdict
from kubeskeptic.reports.html import claim as card
from kubeskeptic.reports.html.overview import overview, worst_share
from kubeskeptic.reports.model import Report, Section


def section_of(report: Report, id_: str) -> Section:
    return next(one for one in report.sections if one.claim.id == id_)


def test_each_claim_is_a_tile_in_its_chapter(report: Report) -> None:
    shown = str(overview(report))
    assert shown.count('class="tile ') == len(report.sections)
    assert all(f'href="#{one.claim.id}"' in shown for one in report.sections)
    assert shown.index("Control loops") < shown.index("service.stable")


def test_a_tile_tells_the_case_that_came_closest_to_its_bound(report: Report) -> None:
    one = section_of(report, "service.pod-killed")
    cases = [
        replace(one.entries[0], measured={"lost": Measure(value, unit)}, bounds={"lost": Bound(limit, unit, "test")})
        for value, limit, unit in ((1, 4, "s"), (3, 4, "s"), (1, 1, "addresses"))
    ]
    assert worst_share(replace(one, entries=tuple(cases))) == 0.75
    assert worst_share(replace(one, entries=tuple(cases[2:]))) is None


def test_a_long_report_folds_what_needs_no_attention(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    assert '<details class="whole"' not in "".join(str(card.claim(report, one)) for one in report.sections)
    monkeypatch.setattr(card, "FEW", 3)
    for one in report.sections:
        folded = 'class="whole"' in str(card.claim(report, one))
        assert folded is (one.verdict in (Verdict.HOLDS, Verdict.SKIPPED))
