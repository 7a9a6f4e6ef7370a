"""The page's text, without a browser."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from kubeskeptic.journal import Journal
from kubeskeptic.reports.building import build
from kubeskeptic.reports.html.front import front
from kubeskeptic.reports.html.markup import Markup, el
from kubeskeptic.reports.html.page import render
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.wording import NBSP, length
from kubeskeptic.reports.writing import read_report
from kubeskeptic.timeline import load


class Outline(HTMLParser):
    """Collects ids and links, and whether elements close as they opened."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.crooked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids += [said["id"] or ""] if "id" in said else []
        self.links += [said["href"] or ""] if tag == "a" else []
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crooked.append(tag)


def outline(report: Report) -> Outline:
    parsed = Outline()
    parsed.feed(render(report))
    return parsed


def test_every_element_is_closed_and_every_id_unique(report: Report) -> None:
    parsed = outline(report)
    assert parsed.crooked == []
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))


def test_every_link_leads_somewhere_in_the_page(report: Report) -> None:
    parsed = outline(report)
    assert all(link.startswith("#") for link in parsed.links)
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)


def test_every_finding_is_there_with_its_numbers(report: Report) -> None:
    text = re.sub("<[^>]+>", "", render(report))
    for entry in report.entries:
        assert entry.why.split(",")[0] in text.replace("&#x27;", "'")
    assert "GRACE 50 + MONITOR 5 + SYNC 1 + margin 2" in text
    assert "not observed: its agent died with it" in text
    assert "pytest 'suites/nodes/node_crashes.py::test_node_dies[crash]' --seed 20817" in text.replace("&#x27;", "'")


def test_what_is_violated_stands_before_everything_else(report: Report) -> None:
    page = render(report)
    assert page.index("Look at these first") < page.index('class="chapter"')
    assert page.index('href="#replicaset.count.deletion"') < page.index('class="chapter"')


def test_a_run_that_broke_off_says_so(broken_dir: Path) -> None:
    page = render(read_report(broken_dir))
    assert "This run broke off." in page
    assert "The journal ends in the middle of a line," in page


def test_an_instrument_that_saw_nothing_is_told(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.jsonl")) as journal:
        journal.write(
            "run", id="blind", nodes=["w1"], settings={"GRACE": {"value": 30, "unit": "s", "from": "default"}}
        )
        journal.write("instrument", node="w1", injected=0.5, measured=None, tick=0.02, proven=False, edges=0.0)
    page = render(read_report(tmp_path))
    assert "The instrument failed its proof." in page
    assert "not proven" in page


def test_a_run_without_findings_is_a_page_too(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.jsonl")) as journal:
        journal.write("run", id="quiet")
    page = render(build(load(journal.path), ()))
    assert "Nothing was asked" in page
    assert "No claim reached a verdict" in page


def test_text_is_escaped_wherever_it_stands() -> None:
    assert el("p", "<b>", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;</p>'
    assert el("p", Markup("<b>")) == "<p><b></p>"


def test_it_is_small(report: Report) -> None:
    assert len(render(report).encode()) < 400_000


def test_what_this_cluster_cannot_be_asked_is_not_told_as_broken_off(report: Report) -> None:
    name, recording = next(iter(report.scenarios.items()))
    off = replace(recording, broke_off="cannot run on this cluster: no NetworkPolicy", facts={})
    told = str(front(replace(report, scenarios={name: off})))
    assert "broke off.</strong> cannot run on this cluster" in told
    left = replace(off, facts={"left out": {"*": "no NetworkPolicy"}})
    assert "no NetworkPolicy" not in str(front(replace(report, scenarios={name: left})))


def test_the_page_says_how_much_the_processes_of_the_machine_waited_for_a_processor(report: Report) -> None:
    assert "waiting for a processor" not in str(front(report))
    (recording, *_) = report.scenarios.values()
    acts = {
        name: replace(act, waited=share)
        for (name, act), share in zip(recording.acts.items(), (0.2, 0.317, 0.9), strict=True)
    }
    assert len(acts) == 3
    shown = str(front(replace(report, scenarios={recording.id: replace(recording, acts=acts)})))
    assert (
        "<dt>waiting for a processor</dt><dd>32\N{NO-BREAK SPACE}% of an act, at most 90\N{NO-BREAK SPACE}%</dd>"
        in shown
    )


def facts(report: Report) -> str:
    """The facts at the top of the page."""
    return str(front(report)).partition('<dl class="facts">')[2].replace(NBSP, " ")


def test_the_facts_have_nouns(report: Report) -> None:
    first, *_ = report.scenarios.values()
    (open_,) = (recording for recording in report.scenarios.values() if recording.gaps)
    assert open_.gaps[0].until is None
    longest = length((open_.ended or 0.0) - open_.gaps[0].since).replace(NBSP, " ")
    assert f"<dt>observed</dt><dd>39 500 samples; 1 gap, of at most {longest}</dd>" in facts(report)
    took = [recording.ended - recording.started for recording in report.scenarios.values() if recording.ended]
    needs = [recording.irreducible or 0.0 for recording in report.scenarios.values()]
    told = f"{length(sum(took))}, of which Kubernetes needs {length(sum(needs))}".replace(NBSP, " ")
    assert f"<dt>duration</dt><dd>{told}</dd>" in facts(report)
    seamless = replace(report, scenarios={first.id: replace(first, gaps=[], irreducible=None)})
    assert " samples; 0 gaps</dd>" in facts(seamless)
    assert f"<dt>duration</dt><dd>{length(took[0])}</dd>".replace(NBSP, " ") in facts(seamless)


def test_the_chips_count_cases(report: Report) -> None:
    shown = str(front(report))
    for many, words in ((10, "cases hold"), (1, "case violated"), (2, "cases inconclusive"), (1, "case skipped")):
        assert f"<b>{many}</b> {words}</button>" in shown
    assert '<span class="label">the post, by case</span>' in shown


def test_scenarios_are_named_as_they_are_typed(report: Report) -> None:
    page = render(report)
    assert "services/pod_killed" in page
    assert "services/pod killed" not in page
    off = replace(report.scenarios["services/pod_killed"], broke_off="the node is gone", facts={})
    assert "<strong>services/pod_killed broke off.</strong>" in str(front(replace(report, scenarios={off.id: off})))
