"""One claim: the post's words, our statement with its verdict, the findings, and the evidence for them."""

from __future__ import annotations

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.findings import Verdict
from kubeskeptic.reports.drawing.lanes import is_long
from kubeskeptic.reports.drawing.scene import LaneRow
from kubeskeptic.reports.drawing.timeline import WIDTH, Timeline, in_words, timeline_of
from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.html.measured import bars, used_up
from kubeskeptic.reports.html.sabotages import proofs
from kubeskeptic.reports.html.statement import statement
from kubeskeptic.reports.html.tables import event_table, fault_steps, outage_tables
from kubeskeptic.reports.html.truth import truth_fold
from kubeskeptic.reports.model import Entry, Report, Section
from kubeskeptic.reports.rerun import command
from kubeskeptic.reports.wording import OTHERWISE_PROVEN, POST_SAYS, SYMBOL, count, number, plain, quantity, quoted
from kubeskeptic.timeline.recording import Taken

FEW = 12
"""A report with at most this many claims shows each of them in full."""
_CALM = (Verdict.HOLDS, Verdict.SKIPPED)


def claim(report: Report, section: Section) -> Markup:
    """Return the article of one claim with all its cases."""
    one = section.claim
    single = section.entries[0] if len(section.entries) == 1 else None
    heading = quoted(one.says) if one.says else one.id
    case = f" · {plain(single.case)}" if single and single.case else None
    return el(
        "article",
        el(
            "header",
            el("p", el("a", one.id, href=f"#{one.id}"), case, class_="id"),
            class_="top",
        ),
        el("h3", heading, id=f"h-{one.id}"),
        el(
            "dl",
            _said(verdict(section.verdict), statement(one.states or "–", report.run.get("settings", {})), "states"),
            _said("cases", section.skipped, "skipped"),
            _said("found", single.why, "why") if single else _found(report, section),
            _said("the post", _post(section), "post"),
            class_="said",
        ),
        _folded(report, section) if _folds_away(report, section) else _whole(report, section),
        id=one.id,
        class_=f"claim v-{section.verdict}",
        tabindex="-1",
        aria_labelledby=f"h-{one.id}",
    )


def _whole(report: Report, section: Section) -> Markup:
    alone = len(section.entries) == 1
    return join(*(_case(report, section, entry, alone=alone) for entry in section.entries), proofs(section))


def _found(report: Report, section: Section) -> Markup | None:
    """Return the finding of the case closest to its bound, for a collapsed claim; None when the claim is not collapsed."""
    if not _folds_away(report, section):
        return None
    asked = [entry for entry in section.entries if entry.verdict is not Verdict.SKIPPED] or section.entries
    closest = max(asked, key=lambda entry: used_up(entry) or 0.0)
    which = "one" if used_up(closest) is None else "worst"
    label = "found" if len(asked) == 1 else f"found, {which} of {count(len(asked), 'case')}"
    return _said(label, f"{plain(closest.case)}: {closest.why}" if closest.case else closest.why, "why")


def _folds_away(report: Report, section: Section) -> bool:
    return len(report.sections) > FEW and section.verdict in _CALM


def _folded(report: Report, section: Section) -> Markup:
    """Return a claim that needs no attention in collapsed form."""
    proven = "" if section.proven else f"; {OTHERWISE_PROVEN}" if section.proven_otherwise else "; not proven"
    shown = f"{count(len(section.entries), 'case')}: measurements, timeline, actions{proven}"
    return el("details", el("summary", shown), _whole(report, section), class_="whole")


def verdict(which: Verdict) -> Markup:
    """Return a verdict as sign and word; the colour is only an aid."""
    return el("span", el("span", SYMBOL[which], aria_hidden="true"), f" {which}", class_=f"verdict {which}")


def _said(label: str | Markup, what: str | Markup | None, style: str) -> Markup | None:
    return el("div", el("dt", label), el("dd", what), class_=style) if what else None


def _post(section: Section) -> Markup | None:
    if section.post is None:
        return None
    says = POST_SAYS[section.post].removeprefix("The post ")
    condition = section.claim.condition if section.post == section.claim.post else ""
    return join(el("strong", f"{says}."), f" {condition}" if condition else None)


def _case(report: Report, section: Section, entry: Entry, *, alone: bool) -> Markup:
    drawn = timeline_of(report, entry)
    title = plain(entry.case) or entry.scenario or entry.test
    header = el("header", el("h4", el("a", title, href=f"#{entry.anchor}")), verdict(entry.verdict), class_="top")
    return el(
        "section",
        None if alone else header,
        None if alone else el("p", entry.why, class_="why"),
        bars(entry),
        _figure(section, entry, drawn) if drawn else None,
        _decisive(entry),
        _folds(entry, drawn),
        truth_fold(report.scenarios.get(entry.scenario), entry.window),
        _evidence(report, entry),
        _again(report, entry),
        id=None if entry.anchor == section.claim.id else entry.anchor,
        class_="case",
        data_verdict=str(entry.verdict),
        data_post=str(entry.of_post or ""),
        data_also=" ".join((entry.case, entry.scenario, *entry.nodes)),
        aria_label=f"{entry.claim}, {title}: {entry.verdict}",
    )


