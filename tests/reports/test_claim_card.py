"""A claim's card: its statement, what was found, and the tables of its outages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Measure, Verdict
from kubeskeptic.reports.html import claim as card
from kubeskeptic.reports.html.statement import statement
from kubeskeptic.reports.model import Entry, Report, Section
from kubeskeptic.reports.wording import NBSP

GRACE = {"value": 50.0, "unit": "s", "from": "default of v1.37"}
SYNC = {"value": 2.0, "unit": "s", "from": "the <kubelet>", "per_node": {"a": 1.0, "b": 2.0}}
SETTINGS = {"GRACE": GRACE, "SYNC": SYNC, "SYN": GRACE}
EXPLAINED = f'<abbr title="GRACE, 50{NBSP}s: default of v1.37">GRACE</abbr>'


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ("within GRACE + 2 GRACE.", f"within {EXPLAINED} + 2 {EXPLAINED}."),
        ("GRACES, DISGRACE and GRACE_MAX < 1", "GRACES, DISGRACE and GRACE_MAX &lt; 1"),
        ("a SYN", f'a <abbr title="SYN, 50{NBSP}s: default of v1.37">SYN</abbr>'),
        ("at once", "at once"),
    ],
)
def test_a_statement_explains_the_settings_of_the_run(states: str, shown: str) -> None:
    assert statement(states, SETTINGS) == shown


def test_a_setting_that_differs_between_nodes_is_explained_for_each() -> None:
    said = f"SYNC, 1{NBSP}s on a, 2{NBSP}s on b: the &lt;kubelet&gt;"
    assert statement("SYNC", SETTINGS) == f'<abbr title="{said}">SYNC</abbr>'


def test_without_settings_a_statement_is_only_text() -> None:
    assert statement("GRACE < 1", {}) == "GRACE &lt; 1"


def test_a_card_explains_settings(report: Report) -> None:
    (section, *_) = report.sections
    told = replace(section, claim=replace(section.claim, states="Within GRACE."))
    assert "<dd>Within <abbr title=" in str(card.claim(report, told))
    assert "<dd>Within GRACE.</dd>" in str(card.claim(replace(report, run={**report.run, "settings": {}}), told))


@pytest.fixture
def section(report: Report) -> Section:
    """A claim that holds in three cases and was skipped in a fourth."""
    one = next(section for section in report.sections if section.claim.id == "service.pod-killed")
    cases = [replace(one.entries[0], case=f"case_{at}", verdict=Verdict.HOLDS, why=f"why {at}") for at in range(4)]
    return replace(one, entries=(*cases[:3], replace(cases[3], verdict=Verdict.SKIPPED)))


def measured(entry: Entry, seconds: float) -> Entry:
    return replace(entry, measured={"lost": Measure(seconds, "s")}, bounds={"lost": Bound(4, "s", "test")})


def test_a_folded_claim_says_which_case_it_shows(
    report: Report, section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "FEW", 3)
    *asked, skipped = section.entries
    worst = tuple(measured(entry, seconds) for entry, seconds in zip(asked, (1, 3, 2), strict=True))
    bare = tuple(replace(entry, measured={}, bounds={}) for entry in asked)
    for entries, label, said in (
        ((*worst, skipped), f"found, worst of 3{NBSP}cases", "case 1: why 1"),
        ((*bare, skipped), f"found, one of 3{NBSP}cases", "case 0: why 0"),
        ((worst[1], skipped), "found", "case 1: why 1"),
        ((worst[1],), "found", "why 1"),
    ):
        assert f"<dt>{label}</dt><dd>{said}</dd>" in str(card.claim(report, replace(section, entries=entries)))


def test_outages_that_include_stale_conntrack_entries_say_so(report: Report) -> None:
    dies = next(section for section in report.sections if section.claim.id == "service.node-dies")
    crash = next(entry for entry in dies.entries if entry.case == "crash")
    said = "Failures by stale conntrack entries are included; bounds count them separately."
    for many, told in ((7, True), (0, False), (None, False)):
        found = {} if many is None else {"failed by stale conntrack": Measure(many, "requests")}
        shown = str(card.claim(report, replace(dies, entries=(replace(crash, measured={**found}),))))
        assert "Outages: failures less than a second apart count as one" in shown
        assert (said in shown) is told
