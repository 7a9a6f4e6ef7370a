"""All claims at a glance, and what a long report folds away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Measure, Verdict
from kubeskeptic.reports.html import claim as card
from kubeskeptic.reports.html.front import front
from kubeskeptic.reports.html.measured import overview, worst_share
from kubeskeptic.reports.model import Report, Section
from kubeskeptic.reports.wording import count


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


def test_a_claim_holds_where_its_asked_cases_do_and_says_how_many_were_skipped(report: Report) -> None:
    one = next(section for section in report.sections if section.verdict is Verdict.HOLDS)
    skipped, held = (replace(one.entries[0], verdict=verdict) for verdict in (Verdict.SKIPPED, Verdict.HOLDS))
    both, none = replace(one, entries=(skipped, held)), replace(one, entries=(skipped, skipped))
    assert (both.verdict, both.skipped) == (Verdict.HOLDS, "1 of 2 skipped")
    assert (none.verdict, none.skipped) == (Verdict.SKIPPED, "")
    assert "1 of 2 skipped" in str(card.claim(report, both))
    shown = str(overview(replace(report, chapters=(replace(report.chapters[0], sections=(both, none)),))))
    assert f"{one.claim.id}: holds, {count(2, 'case')}, 1 of 2 skipped" in shown


def test_that_nothing_was_violated_is_said_first(report: Report) -> None:
    assert "Nothing was violated." not in str(front(report))
    held = [one for one in report.sections if one.verdict is Verdict.HOLDS]
    fine = replace(report, chapters=(replace(report.chapters[0], sections=tuple(held)),))
    assert "Nothing was violated." in str(front(fine))


def test_a_long_report_folds_what_needs_no_attention(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    assert '<details class="whole"' not in "".join(str(card.claim(report, one)) for one in report.sections)
    monkeypatch.setattr(card, "FEW", 3)
    for one in report.sections:
        folded = 'class="whole"' in str(card.claim(report, one))
        assert folded is (one.verdict in (Verdict.HOLDS, Verdict.SKIPPED))


def test_a_folded_claim_says_whether_it_is_proven(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "FEW", 3)
    one = next(section for section in report.sections if section.proven)
    others = replace(one, entries=tuple(replace(entry, digest="other") for entry in one.entries))
    for section, ends in (
        (one, "timeline, actions<"),
        (others, "actions; proven with another version of its check<"),
        (replace(one, proofs=()), "actions; not proven<"),
    ):
        assert ends in str(card.claim(report, section))
