"""What clients saw while something else changed the cluster: targets by nodes, then each outage with the step that ran."""

from __future__ import annotations

from datetime import UTC, datetime

from kubeskeptic.reports.disruption import Disruption, disruption, outcomes, total
from kubeskeptic.reports.html.followed import heat, in_seconds
from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.wording import NBSP, count

_TITLE = "What clients saw meanwhile"


def disrupted(report: Report) -> Markup | None:
    """Return the section; None for a run without an upgrade or a watched command."""
    found = [one for recording in report.scenarios.values() if (one := disruption(report.id, recording))]
    return join(*(_section(report, one) for one in found)) if found else None


def _section(report: Report, found: Disruption) -> Markup:
    nodes = list(dict.fromkeys(node for _, node in found.asked))
    short = {node: node.removeprefix(f"{report.name.removeprefix('kind-')}-") for node in nodes}
    head = el("tr", *(el("th", text, scope="col") for text in ("target", *short.values())))
    rows = (_target(found, target, nodes) for target in dict.fromkeys(target for target, _ in found.asked))
    says = (
        "Total seconds in which a target did not answer a node: the longer, the stronger the colour. The small number is the "
        "longest single outage. A dot: no request failed."
    )
    return el(
        "section", el("h2", _TITLE), el("p", says, class_="note"),
        _table("targets by nodes", el("thead", head), el("tbody", *rows)),
        _folded(count(len(found.seen), "outage"), _outages(found, short)) if found.seen else None,
        _folded(count(len(found.steps), "step"), _steps(found)) if found.steps else None,
        class_="followed", aria_label=_TITLE,
    )  # fmt: skip


def _target(found: Disruption, target: str, nodes: list[str]) -> Markup:
    every = el("small", f"every {found.periods[target] * 1000:.0f}{NBSP}ms")
    cells = (_cell(found, target, node) for node in nodes)
    return el("tr", el("th", target, every, scope="row"), *cells)


def _cell(found: Disruption, target: str, node: str) -> Markup:
    if (target, node) not in found.asked:
        return el("td", "not asked", class_="away")
    one = total(found, target, node)
    told = f"{count(one['outages'], 'outage')}, {count(one['failed'], 'failed request')}"
    if not one["outages"]:
        return el("td", "·", title=told)
    shown = join(el("b", in_seconds(one["seconds"])), el("small", in_seconds(one["longest"])))
    return el("td", shown, title=told, style=f"--heat:{heat(one['seconds']):.0f}%")


def _outages(found: Disruption, short: dict[str, str]) -> Markup:
    head = el("tr", *(el("th", text, scope="col") for text in ("when (UTC)", "after", "target", "node", "how long",
                                                              "outcomes", "step")))  # fmt: skip
    rows = []
    for outage, steps in sorted(found.seen, key=lambda pair: pair[0].start):
        clock = datetime.fromtimestamp(outage.start, UTC).strftime("%H:%M:%S.%f")[:-3]
        long = in_seconds(outage.seconds) + (", still open at the end" if outage.open else "")
        told = (f"+{outage.start - found.since:.1f}{NBSP}s", outage.probe, short[outage.node], long, outcomes(outage))
        rows.append(el("tr", el("td", clock), *(el("td", text) for text in told), el("td", ", ".join(steps))))
    return _table("outages", el("thead", head), el("tbody", *rows))


def _steps(found: Disruption) -> Markup:
    head = el("tr", *(el("th", text, scope="col") for text in ("step", "began", "took")))
    rows = (
        el("tr", el("td", step.name), el("td", f"+{step.start - found.since:.1f}{NBSP}s"),
           el("td", f"{step.end - step.start:.1f}{NBSP}s" if step.finished else "not finished"))
        for step in found.steps
    )  # fmt: skip
    return _table("steps", el("thead", head), el("tbody", *rows))


def _folded(summary: str, table: Markup) -> Markup:
    return el("details", el("summary", summary), table)


def _table(what: str, head: Markup, body: Markup) -> Markup:
    whole = el("table", head, body)
    return el("div", whole, class_="scroll", tabindex="0", role="group", aria_label=f"Table: {what}")
