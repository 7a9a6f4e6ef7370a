"""What becomes of a finding: what is written down of it, and how the test ends. One finding at a time, without an inner run."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.checks.digest import digest_of
from kubeskeptic.claims import Claim, catalogue, declare
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import Inconclusive, UnknownClaim
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.journal import Journal, Record, read
from kubeskeptic.plugin import found
from kubeskeptic.plugin.judging import Violated
from kubeskeptic.plugin.state import Judged
from kubeskeptic.scenarios import Scenario
from tests.plugin.asked import ALSO, BROKEN, ELSEWHERE, FINE, GAP, Asked, seen


def story() -> Scenario:
    declared = Scenario("services/pod_killed", "Pods go.")
    declared.act("forced")(lambda stage: None)

    @declared.sabotage("forced")
    def frozen(stage: object) -> Any:
        """The rules stay as they are."""

    return declared


# -- how the test ends --------------------------------------------------------------------------------------------------------
def test_a_test_ends_as_its_finding_says(asked: Asked) -> None:
    asked.judge()(FINE)
    with pytest.raises(Violated, match=r"service\.pod-killed \(forced\) is violated: Requests failed for 9 s\."):
        asked.judge()(BROKEN)
    with pytest.raises(Inconclusive, match="a gap"):
        asked.judge()(GAP)
    with pytest.raises(pytest.skip.Exception, match="not here"):
        asked.judge()(ELSEWHERE)


def test_a_violated_claim_is_told_with_its_test_and_its_journal(asked: Asked) -> None:
    asked.finds(FINE)
    said = asked.judge(seen()).message(BROKEN)
    assert f"journal   {asked.path}" in said
    assert "pytest test_x.py::test_it" in said
    assert "measured  failing: 9 s, allowed at most 3 s" in said


def test_a_test_about_no_claim_has_nothing_to_find(tmp_path: Path) -> None:
    with pytest.raises(UnknownClaim, match="there is no claim"):
        Asked(tmp_path, None).judge().write(GAP)


# -- of several findings ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("findings", "written"),
    [
        ((FINE, ALSO), ["None failed."]),
        ((FINE, BROKEN), ["None failed.", "Requests failed for 9 s."]),
        ((FINE, ELSEWHERE, GAP), ["None failed.", "not here", "a gap"]),
        ((GAP, ELSEWHERE, FINE), ["a gap"]),
        ((BROKEN, GAP), ["Requests failed for 9 s."]),
    ],
)
def test_a_finding_is_written_down_when_it_is_worse_than_those_before(
    asked: Asked, findings: tuple[Finding, ...], written: list[str]
) -> None:
    assert [record["why"] for record in asked.finds(*findings)] == written
    assert asked.state.judged[asked.item.nodeid].why == written[-1]


def test_a_finding_that_is_not_written_down_is_handed_back_as_it_is(asked: Asked) -> None:
    judge = asked.judge()
    assert judge.write(GAP).why == "a gap"
    assert judge.write(FINE) is FINE
    assert judge.verdict is Verdict.INCONCLUSIVE


# -- what is written down -----------------------------------------------------------------------------------------------------
def test_a_finding_is_written_with_its_claim_its_case_and_its_test(asked: Asked) -> None:
    (record,) = asked.finds(BROKEN, of=seen())
    assert (record["claim"], record["case"], record["post"]) == ("service.pod-killed", "forced", "qualified")
    assert (record["test"], record["scenario"], record["verdict"]) == (
        asked.item.nodeid, "chapter/scenario", "violated",
    )  # fmt: skip
    assert record["measured"] == {"failing": {"value": 9, "unit": "s"}}
    assert "declared" not in record
    assert asked.state.judged == {
        asked.item.nodeid: Judged("service.pod-killed", "forced", Verdict.VIOLATED, "Requests failed for 9 s.")
    }


def test_a_finding_of_a_test_without_a_recording_is_of_the_scenario_that_its_file_declares(asked: Asked) -> None:
    (record,) = asked.finds(GAP)
    assert record["scenario"] == ""
    asked.item.module = SimpleNamespace(story=story())
    assert asked.finds(GAP)[1]["scenario"] == "services/pod_killed"
    assert asked.finds(GAP, of=seen())[2]["scenario"] == "chapter/scenario"


def test_a_finding_says_which_sabotages_must_break_it_and_what_judged_it(asked: Asked) -> None:
    (bare,) = asked.finds(GAP)
    assert (bare["must_break"], bare["digest"]) == ([], "")
    asked.item.module = SimpleNamespace(story=story())
    asked.item.function = test_a_test_ends_as_its_finding_says
    whole = asked.finds(GAP)[1]
    assert whole["must_break"] == ["frozen"]
    assert whole["digest"] == digest_of(test_a_test_ends_as_its_finding_says) != ""


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Claim:
    """A claim that a test file brings along."""
    monkeypatch.setitem(declare.__globals__, "_declared", {})
    return declare(Claim("shop.sells", states="The shop sells.", broken_by=("frozen",)))


def test_a_claim_that_a_test_file_brings_along_is_written_down_with_what_it_states(tmp_path: Path, own: Claim) -> None:
    (record,) = Asked(tmp_path, Case("shop.sells", broken_by=())).finds(GAP)
    assert record["declared"] == {"states": "The shop sells.", "broken_by": ["frozen"]}
    assert (record["case"], record["post"], own in catalogue()) == ("", "", True)


def test_what_a_test_found_is_kept_for_other_reports(asked: Asked) -> None:
    assert found.report_of(asked.item) is None
    asked.finds(GAP)
    report = found.report_of(asked.item)
    assert report is not None
    assert "a gap" in str(report)


# -- where it is written ------------------------------------------------------------------------------------------------------
def test_a_test_that_never_had_the_run_writes_into_its_journal_all_the_same(asked: Asked) -> None:
    asked.judge().write(GAP)
    assert not asked.path.exists(), "there is no run"
    Journal(asked.path).close()
    asked.judge(seen()).write(GAP)
    (record,) = read(asked.path)
    assert (record["why"], record["test"], record["scenario"]) == ("a gap", asked.item.nodeid, "chapter/scenario")
    assert record["claim"] == "service.pod-killed"
    late = asked.state.late
    asked.path.with_name("result.json").touch()
    asked.judge().write(GAP)
    assert (late, asked.state.late) == (False, True)
    assert len(list(read(asked.path))) == 2


class Full(Journal):
    """A journal on a full disk."""

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:
        raise OSError("no room is left")


def test_what_cannot_be_written_down_does_not_hold_and_what_is_worse_is_told(asked: Asked) -> None:
    with closing(Full(asked.path)) as full:
        judge = asked.judge(None, full)
        kept = judge.write(FINE)
        assert (kept.verdict, kept.why, judge.verdict) == (
            Verdict.INCONCLUSIVE, "no room is left", Verdict.INCONCLUSIVE,
        )  # fmt: skip
        assert asked.state.judged[asked.item.nodeid].verdict is Verdict.INCONCLUSIVE
        report = found.report_of(asked.item)
        assert report is not None
        (entry,) = (entry for section in report.sections for entry in section.entries)
        assert entry.verdict is Verdict.INCONCLUSIVE
        for finding in (BROKEN, GAP, ELSEWHERE):
            assert asked.judge(None, full).write(finding) == finding
            assert asked.state.judged[asked.item.nodeid].why == finding.why