def _figure(section: Section, entry: Entry, drawn: Timeline) -> Markup:
    svg = Markup(drawn.svg(says=in_words(section, entry, drawn.scene)))
    names = (
        _name(row, (drawn.lane_top(at) + drawn.tall / 2) / drawn.height) for at, row in enumerate(drawn.scene.rows)
    )
    plot = el(
        "div",
        el("div", svg, class_="scroll", tabindex="0", role="group", aria_label="Timeline; scrolls sideways"),
        el("div", *names, class_="names", aria_hidden="true"),
        class_="plot",
        style=f"--h:{drawn.height / WIDTH:.4f}",
    )
    return el("figure", plot, el("figcaption", _legend(drawn), el("output", class_="cursor")))


def _name(row: LaneRow, middle: float) -> Markup:
    """Return a lane's name, which stays visible when the drawing scrolls on a narrow screen."""
    return el("span", row.name, None if row.judged else el("small", "not judged"), style=f"top:{middle * 100:.2f}%")


def _legend(drawn: Timeline) -> Markup:
    rows = drawn.scene.rows
    seen = {outcome for row in rows for outage in row.outages for outcome in outage.outcomes}
    keys = [_key(f"t-{outcome}", _WORDS.get(outcome, str(outcome))) for outcome in OUTCOMES if outcome in seen]
    gaps = [gap for row in rows for gap in row.gaps]
    if any(is_long(gap) for gap in gaps):
        keys.append(_key("t-gap", "not observed"))
    if not all(is_long(gap) for gap in gaps):
        keys.append(_key("t-missed", "requests missed, too few to hide an outage"))
    rates = sorted({round(1 / row.lane.period) for row in rows if row.lane is not None})
    if not rows:
        return el("span", "API changes only: this case is not about requests.")
    how = f"height: share of failed requests per {quantity(drawn.bin, 's')}"
    asked = f"; {' or '.join(map(number, rates))} a second from each node" if rates else ""
    return join(*keys, el("span", how + asked))


_WORDS = {Outcome.TIMEOUT: "timed out", Outcome.WRONG: "wrong answer"}


def _key(style: str, words: str) -> Markup:
    square = f'<rect class="{style}" width="10" height="10" rx="2"/>'
    return el("span", Markup(f'<svg class="key" viewBox="0 0 10 10" aria-hidden="true">{square}</svg>'), f" {words}")


def _decisive(entry: Entry) -> Markup | None:
    if not entry.decisive:
        return None
    return el(
        "div",
        el("h5", "What decided the verdict"),
        el("ul", *(el("li", line) for line in entry.decisive)),
        class_="decisive",
    )


_STALE = "failed by stale conntrack"
"""The measure that counts requests which failed because they reused the source port of a failed one."""


def _folds(entry: Entry, drawn: Timeline | None) -> Markup | None:
    if drawn is None:
        return None
    stale = _STALE in entry.measured and entry.measured[_STALE].value > 0
    outages = sum(len(row.outages) for row in drawn.scene.rows)
    return el(
        "div",
        _fold(f"Outages ({outages})", outage_tables(drawn.scene, stale=stale)),
        _fold("What was done", fault_steps(drawn.scene)),
        _fold("What the API showed", event_table(drawn.scene)),
        class_="folds",
    )


def _fold(title: str, inside: Markup | None) -> Markup | None:
    return el("details", el("summary", title), inside) if inside else None


def _evidence(report: Report, entry: Entry) -> Markup | None:
    """Return links to the evidence collected before anything was undone; it is kept only where a claim did not hold."""
    recording = report.scenarios.get(entry.scenario)
    if recording is None or entry.verdict not in (Verdict.VIOLATED, Verdict.INCONCLUSIVE):
        return None
    within = [one for one in recording.evidence if entry.window and entry.window[0] <= one.at <= entry.window[1]]
    items = [el("li", _taken(one)) for one in within or recording.evidence]
    return (
        el("div", el("span", "evidence", class_="label"), el("ul", *items), class_="again evidence") if items else None
    )


def _taken(one: Taken) -> Markup:
    missing = f", {len(one.missing)} could not be collected" if one.missing else ""
    when = f"{one.act}, before {one.before}" if one.act else f"before {one.before}"
    return el("a", f"{when} ({count(one.files, 'file')}{missing})", href=f"{one.folder}/")


def _again(report: Report, entry: Entry) -> Markup:
    return el(
        "div", el("span", "run again", class_="label"), el("code", command(report, entry), tabindex="0"), class_="again"
    )
