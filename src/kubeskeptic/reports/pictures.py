"""A finding's timeline, ready to be drawn, and a description of it in words."""

from __future__ import annotations

from kubeskeptic.reports.drawing.scene import Scene, scene
from kubeskeptic.reports.drawing.timeline import Timeline
from kubeskeptic.reports.model import Entry, Report, Section
from kubeskeptic.reports.wording import count, length, plain


def timeline(report: Report, entry: Entry) -> Timeline | None:
    """Return the timeline of a finding; None when nothing can be drawn. It is laid out once for all formats."""
    if entry.anchor not in report.drawings:
        drawn = scene(entry, report.scenarios.get(entry.scenario))
        report.drawings[entry.anchor] = Timeline(drawn) if drawn else None
    kept: Timeline | None = report.drawings[entry.anchor]
    return kept


def picture(report: Report, section: Section, entry: Entry) -> str | None:
    """Return a finding's timeline as a standalone SVG file."""
    drawn = timeline(report, entry)
    return drawn.svg(says=in_words(section, entry, drawn.scene), standalone=True) if drawn else None


def in_words(section: Section, entry: Entry, drawn: Scene) -> str:
    """Return a description of a drawing in two sentences, as its text alternative."""
    case = f" ({plain(entry.case)})" if entry.case else ""
    outages = [outage for row in drawn.rows for outage in row.outages]
    worst = max(outages, key=lambda outage: outage.seconds, default=None)
    told = (
        f"Timeline of {section.claim.id}{case}: {length(drawn.until - drawn.since)}, {count(len(drawn.rows), 'lane')}."
    )
    if worst is None:
        return f"{told} No request failed." if drawn.rows else f"{told} API changes only."
    return f"{told} {count(len(outages), 'outage')}, the longest {length(worst.seconds)} on {worst.node}."
