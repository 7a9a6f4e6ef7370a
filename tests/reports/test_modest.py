"""A report says no more than what was found: about the post, in its headline, and about the cluster it left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.claims import catalogue, claim
from kubeskeptic.findings import Post, Verdict
from kubeskeptic.journal import Journal
from kubeskeptic.reports import summary
from kubeskeptic.reports.building import build
from kubeskeptic.reports.html import page
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.result_json import document
from kubeskeptic.timeline import load

from .schemas import errors

HOLDS, VIOLATED, INCONCLUSIVE, SKIPPED = Verdict.HOLDS, Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.SKIPPED


def reported(folder: Path, *verdicts: Verdict, **ended: Any) -> Report:
    """The report of a run in which one claim, which we expect to be qualified, was asked in as many cases."""
    journal = Journal(folder / "journal.jsonl")
    journal.write("run", id="r", context="kind-c")
    for number, verdict in enumerate(verdicts):
        journal.write(
            "finding", scenario="s", test=f"t{number}", claim="service.pod-killed", case=f"c{number}", why="because",
            verdict=str(verdict), post=str(claim("service.pod-killed").post),
        )  # fmt: skip
    journal.write("run-ended", **{"clean": True, **ended})
    journal.close()
    return build(load(folder / "journal.jsonl"), catalogue())


def test_only_a_case_that_holds_says_something_about_the_post(tmp_path: Path) -> None:
    result = document(reported(tmp_path, HOLDS, VIOLATED, INCONCLUSIVE, SKIPPED))
    assert [one["post"] for one in result["claims"]] == ["qualified", None, None, None]
    assert errors(result) == []


@pytest.mark.parametrize(
    ("verdicts", "post"),
    [
        ((HOLDS, HOLDS), Post.QUALIFIED),
        ((HOLDS, SKIPPED), Post.QUALIFIED),
        ((HOLDS, VIOLATED), None),
        ((HOLDS, INCONCLUSIVE), None),
        ((SKIPPED, SKIPPED), None),
    ],
)
def test_a_claim_says_something_about_the_post_when_none_of_its_cases_failed_to_hold(
    tmp_path: Path, verdicts: tuple[Verdict, ...], post: Post | None
) -> None:
    report = reported(tmp_path, *verdicts)
    assert report.sections[0].post is post
    assert ("<strong>is qualified.</strong>" in page.render(report)) is (post is not None)


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        ((), "Nothing was asked"),
        ((HOLDS, SKIPPED), "What held"),
        ((HOLDS, VIOLATED), "What held, and what did not"),
        ((HOLDS, INCONCLUSIVE), "What held, and what is inconclusive"),
        ((HOLDS, VIOLATED, INCONCLUSIVE), "What held, what did not, and what is inconclusive"),
        ((VIOLATED,), "What did not hold"),
        ((VIOLATED, INCONCLUSIVE), "What did not hold, and what is inconclusive"),
        ((INCONCLUSIVE, SKIPPED), "Nothing could be concluded"),
        ((SKIPPED,), "Nothing could be asked here"),
    ],
)
def test_the_headline_claims_no_more_than_was_found(
    tmp_path: Path, verdicts: tuple[Verdict, ...], headline: str
) -> None:
    report = reported(tmp_path, *verdicts)
    assert summary.render(report).startswith(f"# {headline}\n")
    assert f'<p class="about">Claims about Kubernetes</p><h1>{headline}</h1>' in page.render(report)
    assert f"<title>{headline} · Claims about Kubernetes · r</title>" in page.render(report)


@pytest.mark.parametrize(
    ("clean", "dirty", "unlooked"), [(True, False, False), (False, True, False), (None, False, True)]
)
def test_a_cluster_that_nobody_looked_at_is_not_called_dirty(
    tmp_path: Path, clean: bool | None, dirty: bool, unlooked: bool
) -> None:
    report = reported(tmp_path, HOLDS, clean=clean, why="a table is left: password=hunter2-hunter2")
    for text in (summary.render(report), page.render(report)):
        assert ("a table is left" in text) is (clean is not True)
        assert ("The cluster was left dirty" in text) is dirty
        assert ("It was not checked whether the cluster was left clean" in text) is unlooked
        assert "hunter2" not in text
    assert document(report)["run"]["clean"] is clean
