"""docs/findings.md: what a run says about the post where it is not the whole truth."""

from __future__ import annotations

import re
import shlex

from kubeskeptic.claims import catalogue
from kubeskeptic.findings import Post, Verdict
from kubeskeptic.paths import checkout
from kubeskeptic.reports.findings_page import render
from kubeskeptic.reports.model import Report


def test_it_tells_what_qualifies_or_contradicts_the_post_with_numbers_and_a_command(report: Report) -> None:
    page = render(report)
    for section in report.sections:
        told = f"### {section.claim.id}\n" in page
        assert told is (section.post in (Post.QUALIFIED, Post.CONTRADICTS)), section.claim.id
    dies = next(one for one in report.sections if one.claim.id == "service.node-dies")
    assert dies.claim.condition in page
    assert all(entry.why in page for entry in dies.entries)
    assert "`pytest " in page


def test_the_command_below_a_claim_asks_all_of_its_numbers_again(report: Report) -> None:
    page = render(report)
    told = [one for one in report.sections if one.post in (Post.QUALIFIED, Post.CONTRADICTS)]
    held = {one.claim.id: {entry.test for entry in one.entries if entry.verdict is Verdict.HOLDS} for one in told}
    assert {len(tests) > 1 for tests in held.values()} == {True, False}
    for claim, tests in held.items():
        below = page.partition(f"### {claim}\n")[2].partition("\n### ")[0]
        (command,) = re.findall(r"^  `(.*)`$", below, re.MULTILINE)
        words = shlex.split(command)
        assert len(tests) == 1 or words[words.index("-k") + 1] == claim
        assert {test for test in tests if test in words or test.partition("::")[0] in words} == tests


def test_the_page_in_docs_says_what_the_catalogue_says_now() -> None:
    page = (checkout() / "docs" / "findings.md").read_text()
    for one in catalogue():
        if f"### {one.id}\n" in page:
            assert one.condition in page, f"{one.id}: skeptic report --findings docs/findings.md"


def test_it_links_to_the_pages_beside_it(report: Report) -> None:
    assert "runs of their own" not in render(report)
    page = render(report, {"prestop.md", "another.md"})
    assert "(prestop.md)" in page
    assert "(proxy-modes.md)" not in page
    assert "another.md" not in page
