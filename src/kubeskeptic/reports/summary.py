"""``summary.md``: the report for a job's summary page.

GitHub discards a summary over 1024 KiB entirely, so this one stays far below that and states how much it left out.
"""

from __future__ import annotations

from kubeskeptic.counting import counted
from kubeskeptic.findings import Verdict
from kubeskeptic.reports.by_node import apart
from kubeskeptic.reports.drawing.scene import scene
from kubeskeptic.reports.headline import headline
from kubeskeptic.reports.model import WORST_FIRST, Entry, Report, Section
from kubeskeptic.reports.rerun import command
from kubeskeptic.reports.wording import (
    OTHERWISE_PROVEN,
    POST_SAYS,
    SYMBOL,
    count,
    damaged,
    length,
    limit,
    measured,
    moment,
    plain,
    standstills_told,
    to_the_second,
    what_is_left,
)

MOST_BYTES = 256 * 1024
"""A quarter of GitHub's limit, as several steps of a job may write to one summary."""


def render(report: Report) -> str:
    """Return the text of the file."""
    lines = [*_head(report), *_bad(report), *_table(report), *_foot(report)]
    return _fitting(lines)


def _fitting(lines: list[str]) -> str:
    """Return all lines that fit, and the number of those that did not."""
    kept: list[str] = []
    room = MOST_BYTES - 200
    for at, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            return "\n".join(
                [*kept, "", f"_{count(len(lines) - at, 'more line')} left out here; index.html has everything._", ""]
            )
        kept.append(line)
    return "\n".join([*kept, ""])


def _head(report: Report) -> list[str]:
    run = report.run
    counts = [f"{SYMBOL[v]} {report.verdicts[v]} {v}" for v in WORST_FIRST if report.verdicts[v]]
    proven, otherwise = report.proven
    lines = [
        f"# {headline(report)}",
        "",
        f"{_md(report.name)} · Kubernetes {_md(str(run.get('kubernetes') or '?'))} · "
        + (f"kubelets: {_md(kubelets)} · " if (kubelets := apart(run)) else "")
        + (f"{moment(run['at'])} UTC · " if "at" in run else "")
        + f"seed {_md(str(run.get('seed')))} · run {_md(report.id)}",
        "",
        "**" + (" · ".join(counts) or "no finding") + "**"
        + f" · {proven} of {counted(len(report.sections), 'claim')} proven able to fail{otherwise}"
        + (f" · {count(len(report.unasked), 'case')} of the suites not asked" if report.unasked else ""),
    ]  # fmt: skip
    if report.broken_off:
        lines += ["", "> **This run broke off.** This report shows what its journal had recorded until then."]
    if report.damage:
        head, _, what = damaged(report.damage).partition(": ")
        left = f"{_md(what)}. What is missing is not known; {what_is_left()}."
        lines += ["", f"> **{head.capitalize()}:** {left}"]
    for one in report.sabotages:
        lines += ["", f"> **Sabotaged on purpose:** {_md(str(one.get('says') or one.get('id')))}"]
    if report.clean is False:
        lines += ["", f"> **The cluster was left dirty**: run `skeptic cleanup`. {_md(report.unclean)}".rstrip()]
    if report.unlooked:
        ask = f"run `skeptic status`. {_md(report.unclean)}".rstrip()
        lines += ["", f"> **It was not checked whether the cluster was left clean**: {ask}"]
    return [*lines, ""]


def _bad(report: Report) -> list[str]:
    lines = []
    for verdict, title in ((Verdict.VIOLATED, "Violated"), (Verdict.INCONCLUSIVE, "Inconclusive")):
        for section in report.sections:
            for entry in section.entries:
                if entry.verdict is verdict:
                    lines += _details(report, section, entry, title)
    return lines


def _details(report: Report, section: Section, entry: Entry, title: str) -> list[str]:
    lines = [
        f"### {SYMBOL[entry.verdict]} {title}: `{_name(entry)}`",
        "",
        _md(section.claim.states),
        "",
        _md(entry.why),
        "",
    ]
    lines += [f"- {_md(_compared(entry, name))}" for name in entry.measured]
    lines += [f"- {_md(line)}" for line in entry.decisive]
    lines += [f"- nodes: {_md(', '.join(entry.nodes))}"] if entry.nodes else []
    lines += _faults(report, entry)
    return [*lines, "", "```", command(report, entry).replace("```", "'''"), "```", ""]


def _faults(report: Report, entry: Entry) -> list[str]:
    """Return the faults of a finding, each with its time."""
    drawn = scene(entry, report.scenarios.get(entry.scenario))
    faults = drawn.faults if drawn else ()
    return [f"- fault, {to_the_second(fault.applied)} UTC: {_md(fault.says)}" for fault in faults]


def _compared(entry: Entry, name: str) -> str:
    bound = entry.bounds.get(name)
    against = f", {limit(bound)} ({bound.source})" if bound else ""
    return f"{plain(name)}: {measured(entry.measured[name])}{against}"


def _table(report: Report) -> list[str]:
    lines = []
    for chapter in report.chapters:
        lines += [
            f"## {_md(chapter.title)}",
            "",
            "| | claim | measured | what was found | the post |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(section, entry) for section in chapter.sections for entry in section.entries]
        lines.append("")
    return lines


def _row(section: Section, entry: Entry) -> str:
    numbers = "; ".join(_compared(entry, name).partition(" (")[0] for name in list(entry.measured)[:3])
    post = POST_SAYS[entry.of_post].removeprefix("The post ").removeprefix("is ") if entry.of_post else "–"
    lacking = OTHERWISE_PROVEN if entry.case in section.proven_by_others else "not proven yet"
    proven = f" *({lacking})*" if entry.case in section.unproven else ""
    cells = [
        f"{SYMBOL[entry.verdict]} {entry.verdict}",
        f"`{_name(entry)}`{proven}",
        _md(numbers) or "–",
        _md(entry.why),
        post,
    ]
    return "| " + " | ".join(cells) + " |"


def _foot(report: Report) -> list[str]:
    lag = "–" if report.tick_lag_p99 is None else f"{report.tick_lag_p99 * 1000:.1f} ms"
    lines = [
        f"{count(report.samples, 'sample')}, {count(report.gaps, 'gap')}; 99 of 100 requests were sent less than {lag} late.",
        *([standstills_told(report.standstills)] if report.standstills else []),
        "",
    ]
    for recording in report.scenarios.values():
        took = recording.ended - recording.started if recording.ended else None
        lines.append(f"- {_md(recording.id)}: {length(took)}, irreducible {length(recording.irreducible)}")
    evidence = "The evidence is `journal.jsonl` in the folder of this file"
    judged = "`pytest --replay=FOLDER` judges it again, without a cluster."
    return [*lines, "", "To run it again:", "", "```", command(report), "```", "", f"{evidence}; {judged}"]


def _name(entry: Entry) -> str:
    name = f"{entry.claim} · {plain(entry.case)}" if entry.case else entry.claim
    return name.replace("`", "'").replace("|", "¦")


def _md(text: str) -> str:
    """Return a text escaped for Markdown, including tables, on one line."""
    flat = " ".join(text.split())
    for sign in "\\`*_[]<>|#":
        flat = flat.replace(sign, f"\\{sign}" if sign not in "<>" else {"<": "&lt;", ">": "&gt;"}[sign])
    return flat
