"""``docs/findings.md``: what is true of Kubernetes where the post is not the whole truth, with numbers and commands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from kubeskeptic.counting import counted
from kubeskeptic.findings import Post, Verdict
from kubeskeptic.reports.grades import MEANING, OUTDATED, GradedCase, GradedStep, grades
from kubeskeptic.reports.model import Entry, Report, Section
from kubeskeptic.reports.rerun import of_entries
from kubeskeptic.reports.wording import plain, quoted

_TELLING = (Post.QUALIFIED, Post.CONTRADICTS)
_APART = {
    "prestop.md": "what a preStop delay is worth while pods are replaced",
    "proxy-modes.md": "kube-proxy in iptables and in nftables mode, a whole run in each",
    "upgrades.md": "what clients see while a cluster is upgraded",
    "noise.md": "how much each number varies while nothing changes",
}
"""Pages about other measurements, by file name."""


def render(report: Report, beside: Collection[str] = ()) -> str:
    """Return the page of a run: the claims that hold and qualify or contradict the post, in the post's order.

    :param beside: names of the files in the page's folder, to which it may link
    """
    run = report.run
    nodes = run.get("nodes") or ()
    lines = [
        "# What is true of Kubernetes where the post is not the whole truth",
        "",
        f"Measured on a cluster of {counted(len(nodes), 'node')}, Kubernetes {run.get('kubernetes') or '?'}, in run "
        f"{report.id}. Written by `skeptic report --findings docs/findings.md`; each number is of that one run, "
        "and the command below a claim measures its numbers again.",
    ]
    for chapter in report.chapters:
        told = [section for section in chapter.sections if section.post in _TELLING]
        if told:
            lines += ["", f"## {chapter.title}"]
        for section in told:
            lines += _finding(report, section)
    lines += _graded(report)
    apart = [f"- [{what}]({name})" for name, what in _APART.items() if name in beside]
    lines += ["", "## Measured in runs of their own", "", *apart] if apart else []
    return "\n".join([*lines, ""])


def _graded(report: Report) -> Iterator[str]:
    """Yield the table of what the bounds can detect; nothing when no case of the run has grades."""
    shown = report.graded
    found = [one for one, _ in shown]
    if not found:
        return
    steps = grades(found)
    yield ""
    yield "## What the bounds can detect"
    yield ""
    runs = _runs(found)
    yield (
        "Some cases whose bound is a duration were also asked under a sabotage that was lifted meanwhile: only those below, "
        f"under {' and '.join(dict.fromkeys(one.sabotage for one in found))}. {MEANING} "
        f"Measured by `skeptic prove --graded`, in {'runs' if len(runs) > 1 else 'run'} {', '.join(runs)}."
    )
    yield ""
    yield f"| case | bound | {' | '.join(f'{one:g} s' for one in steps)} | detected from |"
    yield f"|---|---|{'---|' * len(steps)}---|"
    for one, entry in shown:
        cells = " | ".join(_cell(one.step(seconds)) for seconds in steps)
        note = f", {OUTDATED}" if one.outdated(entry.digest) else ""
        yield f"| {plain(one.name)}, {one.sabotage}{note} | {one.allowed} | {cells} | {one.tells} |"


def _cell(step: GradedStep | None) -> str:
    return ", ".join(filter(None, (step.told, step.lasted))) if step else "–"


def _runs(found: Sequence[GradedCase]) -> list[str]:
    return sorted({run for one in found for run in one.runs})


def _finding(report: Report, section: Section) -> Iterator[str]:
    one = section.claim
    yield ""
    yield f"### {one.id}"
    yield ""
    yield f"> {quoted(one.says)}"
    yield ""
    yield f"**The post is {'contradicted' if section.post is Post.CONTRADICTS else 'qualified'}.** {one.condition}"
    yield ""
    held = [entry for entry in section.entries if entry.verdict is Verdict.HOLDS]
    yield from (f"- {_told(entry)}" for entry in held)
    yield ""
    yield f"  `{of_entries(report, held)}`"


def _told(entry: Entry) -> str:
    return f"*{plain(entry.case)}*: {entry.why}" if entry.case else entry.why
