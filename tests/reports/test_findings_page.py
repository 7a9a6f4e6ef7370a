"""docs/findings.md: what a run says about the post where it is not the whole truth."""

from __future__ import annotations

from kubeskeptic.claims import catalogue
from kubeskeptic.findings import Post
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
