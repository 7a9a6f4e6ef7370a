"""What becomes of a finding: what is written down of it, and how the test ends. One finding at a time, without an inner run."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.digest import digest_of
from kubeskeptic.claims import Claim, catalogue, declare
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import Inconclusive, UnknownClaim
from kubeskeptic.findings import Finding, Measure, Verdict, inconclusive, skipped
from kubeskeptic.journal import Journal, Record, read
from kubeskeptic.plugin import found
from kubeskeptic.plugin.judging import Judge, Violated
from kubeskeptic.plugin.state import STATE, Judged, SessionState
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.scenarios import Scenario
from kubeskeptic.timeline import Change, Recording
from tests.drawn import recording

FORCED = Case("service.pod-killed", "forced", ("forced",), broken_by=("frozen",))
NONE = {"failed": Measure(0, "requests")}, {"failed": Bound(0, "requests", "none may")}
FINE, ALSO = Finding(Verdict.HOLDS, "None failed.", *NONE), Finding(Verdict.HOLDS, "None failed again.", *NONE)
NINE = {"failing": Measure(9, "s")}, {"failing": Bound(3, "s", "SYNC 1 + margin 2")}
BROKEN = Finding(Verdict.VIOLATED, "Requests failed for 9 s.", *NINE, probes=("web",))
GAP, ELSEWHERE = inconclusive("a gap", probes=("web",)), skipped("not here")
WRITTEN_BY_HAND = Change(
    2.0, "ADDED", "EndpointSlice", {"metadata": {"name": "x", "uid": "x"}, "endpoints": [{"addresses": ["10.0.0.9"]}]}
)
"""Endpoints that no pod stands behind."""


def seen(*changes: Change, **more: Any) -> Recording:
    return recording(*changes, **more)


def story() -> Scenario:
    declared = Scenario("services/pod_killed", "Pods go.")
    declared.act("forced")(lambda stage: None)

    @declared.sabotage("forced")
    def frozen(stage: object) -> Any:
        """The rules stay as they are."""

    return declared


class Asked:
    """One test about a claim, its run's folder, and what is written into the journal of it."""

    def __init__(self, folder: Path, case: Case | None = FORCED, *, nodeid: str = "test_x.py::test_it") -> None:
        self.state = SessionState(RunOptions(reports=folder, id="r1"), replay=None)
        self.state.options.folder.mkdir(exist_ok=True)
        self.path = self.state.options.folder / "journal.jsonl"
        self.item: Any = SimpleNamespace(
            nodeid=nodeid, stash=pytest.Stash(), config=SimpleNamespace(stash=pytest.Stash()),
            get_closest_marker=lambda name: SimpleNamespace(args=(case,), kwargs={}) if case else None,
        )  # fmt: skip
        self.item.config.stash[STATE] = self.state

    def judge(self, of: Recording | None = None, journal: Journal | None = None) -> Judge:
        return Judge(cast(pytest.Item, self.item), of, journal)

    def finds(self, *findings: Finding, of: Recording | None = None) -> list[Record]:
        """The records of findings that a test passes on one after the other, as of a run that goes on."""
        with closing(Journal(self.path)) as journal:
            judge = self.judge(of, journal)
            for finding in findings:
                with suppress(Violated, Inconclusive, pytest.skip.Exception):
                    judge(finding)
        return list(read(self.path))


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


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


def test_a_test_about_no_claim_has_nothing_to_find(tmp_path: Path) -> None:
    with pytest.raises(UnknownClaim, match="there is no claim"):
        Asked(tmp_path, None).judge().write(GAP)
