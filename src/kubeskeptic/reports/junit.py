"""``junit.xml``: one suite per chapter, one case per finding, with the claim's data as properties.

A violated claim is a ``failure``; an inconclusive claim is an ``error``, so that no dashboard counts it as a pass.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from kubeskeptic.findings import Verdict
from kubeskeptic.reports.model import Chapter, Entry, Report, Section
from kubeskeptic.reports.rerun import command
from kubeskeptic.reports.wording import iso, limit, measured

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Return the text of the file."""
    root = Element("testsuites", {"name": "kubeskeptic"} | _counts(report.entries))
    for chapter in report.chapters:
        _suite(root, report, chapter)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, report: Report, chapter: Chapter) -> None:
    entries = [entry for section in chapter.sections for entry in section.entries]
    suite = SubElement(root, "testsuite", {"name": _xml(chapter.title)} | _counts(entries))
    if "at" in report.run:
        suite.set("timestamp", iso(report.run["at"]))
    for section in chapter.sections:
        for entry in section.entries:
            _case(suite, report, section, entry)


def _counts(entries: list[Entry] | tuple[Entry, ...]) -> dict[str, str]:
    def many(verdict: Verdict) -> str:
        """Return how many cases have this verdict."""
        return str(sum(entry.verdict is verdict for entry in entries))

    return {
        "tests": str(len(entries)),
        "failures": many(Verdict.VIOLATED),
        "errors": many(Verdict.INCONCLUSIVE),
        "skipped": many(Verdict.SKIPPED),
        "time": f"{sum(entry.seconds or 0 for entry in entries):.3f}",
    }


def _case(suite: Element, report: Report, section: Section, entry: Entry) -> None:
    name = f"{entry.claim}[{entry.case}]" if entry.case else entry.claim
    case = SubElement(
        suite, "testcase", classname=_xml(section.claim.chapter), name=_xml(name), time=f"{entry.seconds or 0:.3f}"
    )
    listed = SubElement(case, "properties")
    for key, value in properties(section, entry).items():
        SubElement(listed, "property", name=_xml(key), value=_xml(value))
    why = _xml(entry.why)
    if entry.verdict is Verdict.VIOLATED:
        SubElement(case, "failure", message=why, type="AssertionError").text = _xml(_details(report, section, entry))
    elif entry.verdict is Verdict.INCONCLUSIVE:
        SubElement(case, "error", message=why, type="Inconclusive").text = _xml(_details(report, section, entry))
    elif entry.verdict is Verdict.SKIPPED:
        SubElement(case, "skipped", message=why)


def properties(section: Section, entry: Entry) -> dict[str, str]:
    """Return the claim, verdict and numbers of a test case, for ``<property>`` elements."""
    said = {
        "claim": entry.claim,
        "case": entry.case,
        "chapter": section.claim.chapter,
        "verdict": str(entry.verdict),
        "post": str(entry.of_post or ""),
        "states": section.claim.states,
        "scenario": entry.scenario,
        "test": entry.test,
        "proven": "no" if entry.case in section.unproven else "yes",
    }
    said |= {f"measured.{name}": measured(value) for name, value in entry.measured.items()}
    said |= {f"bound.{name}": f"{limit(bound)} ({bound.source})" for name, bound in entry.bounds.items()}
    return {key: value for key, value in said.items() if value}


def _details(report: Report, section: Section, entry: Entry) -> str:
    lines = [section.claim.states, entry.why, *entry.decisive]
    lines += [f"{name}: {measured(value)}" for name, value in entry.measured.items() if name not in entry.bounds]
    lines += [
        f"{name}: {measured(entry.measured[name]) if name in entry.measured else '–'}, {limit(bound)}, {bound.source}"
        for name, bound in entry.bounds.items()
    ]
    return "\n".join([*lines, f"run again: {command(report, entry)}"])


def _xml(text: str) -> str:
    """Return a text with the characters that XML 1.0 does not allow replaced."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
